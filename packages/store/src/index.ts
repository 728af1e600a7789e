export { MemoryStore } from './memory/memory-store.js'
export * from './port.js'
export { type SqliteOptions, SqliteStore } from './sqlite/sqlite-store.js'
export { FaultyStore } from './testing/faulty-store.js'
