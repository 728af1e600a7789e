export { ArchiveSource, writeArchive } from './archive/archive.js'
export { type JournalSource, replay, stateHashOf } from './archive/journal-source.js'
export { writeKeyPart } from './archive/key-part.js'
export {
  adopt,
  dropBefore,
  type JournalPlace,
  journalBytes,
  keepSnapshot,
  openSource,
} from './archive/places.js'
export type { KeyShelf, WrappedKey } from './keys/key-shelf.js'
export { MemoryKeyShelf } from './keys/memory-key-shelf.js'
export { openKeyShelf } from './keys/open-key-shelf.js'
export { MemoryJournal } from './memory/memory-journal.js'
export { MemoryStore } from './memory/memory-store.js'
export { type OpenStoreOptions, openStore } from './open-store.js'
export * from './port.js'
export { databaseName } from './postgres/place.js'
export { type PostgresOptions, PostgresStore } from './postgres/postgres-store.js'
export { eventBytesMax, recordBytesMax, resultBytesMax, rowBytesMax } from './record/measure.js'
export type { SnapshotHead } from './record/snapshot.js'
export type { SchemaSource } from './schema-source.js'
export { type SqliteOptions, SqliteStore } from './sqlite/sqlite-store.js'
export { changeTables } from './testing/change-tables.js'
export { type CuttingProxy, openCuttingProxy } from './testing/cutting-proxy.js'
export { FaultyStore } from './testing/faulty-store.js'
export { connected, createTestDatabase, type TestDatabase } from './testing/test-database.js'
