/** Reading the journal: records in order, each checked against the chain where that is asked. */

import type { Batch } from '@stemma/core/image'
import type Database from 'better-sqlite3'
import { StoreRefusal } from '../port.js'
import { chainHash, partHashes } from '../record/chain.js'
import { decodeBatch, FORMAT_VERSION } from '../record/codec.js'

export interface RecordRow {
  readonly batch: number
  readonly version: number
  readonly first_sequence: number
  readonly last_sequence: number
  readonly head: Uint8Array<ArrayBuffer>
  readonly events: Uint8Array<ArrayBuffer>
  readonly images: Uint8Array<ArrayBuffer>
  readonly results: Uint8Array<ArrayBuffer>
  readonly hash: string
}

export interface ReadRecord {
  readonly number: number
  readonly hash: string
  readonly bytes: number
  readonly batch: Batch
}

const rowsAfter = (journal: Database.Database, batch: number): IterableIterator<RecordRow> =>
  journal
    .prepare(
      'SELECT batch, version, first_sequence, last_sequence, head, events, images, results, hash FROM records WHERE batch > ? ORDER BY batch',
    )
    .iterate(batch) as IterableIterator<RecordRow>

function decode(row: RecordRow): Batch {
  if (row.version > FORMAT_VERSION) {
    throw new StoreRefusal(
      'newer_version',
      `record ${row.batch} has format ${row.version}; this version reads up to ${FORMAT_VERSION}`,
    )
  }
  return decodeBatch({ ...row, firstSequence: row.first_sequence, lastSequence: row.last_sequence })
}

export function* readRecords(journal: Database.Database, after: number): IterableIterator<ReadRecord> {
  for (const row of rowsAfter(journal, after)) {
    const bytes = row.events.length + row.images.length + row.results.length
    yield { number: row.batch, hash: row.hash, bytes, batch: decode(row) }
  }
}

/** As `readRecords`, and throws where a number is missing or a hash does not follow from the one before. */
export function* readChecked(
  journal: Database.Database,
  after: number,
  hashAfter: string,
): IterableIterator<ReadRecord> {
  let [number, hash] = [after, hashAfter]
  for (const row of rowsAfter(journal, after)) {
    const fault = faultOf(row, number, hash)
    if (fault !== null) throw new StoreRefusal('damaged', fault)
    ;[number, hash] = [row.batch, row.hash]
    yield { number, hash, bytes: 0, batch: decode(row) }
  }
}

/** Every fault of the chain, each named by its record. */
export function chainFaults(
  journal: Database.Database,
  start: string,
): { readonly batches: number; readonly hash: string; readonly faults: string[] } {
  const faults: string[] = []
  let [number, hash] = [0, start]
  for (const row of rowsAfter(journal, 0)) {
    const fault = faultOf(row, number, hash)
    if (fault !== null) faults.push(fault)
    ;[number, hash] = [row.batch, row.hash]
  }
  return { batches: number, hash, faults }
}

function faultOf(row: RecordRow, previousNumber: number, previousHash: string): string | null {
  if (row.batch !== previousNumber + 1)
    return `journal: record ${previousNumber + 1} is missing, the next is ${row.batch}`
  return chainHash(previousHash, row.batch, partHashes(row)) === row.hash
    ? null
    : `journal: record ${row.batch} does not have the hash that follows from its content and the record before`
}
