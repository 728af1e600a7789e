/**
 * The lock of a book on SQLite: an exclusive transaction on a file of its own, held for the life of the process. The
 * operating system takes it away from a process that dies, so nothing stale is left behind.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { StoreRefusal } from '../port.js'

export class WriterLock {
  private constructor(private readonly database: Database.Database) {}

  static take(path: string): WriterLock {
    const database = new Database(path, { timeout: 0 })
    try {
      database.pragma('locking_mode = EXCLUSIVE')
      database.exec('BEGIN EXCLUSIVE')
    } catch (error) {
      database.close()
      throw new StoreRefusal('another_writer', `${path} is locked by another writer${holder(path)}`, {
        cause: error,
      })
    }
    writeFileSync(noteOf(path), String(process.pid))
    return new WriterLock(database)
  }

  free(): void {
    this.database.close()
  }
}

const noteOf = (path: string): string => `${path}.pid`
const holder = (path: string): string =>
  existsSync(noteOf(path)) ? `, process ${readFileSync(noteOf(path), 'utf8')}` : ''
