/**
 * Records: a batch as bytes, in parts that can be read apart, so that images and results can be dropped behind a
 * snapshot while the chain over the events still verifies. Each part is msgpack with a structure dictionary of its own.
 * Events and results are written as rows, their field names given by the format version instead of by each record.
 */
import type { Batch, Event, Head, KeyedResult, TableImages } from '@stemma/core/image'
import { Packr, Unpackr } from 'msgpackr'
import { type Row, readEvent, readResult, writeEvent, writeResult } from './rows.js'
import { FORMAT_VERSION, upgraded } from './upgrades.js'

type Bytes = Uint8Array<ArrayBuffer>

/** The parts of a record, and what is said of it without reading them. */
export interface EncodedBatch {
  readonly version: number
  readonly firstSequence: number
  readonly lastSequence: number
  readonly head: Bytes
  readonly events: Bytes
  readonly images: Bytes
  readonly results: Bytes
}

// Without shared structures each message defines its own: a part can be read with nothing but itself. Bigints and
// numbers stay what they are: a bigint of 64 bits is an integer on the wire, a number beyond 32 bits a float.
const packr = new Packr({ useRecords: true, useBigIntExtension: true, encodeUndefinedAsNil: true })
const unpackr = new Unpackr({ useRecords: true, int64AsType: 'bigint', useBigIntExtension: true })

/** The batch as a record of the newest format. All parts stand in one buffer of their own, to be handed to a thread. */
export function encodeBatch(batch: Batch): EncodedBatch {
  const { firstSequence, head } = batch
  const parts = [
    packr.pack([head.sequence, head.time, head.idCounter]),
    packr.pack(batch.events.map(writeEvent)),
    packr.pack(batch.images.map(({ table, columns, rows, removed }) => [table, columns, rows, removed])),
    packr.pack(batch.results.map(writeResult)),
  ]
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  const [first, second, third, fourth] = parts.map((part) => {
    all.set(part, at)
    at += part.length
    return all.subarray(at - part.length, at)
  }) as [Bytes, Bytes, Bytes, Bytes]
  return {
    version: FORMAT_VERSION,
    firstSequence,
    lastSequence: head.sequence,
    head: first,
    events: second,
    images: third,
    results: fourth,
  }
}

/** Whether images or results were dropped behind a snapshot: written ones take at least a byte. */
export const isDropped = (part: Uint8Array): boolean => part.length === 0

/** The batch of a record of this format or an older one; what was dropped of it is empty. */
export function decodeBatch(encoded: EncodedBatch): Batch {
  const batch: Batch = {
    firstSequence: encoded.firstSequence,
    head: decodeHead(encoded.head),
    events: decodeEvents(encoded.events),
    images: rowsIn(encoded.images).map(readImages),
    results: decodeResults(encoded.results),
  }
  return upgraded(batch, encoded.version)
}

/** The events alone, where the record has them as they are now; else they come out of the whole batch. */
export const decodeEventsOf = (encoded: EncodedBatch): readonly Event[] =>
  encoded.version === FORMAT_VERSION ? decodeEvents(encoded.events) : decodeBatch(encoded).events

/** The results alone, where the record has them as they are now; else they come out of the whole batch. */
export const decodeResultsOf = (encoded: EncodedBatch): readonly KeyedResult[] =>
  encoded.version === FORMAT_VERSION ? decodeResults(encoded.results) : decodeBatch(encoded).results

export const decodeHead = (bytes: Uint8Array): Head => {
  const [sequence, time, idCounter] = unpackr.unpack(bytes) as [number, Head['time'], number]
  return { sequence, time, idCounter }
}

const rowsIn = (part: Uint8Array): Row[] => (isDropped(part) ? [] : (unpackr.unpack(part) as Row[]))

const decodeEvents = (bytes: Uint8Array): Event[] => rowsIn(bytes).map(readEvent)

const decodeResults = (bytes: Uint8Array): KeyedResult[] => rowsIn(bytes).map(readResult)

export const sizeOf = ({ head, events, images, results }: EncodedBatch): number =>
  head.length + events.length + images.length + results.length

const readImages = ([table, columns, rows, removed]: Row): TableImages =>
  ({ table, columns, rows, removed }) as unknown as TableImages
