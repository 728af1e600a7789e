/** A database that takes over the journal of another store or of a backup. */
import type { JournalSource } from '../archive/journal-source.js'
import { PostgresKeyShelf } from '../keys/postgres-key-shelf.js'
import { StoreRefusal } from '../port.js'
import { Connection } from './connection.js'
import { prepareJournal } from './migrations.js'
import { JOURNAL, journalName, type PostgresPlace, schemaOf, unusable } from './place.js'
import { INSERT_RECORD, lastHead, recordValues } from './records.js'
import type { Session } from './session.js'
import { insertPart } from './snapshots.js'

const ATTEMPTS = 5
const ANSWER_MILLISECONDS = 60_000

/**
 * Fills the journal of a book that is not there, or empty, with the records of `source` as they were written, all of
 * them or none. Throws StoreRefusal where there is a book, or the source is damaged.
 */
export async function adoptInto(place: PostgresPlace, source: JournalSource): Promise<void> {
  const options = { attempts: ATTEMPTS, answerMilliseconds: ANSWER_MILLISECONDS }
  const connection = new Connection({ url: place.url, schema: schemaOf(place), ...options })
  let isRepeated = false
  try {
    await connection.run((session) => prepareJournal(session, place))
    await keepKeys(place, source)
    await connection.run(async (session) => {
      // An earlier attempt may have landed without our hearing of it.
      const { hash } = await lastHead(session, place)
      if (isRepeated && hash === source.head.hash) return
      isRepeated = true
      await session.writing(() => fill(session, place, source))
    })
  } catch (error) {
    throw unusable(place, error)
  } finally {
    await connection.close()
  }
}

/** Before the records that need them, so that a copy that was cut short can be begun again. */
async function keepKeys(place: PostgresPlace, source: JournalSource): Promise<void> {
  const shelf = new PostgresKeyShelf(place)
  try {
    await shelf.keep(await source.keys())
  } finally {
    await shelf.close()
  }
}

/** One transaction: half a journal would be a book that is whole, but not this one. */
async function fill(session: Session, place: PostgresPlace, source: JournalSource): Promise<void> {
  const { batch } = await lastHead(session, place)
  if (batch > 0) {
    const file = journalName(place)
    throw new StoreRefusal('unusable', `${file} holds a book already`, { file })
  }
  let part = 0
  for await (const each of source.parts()) {
    part += 1
    await insertPart(session, place, source.snapshot?.batch ?? 0, part, each)
  }
  let epoch = 0
  for await (const row of source.records()) {
    epoch = Math.max(epoch, row.epoch)
    await session.query(INSERT_RECORD, recordValues(row), 'adopt')
  }
  // Nobody writes it yet, and whoever takes over comes behind everybody who wrote before.
  await session.query(
    `UPDATE ${JOURNAL}.writer SET epoch = $2, renewals = renewals + 1, address = NULL, batch = $3, hash = $4
      WHERE book = $1`,
    [place.book, epoch, source.head.batch, source.head.hash],
  )
}
