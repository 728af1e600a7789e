/** The files of a book on SQLite, and how each is opened. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { StoreRefusal } from '../port.js'
import { openPrivate } from './private-database.js'

export interface Files {
  readonly lock: string
  readonly journal: string
  /** The end of the chain, kept apart from the journal. */
  readonly head: string
  readonly tables: string
}

export const filesOf = (dataDirectory: string): Files => ({
  lock: join(dataDirectory, 'lock.sqlite'),
  journal: join(dataDirectory, 'journal.sqlite'),
  head: join(dataDirectory, 'journal.head'),
  tables: join(dataDirectory, 'tables.sqlite'),
})

/** WAL with a flush at each commit: a commit that returned survives the loss of power. */
export function openJournal(path: string): Database.Database {
  const database = openPrivate(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.pragma('wal_autocheckpoint = 4000')
  return database
}

/** The tables can be made again from the journal, so a commit need not wait for the disk. */
export function openTables(path: string): Database.Database {
  const database = openPrivate(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = NORMAL')
  database.pragma('wal_autocheckpoint = 16000')
  database.pragma(`cache_size = -${TABLES_CACHE_KIBIBYTES}`)
  return database
}

const TABLES_CACHE_KIBIBYTES = 256 * 1024

export function openToRead(path: string): Database.Database {
  try {
    return new Database(path, { readonly: true, fileMustExist: true })
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** Runs what reads a file, and says of which file it is when SQLite finds it damaged. */
export function reading<Result>(path: string, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (error instanceof StoreRefusal) throw error
    throw unreadable(path, error)
  }
}

/** Runs what reads the journal of a book. */
export const readingJournal = <Result>(
  { journal: path }: Files,
  read: (journal: Database.Database) => Result,
): Result => readingDatabase(path, read)

/** Runs what reads the tables of a book, or gives null where there are none yet. */
export const readingTables = <Result>(
  { tables: path }: Files,
  read: (tables: Database.Database) => Result,
): Result | null => (existsSync(path) ? readingDatabase(path, read) : null)

function readingDatabase<Result>(path: string, read: (database: Database.Database) => Result): Result {
  const database = openToRead(path)
  try {
    return reading(path, () => read(database))
  } finally {
    database.close()
  }
}

const unreadable = (path: string, cause: unknown): StoreRefusal =>
  new StoreRefusal(
    'damaged',
    `${path} cannot be read: ${(cause as Error).message}`,
    { file: path },
    { cause },
  )
