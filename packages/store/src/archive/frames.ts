/**
 * The file of a backup: a line that says what it is, then frames, each its length in four bytes and so many bytes of
 * msgpack. The first frame says which book it is and where it ends, every other one holds a record as it was written.
 */
import type { FileHandle } from 'node:fs/promises'
import { Packr } from 'msgpackr'
import { RECORD_BYTES_MAX, StoreRefusal } from '../port.js'
import type { RecordRow } from '../record/checked.js'
import type { SnapshotPart } from '../record/snapshot.js'
import type { JournalSource } from './journal-source.js'

/** What is beside the parts of a record takes less than this. */
const FRAME_BYTES_MAX = RECORD_BYTES_MAX + 2 ** 16
const LENGTH_BYTES = 4

export const MAGIC = Buffer.from('stemma backup 1\n')

export type Header = Pick<JournalSource, 'book' | 'first' | 'head' | 'snapshot'>

const packr = new Packr({ useRecords: false })

function frameOf(content: unknown): Buffer {
  const body = packr.pack(content)
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

export const headerFrame = ({ book, first, head, snapshot }: Header): Buffer =>
  frameOf([book, first, head.batch, head.hash, snapshot?.batch ?? null, snapshot?.hash ?? null])

export function headerIn(frame: Buffer): Header {
  const [book, first, batch, hash, snapshotBatch, snapshotHash] = packr.unpack(frame)
  const snapshot = snapshotBatch === null ? null : { batch: snapshotBatch, hash: snapshotHash }
  return { book, first, head: { batch, hash }, snapshot }
}

/** A part of a snapshot has three fields, a record more. */
export const partFrame = ({ version, head, images }: SnapshotPart): Buffer => frameOf([version, head, images])

export const recordFrame = (row: RecordRow): Buffer =>
  frameOf([
    row.batch,
    row.book,
    row.epoch,
    row.version,
    row.firstSequence,
    row.lastSequence,
    row.head,
    row.events,
    row.images,
    row.results,
    row.eventsHash,
    row.imagesHash,
    row.resultsHash,
    row.hash,
  ])

type Bytes = SnapshotPart['head']
type PartFields = readonly [version: number, head: Bytes, images: Bytes]
type RecordFields = readonly [
  ...note: [number, number, number, number, number, number],
  ...parts: [Bytes, Bytes, Bytes, Bytes],
  ...hashes: [string, string, string, string],
]

/** A record, or a part of the snapshot, which stands before all records. */
export function contentIn(frame: Buffer): RecordRow | SnapshotPart {
  const fields = packr.unpack(frame) as PartFields | RecordFields
  if (fields.length !== PART_FIELDS) return recordOf(fields)
  const [version, head, images] = fields
  assertBytes(head, images)
  return { version, head, images }
}

const PART_FIELDS = 3

export const isRecord = (content: RecordRow | SnapshotPart): content is RecordRow => 'batch' in content

function recordOf(fields: RecordFields): RecordRow {
  const [batch, book, epoch, version, firstSequence, lastSequence, head, events, images, results] = fields
  const [eventsHash, imagesHash, resultsHash, hash] = fields.slice(-4) as [string, string, string, string]
  assertBytes(head, events, images, results)
  const note = { batch, book, epoch, version, firstSequence, lastSequence }
  return { ...note, head, events, images, results, eventsHash, imagesHash, resultsHash, hash }
}

function assertBytes(...parts: readonly unknown[]): void {
  for (const part of parts)
    if (!(part instanceof Uint8Array)) throw new Error('expected the parts of a record')
}

/** The frames behind the first line, up to the end of the file. */
export async function* framesIn(handle: FileHandle, name: string): AsyncIterable<Buffer> {
  for (let at = MAGIC.length; ; ) {
    const length = await bytesAt(handle, at, LENGTH_BYTES)
    if (length.length === 0) return
    const size = length.length < LENGTH_BYTES ? 0 : length.readUInt32BE()
    const body = size > FRAME_BYTES_MAX ? null : await bytesAt(handle, at + LENGTH_BYTES, size)
    if (body === null || body.length === 0 || body.length < size)
      throw new StoreRefusal('damaged', `${name} is cut off or changed at byte ${at}`, { file: name })
    yield body
    at += LENGTH_BYTES + size
  }
}

/** Fewer where the file ends. */
export async function bytesAt(handle: FileHandle, at: number, count: number): Promise<Buffer> {
  const bytes = Buffer.alloc(count)
  let filled = 0
  while (filled < count) {
    const { bytesRead } = await handle.read(bytes, filled, count - filled, at + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}
