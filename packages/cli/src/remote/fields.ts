/** The input of an operation as the command line asks for it: placeholders of the path stand by place, the rest are options. */
import { jsonSchema, type Operation } from '@stemma/client'

export interface Field {
  /** As the operation names it. */
  readonly name: string
  readonly isPositional: boolean
  readonly isRequired: boolean
  readonly kind: 'text' | 'whole' | 'flag' | 'list' | 'json'
  readonly choices: readonly string[]
  readonly description: string
}

interface Schema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly description?: string
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

export function fieldsOf(operation: Operation): readonly Field[] {
  const { properties = {}, required = [] } = jsonSchema(operation.input) as Schema
  const isPositional = (name: string) => operation.pathFields.includes(name)
  const fields = Object.entries(properties).map(([name, written]) => {
    const schema = notNull(written)
    return {
      name,
      isPositional: isPositional(name),
      isRequired: required.includes(name),
      kind: kindOf(schema),
      choices: (schema.enum ?? []).filter((choice) => typeof choice === 'string'),
      description: (written.description ?? schema.description ?? '').replaceAll('`', ''),
    }
  })
  // Places first and in the order of the path.
  const placed = operation.pathFields.flatMap((name) => fields.filter((field) => field.name === name))
  return [...placed, ...fields.filter((field) => !field.isPositional)]
}

/** The schema of what may also be null. */
function notNull(schema: Schema): Schema {
  const [first] = (schema.anyOf ?? []).filter((part) => part.type !== 'null')
  return first ?? schema
}

function kindOf(schema: Schema): Field['kind'] {
  switch (schema.type) {
    case 'string':
      return 'text'
    case 'integer':
      return 'whole'
    case 'boolean':
      return 'flag'
    case 'array':
      return schema.items?.type === 'string' ? 'list' : 'json'
    default:
      return schema.enum === undefined ? 'json' : 'text'
  }
}
