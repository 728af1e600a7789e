/** The journal in PostgreSQL: records in order, some at a time, so that nobody holds many of them at once. */

import type { Damage } from '../port.js'
import { CHAIN_START, type ChainHead } from '../record/chain.js'
import { damageOf, type RecordRow, START } from '../record/checked.js'
import { JOURNAL, journalName, type PostgresPlace } from './place.js'
import type { Session } from './session.js'

/** Each column of a record: its name and type in SQL, and its name here. */
const FIELDS: readonly (readonly [column: string, type: string, field: keyof RecordRow])[] = [
  ['book', 'bigint', 'book'],
  ['batch', 'bigint', 'batch'],
  ['epoch', 'bigint', 'epoch'],
  ['version', 'bigint', 'version'],
  ['first_sequence', 'bigint', 'firstSequence'],
  ['last_sequence', 'bigint', 'lastSequence'],
  ['head', 'bytea', 'head'],
  ['events', 'bytea', 'events'],
  ['images', 'bytea', 'images'],
  ['results', 'bytea', 'results'],
  ['events_hash', 'text', 'eventsHash'],
  ['images_hash', 'text', 'imagesHash'],
  ['results_hash', 'text', 'resultsHash'],
  ['hash', 'text', 'hash'],
]

const SELECTED = FIELDS.map(([column, , field]) => `${column} AS "${field}"`).join(', ')

/** `INSERT … SELECT` of a record, whose values are the first parameters. */
export const INSERT_RECORD = `INSERT INTO ${JOURNAL}.records (${FIELDS.map(([column]) => column).join(', ')})
  SELECT ${FIELDS.map(([, type], index) => `$${index + 1}::${type}`).join(', ')}`
export const RECORD_PARAMETERS = FIELDS.length

export const recordValues = (row: RecordRow): (number | string | Uint8Array)[] =>
  FIELDS.map(([, , field]) => row[field])

/** Where the journal ends. */
export async function lastHead(session: Session, { book }: PostgresPlace): Promise<ChainHead> {
  const { rows } = await session.query<ChainHead>(
    `SELECT batch, hash FROM ${JOURNAL}.records WHERE book = $1 ORDER BY batch DESC LIMIT 1`,
    [book],
  )
  return rows[0] ?? START
}

/** The hash of a record as the journal has it, or undefined. */
export async function hashAt(
  session: Session,
  { book }: PostgresPlace,
  batch: number,
): Promise<string | undefined> {
  if (batch === 0) return CHAIN_START
  const { rows } = await session.query<{ hash: string }>(
    `SELECT hash FROM ${JOURNAL}.records WHERE book = $1 AND batch = $2`,
    [book, batch],
  )
  return rows[0]?.hash
}

export interface Bounds {
  readonly records: number
  readonly bytes: number
}

type Order = 'ASC' | 'DESC'

export interface Step {
  readonly rows: readonly RecordRow[]
  readonly hasMore: boolean
}

/** One record alone. */
export const ONE: Bounds = { records: 1, bytes: 0 }

/** What one step of a reader holds. */
const BOUNDS: Bounds = { records: 512, bytes: 16 * 2 ** 20 }

/** Some of the records after `batch`, at least one where there is one, and whether the bounds left others out. */
export const stepAfter = (
  session: Session,
  place: PostgresPlace,
  batch: number,
  bounds: Bounds,
): Promise<Step> => someRecords(session, place, 'ASC', batch, bounds)

/** Some of the records after `batch`, at least one where there is one. */
export const someRecordsAfter = async (
  session: Session,
  place: PostgresPlace,
  batch: number,
  bounds = BOUNDS,
): Promise<readonly RecordRow[]> => (await stepAfter(session, place, batch, bounds)).rows

/** All records after `batch` in order, some at a time. */
export async function* recordsAfter(
  session: Session,
  place: PostgresPlace,
  batch: number,
): AsyncGenerator<readonly RecordRow[]> {
  for (let last = batch; ; ) {
    const { rows, hasMore } = await stepAfter(session, place, last, BOUNDS)
    if (rows.length > 0) yield rows
    if (!hasMore) return
    last = (rows.at(-1) as RecordRow).batch
  }
}

/** The records up to `batch`, the newest first, some at a time. */
export async function* recordsUpTo(
  session: Session,
  place: PostgresPlace,
  batch: number,
): AsyncGenerator<readonly RecordRow[]> {
  for (let first = batch; ; ) {
    const { rows, hasMore } = await someRecords(session, place, 'DESC', first, BOUNDS)
    if (rows.length > 0) yield rows
    if (!hasMore) return
    first = (rows.at(-1) as RecordRow).batch - 1
  }
}

/** So many records as do not come to more than the bounds, found by their sizes: what is left out is not read. */
async function someRecords(
  session: Session,
  { book }: PostgresPlace,
  order: Order,
  batch: number,
  bounds: Bounds,
): Promise<Step> {
  const found = await session.query<RecordRow & { readonly sized: number }>(SOME_RECORDS[order], [
    book,
    batch,
    bounds.records,
    bounds.bytes,
  ])
  const sized = found.rows[0]?.sized ?? 0
  return { rows: found.rows, hasMore: sized === bounds.records || sized > found.rows.length }
}

const someRecordsIn = (order: Order, condition: string): string => `WITH sized AS (
    SELECT batch, SUM(octet_length(events) + octet_length(images) + octet_length(results)) OVER upward AS bytes,
        ROW_NUMBER() OVER upward AS place
      FROM ${JOURNAL}.records WHERE book = $1 AND ${condition}
      WINDOW upward AS (ORDER BY batch ${order}) ORDER BY batch ${order} LIMIT $3
  )
  SELECT ${FIELDS.map(([column, , field]) => `record.${column} AS "${field}"`).join(', ')},
      (SELECT COUNT(*) FROM sized) AS sized
    FROM sized JOIN ${JOURNAL}.records AS record ON record.book = $1 AND record.batch = sized.batch
    WHERE record.${condition} AND (sized.place = 1 OR sized.bytes <= $4) ORDER BY record.batch ${order}`

const SOME_RECORDS: Readonly<Record<Order, string>> = {
  ASC: someRecordsIn('ASC', 'batch > $2'),
  DESC: someRecordsIn('DESC', 'batch <= $2'),
}

/** The record that holds a sequence, or undefined. */
export async function recordHolding(
  session: Session,
  { book }: PostgresPlace,
  sequence: number,
): Promise<RecordRow | undefined> {
  const { rows } = await session.query<RecordRow>(
    `SELECT ${SELECTED} FROM ${JOURNAL}.records WHERE book = $1 AND last_sequence >= $2
      ORDER BY last_sequence, batch LIMIT 1`,
    [book, sequence],
  )
  const [row] = rows
  return row === undefined || sequence < row.firstSequence ? undefined : row
}

/** Every record that is not as the chain has it, and where the chain ends. */
export async function chainDamage(
  session: Session,
  place: PostgresPlace,
  droppedThrough: number,
): Promise<{ readonly head: ChainHead; readonly damage: Damage[] }> {
  const damage: Damage[] = []
  let previous = START
  for await (const rows of recordsAfter(session, place, 0)) {
    for (const row of rows) {
      const found = damageOf(journalName(place), row, previous, droppedThrough)
      if (found !== null) damage.push(found)
      previous = { batch: row.batch, hash: row.hash }
    }
  }
  return { head: previous, damage }
}

/** Damage where the journal does not hold the record that something else was made from. */
export async function missingFrom(
  session: Session,
  place: PostgresPlace,
  { batch, hash: seen }: ChainHead,
  by: string,
): Promise<Damage[]> {
  const hash = await hashAt(session, place, batch)
  if (hash === seen) return []
  const file = journalName(place)
  const message =
    hash === undefined
      ? `${file} ends at record ${(await lastHead(session, place)).batch}, but ${by} has seen record ${batch}`
      : `${file}: record ${batch} is not the one that ${by} has seen`
  return [{ file, batch, message }]
}
