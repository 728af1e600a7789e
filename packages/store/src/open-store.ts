/** Which adapter a book is kept by. */
import { MemoryStore } from './memory/memory-store.js'
import type { Store } from './port.js'
import { loadSchema, type SchemaSource } from './schema-source.js'
import { SqliteStore } from './sqlite/sqlite-store.js'

export interface OpenStoreOptions extends SchemaSource {
  readonly book: number
  /** Where the data is; `memory` for a book that ends with the process. */
  readonly at: 'memory' | { readonly dataDirectory: string }
}

/** Opens a book for writing. Throws StoreRefusal with what it found where that cannot be. */
export async function openStore({ at, book, ...source }: OpenStoreOptions): Promise<Store> {
  if (at === 'memory') return new MemoryStore(book)
  return SqliteStore.open({ ...at, ...source, book, schema: await loadSchema(source) })
}
