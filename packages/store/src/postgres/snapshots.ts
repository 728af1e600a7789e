/** The snapshots of a book in a database. One counts once the record behind it has said its hash. */
import type { Image } from '@stemma/core/image'
import { checkedParts } from '../archive/journal-source.js'
import { eventsOf } from '../record/checked.js'
import {
  SnapshotHash,
  type SnapshotHead,
  type SnapshotPart,
  snapshotNoted,
  snapshotParts,
} from '../record/snapshot.js'
import { JOURNAL, journalName, type PostgresPlace } from './place.js'
import { ONE, someRecordsAfter } from './records.js'
import type { Session } from './session.js'

const INSERT_PART = `INSERT INTO ${JOURNAL}.snapshots (book, batch, part, version, head, images)
  VALUES ($1, $2, $3, $4, $5, $6)`

/** The newest snapshot that the chain proves, or null. Throws StoreRefusal where the record that says so is damaged. */
export async function provenSnapshot(session: Session, place: PostgresPlace): Promise<SnapshotHead | null> {
  const { rows } = await session.query<{ batch: number }>(
    `SELECT DISTINCT batch FROM ${JOURNAL}.snapshots WHERE book = $1 ORDER BY batch DESC`,
    [place.book],
  )
  for (const { batch } of rows) {
    const [next] = await someRecordsAfter(session, place, batch, ONE)
    if (next?.batch !== batch + 1) continue
    const noted = snapshotNoted(eventsOf(journalName(place), next))
    if (noted?.batch === batch) return noted
  }
  return null
}

/** Its parts in order. Throws StoreRefusal at the end where they are not those that the chain knows. */
export const partsOf = (
  session: Session,
  place: PostgresPlace,
  snapshot: SnapshotHead,
): AsyncIterable<SnapshotPart> =>
  checkedParts(
    journalName(place),
    snapshot,
    partsBy((number) => partAt(session, place, snapshot, number)),
  )

/** Parts as they are asked for by their number, up to the first that is not there. */
export async function* partsBy(
  at: (number: number) => Promise<SnapshotPart | undefined>,
): AsyncIterable<SnapshotPart> {
  for (let number = 1; ; number += 1) {
    const part = await at(number)
    if (part === undefined) return
    yield part
  }
}

export async function partAt(
  session: Session,
  { book }: PostgresPlace,
  { batch }: SnapshotHead,
  number: number,
): Promise<SnapshotPart | undefined> {
  const { rows } = await session.query<SnapshotPart>(
    `SELECT version, head, images FROM ${JOURNAL}.snapshots WHERE book = $1 AND batch = $2 AND part = $3`,
    [book, batch, number],
  )
  return rows[0]
}

/** Writes an image part by part, in place of what an interrupted run left under this number, and gives its hash. */
export async function writeSnapshot(
  session: Session,
  place: PostgresPlace,
  batch: number,
  image: Image,
): Promise<string> {
  const digest = new SnapshotHash()
  await session.query(`DELETE FROM ${JOURNAL}.snapshots WHERE book = $1 AND batch = $2`, [place.book, batch])
  let number = 0
  for (const part of snapshotParts(image)) {
    number += 1
    digest.take(part)
    await insertPart(session, place, batch, number, part)
  }
  return digest.digest()
}

export async function insertPart(
  session: Session,
  { book }: PostgresPlace,
  batch: number,
  number: number,
  { version, head, images }: SnapshotPart,
): Promise<void> {
  await session.query(INSERT_PART, [book, batch, number, version, head, images])
}
