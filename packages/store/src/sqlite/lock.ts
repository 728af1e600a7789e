/**
 * The lock of a book on SQLite: an exclusive transaction on a file of its own, held for the life of the process. The
 * operating system takes it away from a process that dies, so nothing stale is left behind. The note beside it says
 * who holds it; it is only read when the lock is taken.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { StoreRefusal } from '../port.js'
import { openPrivate } from './private-database.js'

export class WriterLock {
  private constructor(private readonly database: Database.Database) {}

  static take(path: string): WriterLock {
    const database = openLock(path)
    try {
      database.pragma('locking_mode = EXCLUSIVE')
      database.exec('BEGIN EXCLUSIVE')
      writeFileSync(noteOf(path), String(process.pid), { mode: 0o600 })
    } catch (error) {
      database.close()
      throw refusal(path, error)
    }
    return new WriterLock(database)
  }

  free(): void {
    this.database.close()
  }
}

function openLock(path: string): Database.Database {
  try {
    return openPrivate(path, { timeout: 0 })
  } catch (error) {
    throw refusal(path, error)
  }
}

function refusal(path: string, cause: unknown): StoreRefusal {
  const isHeld = (cause as { code?: string }).code?.startsWith('SQLITE_BUSY') === true
  return isHeld
    ? new StoreRefusal(
        'another_writer',
        `${path} is locked by another writer${holder(path)}`,
        { file: path },
        { cause },
      )
    : new StoreRefusal(
        'unusable',
        `${path} cannot be locked: ${(cause as Error).message}`,
        { file: path },
        { cause },
      )
}

const noteOf = (path: string): string => `${path}.pid`

function holder(path: string): string {
  try {
    return `, process ${readFileSync(noteOf(path), 'utf8')}`
  } catch {
    return ''
  }
}
