/**
 * Filling an image: the tables, then the tail of the journal behind them, all as of one moment, since whoever writes
 * may go on meanwhile. Nothing is changed: tables of another version are left alone, and the journal is read instead.
 */
import { DAY, type Image, type KeyedResult, type Plain, type UsedKey } from '@stemma/core/image'
import { withoutResult } from '../memory/memory-store.js'
import { type Damage, type Loaded, StoreRefusal, type StoreSchema, type TableShape } from '../port.js'
import type { ChainHead } from '../record/chain.js'
import { assertReadable, readRecords, resultsOf, START } from '../record/checked.js'
import { decodeHead } from '../record/codec.js'
import { fromText } from '../record/plain-text.js'
import { DigestCheck } from '../tables/digest-check.js'
import type { SqlValue } from '../tables/row-values.js'
import { reachedBy, readMeta } from './meta.js'
import { JOURNAL, journalName, type PostgresPlace, schemaOf, tablesName, writerName } from './place.js'
import { missingFrom, recordsAfter, recordsUpTo } from './records.js'
import { fingerprintOf } from './schema.js'
import type { Session } from './session.js'
import { tableRows } from './table-rows.js'

export async function loadImage(
  session: Session,
  place: PostgresPlace,
  schema: StoreSchema,
  image: Image,
): Promise<Loaded> {
  refuse(await missingFrom(session, place, await keptHead(session, place), writerName(place)))
  const meta = await readMeta(session, place)
  const isOfSchema = meta?.fingerprint === fingerprintOf(schema)
  let head = START
  const keys: UsedKey[] = []
  if (isOfSchema) {
    head = reachedBy(meta)
    refuse(await missingFrom(session, place, head, tablesName(place)))
    if (head.batch > 0) {
      await fillTables(session, place, schema, image, meta.digest)
      image.head = await headAt(session, place, head.batch)
      keys.push(...(await recentKeys(session, place, head.batch, image.head.time - DAY)))
    }
  }
  for await (const rows of recordsAfter(session, place, head.batch)) {
    for (const record of readRecords(journalName(place), rows, head)) {
      image.apply(record.batch.images, record.batch.head)
      keys.push(...record.batch.results.map(withoutResult))
      head = { batch: record.number, hash: record.hash }
    }
  }
  const oldest = image.head.time - DAY
  return { ...head, results: keys.filter(({ at }) => at >= oldest) }
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

async function headAt(session: Session, place: PostgresPlace, batch: number): Promise<Image['head']> {
  const { rows } = await session.query<{ version: number; head: Uint8Array }>(
    `SELECT version, head FROM ${JOURNAL}.records WHERE book = $1 AND batch = $2`,
    [place.book, batch],
  )
  const [row] = rows
  const file = journalName(place)
  if (row === undefined)
    throw new StoreRefusal('damaged', `${file}: record ${batch} is missing`, { file, batch })
  assertReadable(file, { batch, version: row.version })
  return decodeHead(row.head)
}

/** Keys are used in the order of sequences and of time alike, so the newest are read until one is too old. */
async function recentKeys(
  session: Session,
  place: PostgresPlace,
  batch: number,
  oldest: number,
): Promise<UsedKey[]> {
  const keys: UsedKey[] = []
  for await (const rows of recordsUpTo(session, place, batch)) {
    for (const row of rows) {
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
