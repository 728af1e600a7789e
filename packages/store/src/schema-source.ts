/**
 * Where a schema is found: a module and the name of its export. A thread cannot be handed functions, and a history table
 * has one, so each thread imports what the main one imports.
 */
import type { StoreSchema } from './port.js'

export interface SchemaSource {
  /** A package or the URL of a file, as `import` takes it. */
  readonly schemaModule: string
  readonly schemaExport: string
}

export async function loadSchema({ schemaModule, schemaExport }: SchemaSource): Promise<StoreSchema> {
  const found = (await import(schemaModule)) as Readonly<Record<string, StoreSchema>>
  const schema = found[schemaExport]
  if (schema === undefined) throw new Error(`expected ${schemaModule} to export ${schemaExport}`)
  return schema
}
