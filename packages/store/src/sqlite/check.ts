/** What a start looks at before it takes up a book: that the data is of this book, of a version it knows, and whole. */
import { existsSync, statSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { StoreRefusal, type StoreSchema } from '../port.js'
import { START } from '../record/checked.js'
import { type Files, openJournal, reading, readingJournal, readingTables } from './files.js'
import { reachedBy } from './follower.js'
import { HeadFile } from './head-file.js'
import { readMeta, writeMeta } from './meta.js'
import { DATA_VERSION, dataVersionOf, migrate } from './migrations.js'
import { isMadeFor } from './schema.js'
import { keptHead, missingFrom } from './verify.js'

/** Makes the journal on the first start; on a later one says precisely why it cannot be used. */
export function checkJournal(files: Files, book: number): void {
  if (isAbsent(files) || readingJournal(files, isEmpty)) create(files, book)
  readingJournal(files, (journal) => {
    checkVersion(files, journal)
    checkBook(files, journal, book)
    checkEnd(files, journal)
  })
  // A version that was damaged asks for steps that were done already.
  reading(files.journal, () => {
    const writable = openJournal(files.journal)
    try {
      migrate(writable)
    } finally {
      writable.close()
    }
  })
}

/** Whether there are tables of this schema. They must not be ahead of the journal that they were made from. */
export function checkTables(files: Files, journal: Database.Database, schema: StoreSchema): boolean {
  const isOfSchema = readingTables(files, (tables) => {
    if (!isMadeFor(tables, schema)) return false
    const [damage] = missingFrom(files, journal, reachedBy(tables), files.tables)
    if (damage !== undefined) throw new StoreRefusal('damaged', damage.message, damage)
    return true
  })
  return isOfSchema === true
}

/** No journal, or the empty file of a first start that was cut short. */
const isAbsent = ({ journal: file }: Files): boolean =>
  statSync(file, { throwIfNoEntry: false })?.size === 0 || !existsSync(file)

/** The file of a first start that had no room for the tables. */
const isEmpty = (journal: Database.Database): boolean =>
  journal.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0

/** The head first and the journal in one transaction, so that a start that is cut short can be begun again. */
function create(files: Files, book: number): void {
  const seen = existsSync(files.head) ? HeadFile.read(files.head) : null
  if ((seen !== null && seen.batch > 0) || existsSync(files.tables)) {
    const message = `${files.journal} is missing beside what was made from it`
    throw new StoreRefusal('damaged', message, { file: files.journal })
  }
  HeadFile.create(files.head, START)
  const fresh = openJournal(files.journal)
  fresh.transaction(() => {
    migrate(fresh)
    writeMeta(fresh, { book: String(book) }, 'meta')
  })()
  fresh.close()
}

export function checkVersion(files: Files, journal: Database.Database): void {
  const version = dataVersionOf(journal)
  if (version <= DATA_VERSION) return
  throw new StoreRefusal(
    'newer_version',
    `${files.journal} was written by data version ${version}; this version reads up to ${DATA_VERSION}`,
    { file: files.journal },
  )
}

function checkBook(files: Files, journal: Database.Database, book: number): void {
  const kept = readMeta(journal, 'book', 'meta')
  if (kept === String(book)) return
  const message = `${files.journal} is of book ${String(kept)}, expected ${book}`
  throw new StoreRefusal('wrong_book', message, { file: files.journal })
}

function checkEnd(files: Files, journal: Database.Database): void {
  const { head, damage } = keptHead(files)
  const [first] = head === null ? damage : missingFrom(files, journal, head, files.head)
  if (first !== undefined) throw new StoreRefusal('damaged', first.message, first)
}
