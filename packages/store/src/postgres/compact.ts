/**
 * Compacting a journal in a database: a snapshot of the whole image, and behind it images and results are dropped while
 * the events and every hash stay. Each step leaves a journal that can be loaded, so it may be cut short anywhere and
 * begun again. The database uses the room again once it has vacuumed.
 */
import type { Image, Instant } from '@stemma/core/image'
import { StoreRefusal } from '../port.js'
import { decodeHead } from '../record/codec.js'
import { type Dropped, lastBefore, type SnapshotHead } from '../record/snapshot.js'
import { Connection } from './connection.js'
import { JOURNAL, journalName, type PostgresPlace, schemaOf } from './place.js'
import type { Session } from './session.js'
import { provenSnapshot, writeSnapshot } from './snapshots.js'

const ATTEMPTS = 5
const ANSWER_MILLISECONDS = 60_000

/** Records whose parts are dropped by one statement. */
const RECORDS_AT_ONCE = 500

/**
 * Keeps the image as it is after record `batch`, the last one. It counts once the next record says the hash. Whoever
 * calls writes the book and appends nothing meanwhile.
 */
export const keepSnapshot = (place: PostgresPlace, batch: number, image: Image): Promise<SnapshotHead> =>
  connected(place, (session) =>
    session.writing(async () => ({ batch, hash: await writeSnapshot(session, place, batch, image) })),
  )

/**
 * Drops images and results of the records before an instant, as far as the newest snapshot stands in for them. Others
 * may read meanwhile: what is behind a snapshot that the chain proves is needed by nobody. Throws StoreRefusal where
 * there is no snapshot.
 */
export const dropBefore = (place: PostgresPlace, before: Instant): Promise<Dropped> =>
  connected(place, async (session) => {
    const snapshot = await provenSnapshot(session, place)
    const file = journalName(place)
    if (snapshot === null) throw new StoreRefusal('unusable', `${file} has no snapshot`, { file })
    const through = await lastBefore(snapshot.batch, before, (batch) => timeOf(session, place, batch))
    for (let done = 0; done < through; done += RECORDS_AT_ONCE)
      await session.query(
        `UPDATE ${JOURNAL}.records SET images = '', results = ''
          WHERE book = $1 AND batch > $2 AND batch <= $3 AND octet_length(images) > 0`,
        [place.book, done, Math.min(done + RECORDS_AT_ONCE, through)],
      )
    await session.query(`DELETE FROM ${JOURNAL}.snapshots WHERE book = $1 AND batch <> $2`, [
      place.book,
      snapshot.batch,
    ])
    return { through, snapshot }
  })

/** What records and snapshots of the book hold, in bytes. */
export const journalBytes = (place: PostgresPlace): Promise<number> =>
  connected(place, async (session) => {
    const { rows } = await session.query<{ bytes: number }>(
      `SELECT
          (SELECT COALESCE(SUM(octet_length(head) + octet_length(events) + octet_length(images) + octet_length(results)), 0)
            FROM ${JOURNAL}.records WHERE book = $1)
          + (SELECT COALESCE(SUM(octet_length(head) + octet_length(images)), 0)
            FROM ${JOURNAL}.snapshots WHERE book = $1) AS bytes`,
      [place.book],
    )
    return rows[0]?.bytes ?? 0
  })

async function timeOf(session: Session, place: PostgresPlace, batch: number): Promise<number> {
  const { rows } = await session.query<{ head: Uint8Array }>(
    `SELECT head FROM ${JOURNAL}.records WHERE book = $1 AND batch = $2`,
    [place.book, batch],
  )
  const [row] = rows
  if (row !== undefined) return decodeHead(row.head).time
  const file = journalName(place)
  throw new StoreRefusal('damaged', `${file}: record ${batch} is missing`, { file, batch })
}

async function connected<Result>(
  place: PostgresPlace,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const options = { attempts: ATTEMPTS, answerMilliseconds: ANSWER_MILLISECONDS }
  const connection = new Connection({ url: place.url, schema: schemaOf(place), ...options })
  try {
    return await connection.run(work)
  } finally {
    await connection.close()
  }
}
