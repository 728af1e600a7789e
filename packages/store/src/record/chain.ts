/**
 * The chain: each record's hash covers the one before, H(previous, H(head and events), H(images), H(results)), with
 * what the journal says of the record beside its parts. Since the parts are hashed apart, images and results can be
 * dropped later and the chain still verifies.
 */
import { createHash } from 'node:crypto'
import type { EncodedBatch } from './codec.js'

export const CHAIN_START = '0'.repeat(64)

/** Where a chain stands. */
export interface ChainHead {
  readonly batch: number
  readonly hash: string
}

export interface PartHashes {
  readonly events: string
  readonly images: string
  readonly results: string
}

/** What the journal says of a record beside its parts; a change of it breaks the chain as well. */
export interface RecordNote {
  readonly book: number
  readonly batch: number
  /** Grows by one at each taking over; stays where one process at a time is seen to by a lock. */
  readonly epoch: number
  readonly version: number
  readonly firstSequence: number
  readonly lastSequence: number
}

export const sha256 = (...parts: readonly (Uint8Array | string)[]): string => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

type Parts = Pick<EncodedBatch, 'head' | 'events' | 'images' | 'results'>

export const partHashes = ({ head, events, images, results }: Parts): PartHashes => ({
  events: sha256(head, events),
  images: sha256(images),
  results: sha256(results),
})

export function chainHash(previous: string, note: RecordNote, parts: PartHashes): string {
  const { book, batch, epoch, version, firstSequence, lastSequence } = note
  const { events, images, results } = parts
  return sha256(
    `${previous} ${book} ${batch} ${epoch} ${version} ${firstSequence} ${lastSequence} ${events} ${images} ${results}`,
  )
}
