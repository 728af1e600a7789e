/** A data directory that takes over the journal of another store or of a backup. */
import { mkdirSync } from 'node:fs'
import type { JournalSource } from '../archive/journal-source.js'
import { SqliteKeyShelf } from '../keys/sqlite-key-shelf.js'
import { StoreRefusal } from '../port.js'
import { checkJournal } from './check.js'
import { type Files, filesOf, openJournal, readingJournal } from './files.js'
import { HeadFile } from './head-file.js'
import { WriterLock } from './lock.js'
import { INSERT_RECORD, lastHead } from './records.js'
import { INSERT_PART } from './snapshots.js'

/**
 * Fills the journal of a directory that has no book, or an empty one, with the records of `source` as they were
 * written, all of them or none. Throws StoreRefusal where there is a book, or the source is damaged.
 */
export async function adoptInto(dataDirectory: string, source: JournalSource): Promise<void> {
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 })
  const files = filesOf(dataDirectory)
  const lock = WriterLock.take(files.lock)
  try {
    checkJournal(files, source.book)
    assertEmpty(files)
    await keepKeys(dataDirectory, source)
    await fill(files, source)
  } finally {
    lock.free()
  }
}

function assertEmpty(files: Files): void {
  const { batch } = readingJournal(files, lastHead)
  if (batch > 0)
    throw new StoreRefusal('unusable', `${files.journal} holds a book already`, { file: files.journal })
}

/** Before the records that need them, so that a copy that was cut short can be begun again. */
async function keepKeys(dataDirectory: string, source: JournalSource): Promise<void> {
  const shelf = SqliteKeyShelf.open(dataDirectory)
  try {
    await shelf.keep(await source.keys())
  } finally {
    await shelf.close()
  }
}

/** One transaction: half a journal would be a book that is whole, but not this one. */
async function fill(files: Files, source: JournalSource): Promise<void> {
  const journal = openJournal(files.journal)
  try {
    const insert = journal.prepare(INSERT_RECORD)
    journal.exec('BEGIN IMMEDIATE')
    const insertPart = journal.prepare(INSERT_PART)
    let number = 0
    for await (const { version, head, images } of source.parts()) {
      number += 1
      insertPart.run(source.snapshot?.batch, number, version, head, images)
    }
    for await (const row of source.records()) insert.run(row)
    journal.exec('COMMIT')
  } finally {
    if (journal.inTransaction) journal.exec('ROLLBACK')
    journal.close()
  }
  const head = HeadFile.open(files.head)
  head.write(source.head)
  head.close()
}
