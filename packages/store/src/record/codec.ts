/**
 * Records: a batch as bytes. Three parts, so that images and results can be dropped behind a snapshot while the chain
 * over the events still verifies. Each part is msgpack with a structure dictionary of its own.
 */
import type { Batch, Event, Head, KeyedResult, TableImages } from '@stemma/core/image'
import { Packr, Unpackr } from 'msgpackr'

/** The version of what is written now. A newer one is refused; an older one is upgraded by `upgrades`. */
export const FORMAT_VERSION = 1

export interface EncodedBatch {
  readonly version: number
  readonly firstSequence: number
  readonly lastSequence: number
  readonly head: Uint8Array<ArrayBuffer>
  readonly events: Uint8Array<ArrayBuffer>
  readonly images: Uint8Array<ArrayBuffer>
  readonly results: Uint8Array<ArrayBuffer>
}

// Without shared structures each message defines its own: a part can be read with nothing but itself.
const packr = new Packr({ useRecords: true, useBigIntExtension: true, encodeUndefinedAsNil: true })
const unpackr = new Unpackr({ useRecords: true, int64AsType: 'bigint', useBigIntExtension: true })

// Copied out of the packer's pool, so that the bytes can be handed to another thread.
const pack = (plain: unknown): Uint8Array<ArrayBuffer> => Uint8Array.from(packr.pack(plain))
const unpack = (bytes: Uint8Array): unknown => unpackr.unpack(bytes)

export function encodeBatch(batch: Batch): EncodedBatch {
  return {
    version: FORMAT_VERSION,
    firstSequence: batch.firstSequence,
    lastSequence: batch.head.sequence,
    head: pack(batch.head),
    events: pack(batch.events),
    images: pack(batch.images),
    results: pack(batch.results),
  }
}

export function decodeBatch(encoded: EncodedBatch): Batch {
  return {
    firstSequence: encoded.firstSequence,
    head: unpack(encoded.head) as Head,
    events: unpack(encoded.events) as Event[],
    images: unpack(encoded.images) as TableImages[],
    results: unpack(encoded.results) as KeyedResult[],
  }
}

export const sizeOf = ({ head, events, images, results }: EncodedBatch): number =>
  head.length + events.length + images.length + results.length

export const decodeHead = (head: Uint8Array): Head => unpack(head) as Head
