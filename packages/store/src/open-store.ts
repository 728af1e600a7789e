/** Which adapter a book is kept by. */
import { MemoryStore } from './memory/memory-store.js'
import type { Store } from './port.js'
import { PostgresStore } from './postgres/postgres-store.js'
import { loadSchema, type SchemaSource } from './schema-source.js'
import { SqliteStore } from './sqlite/sqlite-store.js'

export interface OpenStoreOptions extends SchemaSource {
  readonly book: number
  /** Where the data is; `memory` for a book that ends with the process. */
  readonly at: 'memory' | { readonly dataDirectory: string } | { readonly databaseUrl: string }
}

/** Opens a book. Throws StoreRefusal with what it found where that cannot be; of a database, `load` does. */
export async function openStore({ at, book, ...source }: OpenStoreOptions): Promise<Store> {
  if (at === 'memory') return new MemoryStore(book)
  const schema = await loadSchema(source)
  return 'databaseUrl' in at
    ? new PostgresStore({ url: at.databaseUrl, ...source, book, schema })
    : SqliteStore.open({ ...at, ...source, book, schema })
}
