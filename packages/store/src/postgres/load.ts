/**
 * Filling an image: the tables, or a snapshot that they have not reached, then the tail of the journal behind them, all as of one moment, since whoever writes
 * may go on meanwhile. Nothing is changed: tables of another version are left alone, and the journal is read instead.
 */
import { DAY, type Image, type KeyedResult, type Plain, type UsedKey } from '@stemma/core/image'
import { withoutResult } from '../memory/memory-store.js'
import { type Damage, type Loaded, StoreRefusal, type StoreSchema, type TableShape } from '../port.js'
import type { ChainHead } from '../record/chain.js'
import { assertReadable, damageOf, lossOf, readRecords, resultsOf, START } from '../record/checked.js'
import { decodeHead, isDropped } from '../record/codec.js'
import { fromText } from '../record/plain-text.js'
import { fillFrom, type SnapshotHead, type SnapshotPart } from '../record/snapshot.js'
import { DigestCheck } from '../tables/digest-check.js'
import type { SqlValue } from '../tables/row-values.js'
import { reachedBy, readMeta } from './meta.js'
import { JOURNAL, journalName, type PostgresPlace, schemaOf, tablesName, writerName } from './place.js'
import { hashAt, missingFrom, ONE, recordsAfter, recordsUpTo, someRecordsAfter } from './records.js'
import { fingerprintOf } from './schema.js'
import type { Session } from './session.js'
import { partsOf, provenSnapshot } from './snapshots.js'
import { tableRows } from './table-rows.js'

export async function loadImage(
  session: Session,
  place: PostgresPlace,
  schema: StoreSchema,
  image: Image,
): Promise<Loaded> {
  refuse(await missingFrom(session, place, await keptHead(session, place), writerName(place)))
  const meta = await readMeta(session, place)
  const ofSchema = meta?.fingerprint === fingerprintOf(schema) ? meta : null
  let head = reachedBy(ofSchema)
  refuse(await missingFrom(session, place, head, tablesName(place)))
  const proven = await provenSnapshot(session, place)
  const droppedThrough = proven?.batch ?? 0
  const isFilled = head.batch < droppedThrough
  if (proven !== null && isFilled) await fillParts(session, place, proven, image)
  else if (ofSchema !== null && head.batch > 0) {
    await fillTables(session, place, schema, image, ofSchema.digest)
    image.head = await headAt(session, place, head, droppedThrough)
  }
  const keys = await recentKeys(session, place, head.batch, image.head.time - DAY, droppedThrough)
  for await (const rows of recordsAfter(session, place, head.batch)) {
    // Those before a snapshot are looked at too: history is read from their events.
    for (const record of readRecords(journalName(place), rows, head, droppedThrough)) {
      const isInImage = isFilled && record.number <= droppedThrough
      if (!isInImage) image.apply(record.batch.images, record.batch.head)
      keys.push(...record.batch.results.map(withoutResult))
      head = { batch: record.number, hash: record.hash }
    }
  }
  const oldest = image.head.time - DAY
  return { ...head, results: keys.filter(({ at }) => at >= oldest) }
}

async function fillParts(
  session: Session,
  place: PostgresPlace,
  snapshot: SnapshotHead,
  image: Image,
): Promise<void> {
  const parts: SnapshotPart[] = []
  for await (const part of partsOf(session, place, snapshot)) parts.push(part)
  fillFrom(parts, image)
}

/** The end of the journal as the writer keeps it apart. */
export async function keptHead(session: Session, { book }: PostgresPlace): Promise<ChainHead> {
  const { rows } = await session.query<ChainHead>(
    `SELECT batch, hash FROM ${JOURNAL}.writer WHERE book = $1`,
    [book],
  )
  return rows[0] ?? START
}

async function fillTables(
  session: Session,
  place: PostgresPlace,
  schema: StoreSchema,
  image: Image,
  digest: string,
): Promise<void> {
  const check = new DigestCheck(tablesName(place))
  let index = 0
  for (const shape of schema.tables) {
    const pages: Plain[][][] = []
    for await (const rows of tableRows(session, shape)) {
      check.take(shape, index, rows)
      pages.push(plainRows(shape, rows))
    }
    const count = pages.reduce((sum, page) => sum + page.length, 0)
    image.fill(
      shape.name,
      shape.columns.map(({ name }) => name),
      pages,
      count,
    )
    index += 1
  }
  refuse(
    check.found(digest),
    `; drop schema ${schemaOf(place)} to have the tables made again from the journal`,
  )
}

/** What the image is filled with: as SQL has it, but for structured values. */
function plainRows({ columns }: TableShape, rows: SqlValue[][]): Plain[][] {
  const jsonPlaces = columns.flatMap(({ kind }, place) => (kind === 'json' ? [place + 1] : []))
  const plain = rows as Plain[][]
  for (const place of jsonPlaces) {
    for (const row of plain) {
      const text = row[place] as string | null
      if (text !== null) row[place] = fromText(text)
    }
  }
  return plain
}

/** The head of the book after the record that the tables have reached, which must be as it was written. */
async function headAt(
  session: Session,
  place: PostgresPlace,
  { batch }: ChainHead,
  droppedThrough: number,
): Promise<Image['head']> {
  const file = journalName(place)
  const hash = await hashAt(session, place, batch - 1)
  const [row] = await someRecordsAfter(session, place, batch - 1, ONE)
  if (hash === undefined || row === undefined)
    throw new StoreRefusal('damaged', `${file}: record ${batch - 1} is missing`, { file, batch: batch - 1 })
  assertReadable(file, row)
  const damage = damageOf(file, row, { batch: batch - 1, hash }, droppedThrough)
  if (damage !== null) refuse([damage])
  return decodeHead(row.head)
}

/** Keys are used in the order of sequences and of time alike, so the newest are read until one is too old. */
async function recentKeys(
  session: Session,
  place: PostgresPlace,
  batch: number,
  oldest: number,
  droppedThrough: number,
): Promise<UsedKey[]> {
  const keys: UsedKey[] = []
  for await (const rows of recordsUpTo(session, place, batch)) {
    for (const row of rows) {
      const loss = lossOf(journalName(place), row, droppedThrough)
      if (loss !== null) refuse([loss])
      if (isDropped(row.results)) return keys.reverse()
      for (const result of resultsOf(journalName(place), row).toReversed() as KeyedResult[]) {
        if (result.at < oldest) return keys.reverse()
        keys.push(withoutResult(result))
      }
    }
  }
  return keys.reverse()
}

/** The first that is damaged is named; the rest are in what `verifyChain` reports. */
function refuse([first]: readonly Damage[], remedy = ''): void {
  if (first !== undefined) throw new StoreRefusal('damaged', `${first.message}${remedy}`, first)
}
