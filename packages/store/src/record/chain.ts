/**
 * The chain: each record's hash covers the one before, H(previous, H(head and events), H(images), H(results)). Since
 * the parts are hashed apart, images and results can be dropped later and the chain still verifies.
 */
import { createHash } from 'node:crypto'
import type { EncodedBatch } from './codec.js'

export const CHAIN_START = '0'.repeat(64)

export interface PartHashes {
  readonly events: string
  readonly images: string
  readonly results: string
}

const sha256 = (...parts: readonly (Uint8Array | string)[]): string => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

export const partHashes = ({
  head,
  events,
  images,
  results,
}: Omit<EncodedBatch, 'version' | 'firstSequence' | 'lastSequence'>): PartHashes => ({
  events: sha256(head, events),
  images: sha256(images),
  results: sha256(results),
})

export const chainHash = (previous: string, batch: number, { events, images, results }: PartHashes): string =>
  sha256(`${previous} ${batch} ${events} ${images} ${results}`)
