/**
 * The journal's thread: hashes, inserts and flushes one record at a time, in the order of the calls. After a failed
 * write it writes nothing more, because what is on the disk is then unknown.
 */
import { workerData } from 'node:worker_threads'
import type { Appended } from '../port.js'
import { chainHash, partHashes } from '../record/chain.js'
import type { EncodedBatch } from '../record/codec.js'
import { openJournal } from './files.js'
import { serveCalls } from './worker-link.js'

export interface JournalStart {
  readonly path: string
  readonly book: number
  readonly epoch: number
  /** Where the chain stands. */
  readonly batch: number
  readonly hash: string
}

const start = workerData as JournalStart
const database = openJournal(start.path)
const insert = database.prepare(
  `INSERT INTO records (batch, book, epoch, version, first_sequence, last_sequence, head, events, images, results,
     events_hash, images_hash, results_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
)
let { batch, hash } = start
let failure: Error | null = null

function append(record: EncodedBatch): Appended {
  if (failure !== null) throw failure
  const hashes = partHashes(record)
  const next = { batch: batch + 1, hash: chainHash(hash, batch + 1, hashes) }
  try {
    insert.run(
      next.batch,
      start.book,
      start.epoch,
      record.version,
      record.firstSequence,
      record.lastSequence,
      record.head,
      record.events,
      record.images,
      record.results,
      hashes.events,
      hashes.images,
      hashes.results,
      next.hash,
    )
  } catch (error) {
    failure = error as Error
    throw failure
  }
  batch = next.batch
  hash = next.hash
  return next
}

serveCalls({ append, close: () => database.close() })
