/**
 * Keys in a file of their own, `keys.sqlite`. What is dropped is overwritten, and no log keeps it: the file has a
 * rollback journal, which is deleted with each commit, instead of a write-ahead log. A key is kept once for each party,
 * so that a flush on the caller's thread does not matter.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { openPrivate } from '../sqlite/private-database.js'
import type { KeyShelf, WrappedKey } from './key-shelf.js'

const TABLE = 'CREATE TABLE IF NOT EXISTS keys (name TEXT PRIMARY KEY, wrapped_key TEXT NOT NULL) STRICT'

export const keyFileIn = (dataDirectory: string): string => join(dataDirectory, 'keys.sqlite')

export class SqliteKeyShelf implements KeyShelf {
  private constructor(private readonly database: Database.Database) {}

  static open(dataDirectory: string): SqliteKeyShelf {
    const path = keyFileIn(dataDirectory)
    const database = openPrivate(path)
    database.pragma('journal_mode = DELETE')
    database.pragma('synchronous = FULL')
    database.pragma('secure_delete = ON')
    database.exec(TABLE)
    return new SqliteKeyShelf(database)
  }

  /** Every key, read beside whoever has the shelf open. */
  static read(dataDirectory: string): readonly WrappedKey[] {
    const path = keyFileIn(dataDirectory)
    if (!existsSync(path)) return []
    const database = new Database(path, { readonly: true, fileMustExist: true })
    try {
      return allOf(database)
    } finally {
      database.close()
    }
  }

  async find(name: string): Promise<string | null> {
    const found = this.database.prepare('SELECT wrapped_key FROM keys WHERE name = ?').pluck().get(name)
    return (found as string | undefined) ?? null
  }

  async keep(keys: readonly WrappedKey[]): Promise<void> {
    const insert = this.database.prepare('INSERT OR IGNORE INTO keys (name, wrapped_key) VALUES (?, ?)')
    this.database.transaction(() => {
      for (const { name, wrappedKey } of keys) insert.run(name, wrappedKey)
    })()
  }

  async drop(name: string): Promise<void> {
    this.database.prepare('DELETE FROM keys WHERE name = ?').run(name)
  }

  async all(): Promise<readonly WrappedKey[]> {
    return allOf(this.database)
  }

  async close(): Promise<void> {
    this.database.close()
  }
}

const allOf = (database: Database.Database): WrappedKey[] =>
  database.prepare('SELECT name, wrapped_key AS wrappedKey FROM keys ORDER BY name').all() as WrappedKey[]
