/** Reading the journal: records in order, each checked against the chain. */
import type { Batch, KeyedResult } from '@stemma/core/image'
import type Database from 'better-sqlite3'
import { type Damage, StoreRefusal } from '../port.js'
import { CHAIN_START, chainHash, partHashes, sha256 } from '../record/chain.js'
import { decodeBatch, decodeResultsOf, type EncodedBatch } from '../record/codec.js'
import { FORMAT_VERSION } from '../record/upgrades.js'
import type { ChainHead } from './head-file.js'

export interface RecordRow extends EncodedBatch {
  readonly book: number
  readonly batch: number
  readonly epoch: number
  readonly hash: string
  readonly eventsHash: string
  readonly imagesHash: string
  readonly resultsHash: string
}

export interface ReadRecord {
  readonly number: number
  readonly hash: string
  readonly batch: Batch
}

const RECORD_COLUMNS = `batch, book, epoch, version, first_sequence AS firstSequence, last_sequence AS lastSequence,
  head, events, images, results, events_hash AS eventsHash, images_hash AS imagesHash, results_hash AS resultsHash, hash`

export const START: ChainHead = { batch: 0, hash: CHAIN_START }

export const rowsAfter = (journal: Database.Database, batch: number): IterableIterator<RecordRow> =>
  journal
    .prepare(`SELECT ${RECORD_COLUMNS} FROM records WHERE batch > ? ORDER BY batch`)
    .iterate(batch) as IterableIterator<RecordRow>

/** Where the journal ends. */
export const lastHead = (journal: Database.Database): ChainHead =>
  (journal.prepare('SELECT batch, hash FROM records ORDER BY batch DESC LIMIT 1').get() as
    | ChainHead
    | undefined) ?? START

/** The hash of a record as the journal has it, or undefined. */
export const hashAt = (journal: Database.Database, batch: number): string | undefined =>
  batch === 0
    ? CHAIN_START
    : (journal.prepare('SELECT hash FROM records WHERE batch = ?').pluck().get(batch) as string | undefined)

/**
 * Some of the rows after `batch`, read at once: whoever takes long over each must not hold the journal open meanwhile,
 * since its writer could then never begin its log anew.
 */
export function someRowsAfter(
  journal: Database.Database,
  batch: number,
  max: { readonly records: number; readonly bytes: number },
): RecordRow[] {
  const rows: RecordRow[] = []
  let bytes = 0
  for (const row of rowsAfter(journal, batch)) {
    rows.push(row)
    bytes += row.events.length + row.images.length + row.results.length
    if (rows.length >= max.records || bytes >= max.bytes) break
  }
  return rows
}

/** What `rows` hold, which come after `from`. Throws where one is missing or a hash does not follow from the one before. */
export function* readRecords(
  file: string,
  rows: Iterable<RecordRow>,
  from: ChainHead,
): IterableIterator<ReadRecord> {
  let previous = from
  for (const row of rows) {
    assertReadable(file, row)
    const damage = damageOf(file, row, previous)
    if (damage !== null) throw new StoreRefusal('damaged', damage.message, damage)
    previous = row
    yield { number: row.batch, hash: row.hash, batch: decodeBatch(row) }
  }
}

/** The record that holds a sequence, or undefined. Numbers and sequences rise together, so it is found by halving. */
export function recordHolding(journal: Database.Database, sequence: number): RecordRow | undefined {
  const lastOf = journal.prepare('SELECT last_sequence FROM records WHERE batch = ?').pluck()
  let low = 1
  let high = lastHead(journal).batch
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if ((lastOf.get(middle) as number) < sequence) low = middle + 1
    else high = middle
  }
  const found = journal.prepare(`SELECT ${RECORD_COLUMNS} FROM records WHERE batch = ?`).get(low)
  const row = found as RecordRow | undefined
  return row === undefined || sequence < row.firstSequence || sequence > row.lastSequence ? undefined : row
}

/** The keyed results of the records up to `batch`, the newest record first. */
export function* resultsUpTo(
  file: string,
  journal: Database.Database,
  batch: number,
): IterableIterator<readonly KeyedResult[]> {
  const rows = journal
    .prepare(`SELECT ${RECORD_COLUMNS} FROM records WHERE batch <= ? ORDER BY batch DESC`)
    .iterate(batch) as IterableIterator<RecordRow>
  for (const row of rows) yield resultsOf(file, row)
}

/** The keyed results of a record, which must be those that its hash was made of. */
export function resultsOf(file: string, row: RecordRow): readonly KeyedResult[] {
  assertReadable(file, row)
  if (sha256(row.results) === row.resultsHash) return decodeResultsOf(row)
  const message = `${file}: the results of record ${row.batch} are not those that were written`
  throw new StoreRefusal('damaged', message, { file, batch: row.batch })
}

/** Every record that is not as the chain has it, and where the chain ends. */
export function chainDamage(
  file: string,
  journal: Database.Database,
): { readonly head: ChainHead; readonly damage: Damage[] } {
  const damage: Damage[] = []
  let previous = START
  try {
    for (const row of rowsAfter(journal, 0)) {
      const found = damageOf(file, row, previous)
      if (found !== null) damage.push(found)
      previous = { batch: row.batch, hash: row.hash }
    }
  } catch (error) {
    const batch = previous.batch + 1
    damage.push({
      file,
      batch,
      message: `${file}: record ${batch} cannot be read: ${(error as Error).message}`,
    })
  }
  return { head: previous, damage }
}

/** As `chainDamage`, of a journal that is to be read: throws where a record is of a newer format. */
export function recordDamage(file: string, journal: Database.Database): Damage[] {
  const newer = journal.prepare('SELECT batch, version FROM records WHERE version > ?').get(FORMAT_VERSION)
  if (newer !== undefined) assertReadable(file, newer as RecordRow)
  return chainDamage(file, journal).damage
}

export function assertReadable(file: string, { batch, version }: { batch: number; version: number }): void {
  if (version <= FORMAT_VERSION) return
  throw new StoreRefusal(
    'newer_version',
    `${file}: record ${batch} has format ${version}; this version reads up to ${FORMAT_VERSION}`,
    { file, batch },
  )
}

function damageOf(file: string, row: RecordRow, previous: ChainHead): Damage | null {
  const expected = previous.batch + 1
  if (row.batch !== expected) {
    const message = `${file}: record ${expected} is missing, the next is ${row.batch}`
    return { file, batch: expected, message }
  }
  const parts = partHashes(row)
  const isWhole =
    parts.events === row.eventsHash &&
    parts.images === row.imagesHash &&
    parts.results === row.resultsHash &&
    chainHash(previous.hash, row, parts) === row.hash
  if (isWhole) return null
  const message = `${file}: record ${row.batch} does not have the hash that follows from its content and the record before`
  return { file, batch: row.batch, message }
}
