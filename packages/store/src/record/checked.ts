/** Records as a journal keeps them, each checked against the chain when it is read. */
import type { Batch, Event, KeyedResult } from '@stemma/core/image'
import { type Damage, StoreRefusal } from '../port.js'
import {
  CHAIN_START,
  type ChainHead,
  chainHash,
  type PartHashes,
  partHashes,
  type RecordNote,
  sha256,
} from './chain.js'
import { decodeBatch, decodeEventsOf, decodeResultsOf, type EncodedBatch, isDropped } from './codec.js'
import { FORMAT_VERSION } from './upgrades.js'

export interface RecordRow extends EncodedBatch, RecordNote {
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

export const START: ChainHead = { batch: 0, hash: CHAIN_START }

/** A batch as the record that follows `previous`. */
export function recordAfter(
  previous: ChainHead,
  { book, epoch }: Pick<RecordNote, 'book' | 'epoch'>,
  encoded: EncodedBatch,
): RecordRow {
  const { version, firstSequence, lastSequence, head, events, images, results } = encoded
  const note = { book, batch: previous.batch + 1, epoch, version, firstSequence, lastSequence }
  const parts = partHashes(encoded)
  const hash = chainHash(previous.hash, note, parts)
  return { ...note, head, events, images, results, hash, ...hashesOf(parts) }
}

const hashesOf = ({ events, images, results }: PartHashes) => ({
  eventsHash: events,
  imagesHash: images,
  resultsHash: results,
})

/**
 * What `rows` hold, which come after `from`. Throws where one is missing or a hash does not follow from the one before,
 * or where a part was dropped of a record behind `droppedThrough`.
 */
export function* readRecords(
  file: string,
  rows: Iterable<RecordRow>,
  from: ChainHead,
  droppedThrough = 0,
): IterableIterator<ReadRecord> {
  let previous = from
  for (const row of rows) {
    assertReadable(file, row)
    const damage = damageOf(file, row, previous, droppedThrough)
    if (damage !== null) throw new StoreRefusal('damaged', damage.message, damage)
    previous = row
    yield { number: row.batch, hash: row.hash, batch: decodeBatch(row) }
  }
}

/** The keyed results of a record, which must be those that its hash was made of; none where they were dropped. */
export function resultsOf(
  file: string,
  row: Pick<RecordRow, keyof EncodedBatch | 'batch' | 'resultsHash'>,
): readonly KeyedResult[] {
  assertReadable(file, row)
  if (isDropped(row.results)) return []
  if (sha256(row.results) === row.resultsHash) return decodeResultsOf(row)
  const message = `${file}: the results of record ${row.batch} are not those that were written`
  throw new StoreRefusal('damaged', message, { file, batch: row.batch })
}

/** The events of a record, which must be those that its hash was made of. */
export function eventsOf(file: string, row: RecordRow): readonly Event[] {
  assertReadable(file, row)
  const { batch, head, events, eventsHash } = row
  if (sha256(head, events) === eventsHash) return decodeEventsOf(row)
  const message = `${file}: the events of record ${batch} are not those that were written`
  throw new StoreRefusal('damaged', message, { file, batch })
}

/** The same, or none where they are damaged: for who finds that out elsewhere. */
export function soundEventsOf(file: string, row: RecordRow): readonly Event[] {
  try {
    return eventsOf(file, row)
  } catch (error) {
    if (error instanceof StoreRefusal) return []
    throw error
  }
}

export function assertReadable(file: string, { batch, version }: { batch: number; version: number }): void {
  if (version <= FORMAT_VERSION) return
  throw new StoreRefusal(
    'newer_version',
    `${file}: record ${batch} has format ${version}; this version reads up to ${FORMAT_VERSION}`,
    { file, batch },
  )
}

/**
 * What is wrong with a record, or null: it is to be the next, and to have the hash that its content makes. Up to
 * `droppedThrough` a snapshot stands in for images and results, whose hashes are then taken as they were kept: the chain
 * covers them.
 */
export function damageOf(
  file: string,
  row: RecordRow,
  previous: ChainHead,
  droppedThrough = 0,
): Damage | null {
  const expected = previous.batch + 1
  if (row.batch !== expected) {
    const message = `${file}: record ${expected} is missing, the next is ${row.batch}`
    return { file, batch: expected, message }
  }
  const loss = lossOf(file, row, droppedThrough)
  if (loss !== null) return loss
  const whole = partHashes(row)
  const parts = {
    events: whole.events,
    images: isDropped(row.images) ? row.imagesHash : whole.images,
    results: isDropped(row.results) ? row.resultsHash : whole.results,
  }
  const isWhole =
    parts.events === row.eventsHash &&
    parts.images === row.imagesHash &&
    parts.results === row.resultsHash &&
    chainHash(previous.hash, row, parts) === row.hash
  if (isWhole) return null
  const message = `${file}: record ${row.batch} does not have the hash that follows from its content and the record before`
  return { file, batch: row.batch, message }
}

/** Damage where images or results are gone of a record that no snapshot stands in for. */
export function lossOf(
  file: string,
  { batch, images, results }: RecordRow,
  droppedThrough: number,
): Damage | null {
  const isCut = isDropped(images) || isDropped(results)
  if (!isCut || batch <= droppedThrough) return null
  const message = `${file}: record ${batch} has lost its images or results, and no snapshot stands in for them`
  return { file, batch, message }
}
