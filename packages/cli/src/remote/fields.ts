/** The input of an operation as the command line asks for it: placeholders of the path stand by place, the rest are options. */
import { jsonSchema, type Operation } from '@stemma/client/operations'

export interface Field {
  /** As the operation names it. */
  readonly name: string
  readonly isPositional: boolean
  readonly isRequired: boolean
  /** Whether it can be taken away by null, which `--no-<name>` says. */
  readonly isNullable: boolean
  readonly kind: 'text' | 'whole' | 'flag' | 'list' | 'json'
  readonly choices: readonly string[]
  /** What stands for the value in the help: `pty_…`, `number`. */
  readonly placeholder: string
  readonly description: string
}

interface Schema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly format?: string
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
      isNullable: isNullable(written),
      kind: kindOf(schema),
      placeholder: placeholderOf(schema),
      choices: (schema.enum ?? []).filter((choice) => typeof choice === 'string'),
      description: (written.description ?? schema.description ?? '').replaceAll('`', ''),
    }
  })
  // Places first and in the order of the path.
  const placed = operation.pathFields.flatMap((name) => fields.filter((field) => field.name === name))
  return [...placed, ...fields.filter((field) => !field.isPositional)]
}

const isNullable = ({ anyOf = [], enum: choices = [] }: Schema): boolean =>
  anyOf.some((part) => part.type === 'null') || choices.includes(null)

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

/** `^pty_[1-9]…` or `^(?:acc|grp)_[1-9]…`: the pattern of an id begins with its prefixes. */
const ID_PATTERN = /^\^(?:\(\?:)?([a-z|]+)\)?_\[1-9\]/

function placeholderOf(schema: Schema): string {
  const prefixes = ID_PATTERN.exec(schema.pattern ?? '')?.[1]
  if (prefixes !== undefined)
    return prefixes
      .split('|')
      .map((prefix) => `${prefix}_…`)
      .join('|')
  if (schema.format === 'date-time') return 'time'
  return PLACEHOLDERS[kindOf(schema)]
}

const PLACEHOLDERS = {
  text: 'text',
  whole: 'number',
  flag: 'true|false',
  list: 'a,b',
  json: 'json',
} as const
