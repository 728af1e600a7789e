/** Which adapter the keys of a book are kept by: the one of its journal. */
import type { OpenStoreOptions } from '../open-store.js'
import type { KeyShelf } from './key-shelf.js'
import { MemoryKeyShelf } from './memory-key-shelf.js'
import { PostgresKeyShelf } from './postgres-key-shelf.js'
import { SqliteKeyShelf } from './sqlite-key-shelf.js'

/** Opens the keys of a book. Those in a database are there once its store was loaded. */
export function openKeyShelf({ at, book }: Pick<OpenStoreOptions, 'at' | 'book'>): KeyShelf {
  if (at === 'memory') return new MemoryKeyShelf()
  return 'databaseUrl' in at
    ? new PostgresKeyShelf({ url: at.databaseUrl, book })
    : SqliteKeyShelf.open(at.dataDirectory)
}
