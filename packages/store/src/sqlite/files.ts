/** The files of a book on SQLite, and how each is opened. */
import { join } from 'node:path'
import Database from 'better-sqlite3'

export interface Files {
  readonly lock: string
  readonly journal: string
  readonly tables: string
}

export const filesOf = (dataDirectory: string): Files => ({
  lock: join(dataDirectory, 'lock.sqlite'),
  journal: join(dataDirectory, 'journal.sqlite'),
  tables: join(dataDirectory, 'tables.sqlite'),
})

/** What this version writes. A data directory of a newer one is refused. */
export const DATA_VERSION = 1

const JOURNAL = `
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS records (
    batch INTEGER PRIMARY KEY, book INTEGER NOT NULL, epoch INTEGER NOT NULL, version INTEGER NOT NULL,
    first_sequence INTEGER NOT NULL, last_sequence INTEGER NOT NULL,
    head BLOB NOT NULL, events BLOB NOT NULL, images BLOB NOT NULL, results BLOB NOT NULL,
    events_hash TEXT NOT NULL, images_hash TEXT NOT NULL, results_hash TEXT NOT NULL, hash TEXT NOT NULL
  ) STRICT;`

const TABLES_META =
  'CREATE TABLE IF NOT EXISTS stemma_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;'

/** WAL with a flush at each commit: a commit that returned survives the loss of power. */
export function openJournal(path: string): Database.Database {
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec(JOURNAL)
  return database
}

/** The tables can be made again from the journal, so a commit need not wait for the disk. */
export function openTables(path: string): Database.Database {
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = NORMAL')
  database.exec(TABLES_META)
  return database
}

export function openToRead(path: string): Database.Database {
  return new Database(path, { readonly: true, fileMustExist: true })
}
