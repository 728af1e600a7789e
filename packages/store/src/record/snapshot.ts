/**
 * A snapshot: the whole image as it was after a record, in parts that are each a record of images alone. The record
 * behind it says its hash, so that the chain proves it. What it replaces may be dropped: a part of a record that was
 * dropped has no bytes, and its hash stays.
 */
import type { AnyTable, Event, Image, Plain, TableImages } from '@stemma/core/image'
import { sha256 } from './chain.js'
import { decodeBatch, decodeHead, type EncodedBatch, encodeBatch } from './codec.js'
import { recordBytesMax } from './measure.js'

/** What the command of the core leaves behind. */
const KEPT = 'journal.snapshot_kept'

/** Rows of one part, as they are measured: well below the largest record. */
const PART_BYTES = 6 * 2 ** 20

export interface SnapshotHead {
  /** The record whose state it holds. */
  readonly batch: number
  readonly hash: string
}

export type SnapshotPart = Pick<EncodedBatch, 'version' | 'head' | 'images'>

export interface Dropped {
  /** Of the records up to here nothing but the events is left. */
  readonly through: number
  /** The snapshot that stands in for them. */
  readonly snapshot: SnapshotHead
}

/** The last of the records 1 to `last` that is older than `before`, or 0: times rise with the numbers. */
export async function lastBefore(
  last: number,
  before: number,
  timeOf: (batch: number) => number | Promise<number>,
): Promise<number> {
  let low = 0
  let high = last
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((await timeOf(middle)) < before) low = middle
    else high = middle - 1
  }
  return low
}

/** The snapshot that the events of a record speak of, or null. */
export function snapshotNoted(events: readonly Event[]): SnapshotHead | null {
  const event = events.find(({ kind }) => kind === KEPT)
  if (event === undefined) return null
  const { batch, hash } = event.data as unknown as SnapshotHead
  return { batch, hash }
}

/** The parts of an image, table by table. */
export function* snapshotParts(image: Image): IterableIterator<SnapshotPart> {
  const { head } = image
  const part = (images: TableImages): SnapshotPart =>
    encodeBatch({ firstSequence: head.sequence + 1, head, events: [], images: [images], results: [] })
  for (const table of image.primaryTables()) {
    const columns = table.columns.map(({ name }) => name)
    for (const rows of rowsOf(table)) yield part({ table: table.tableName, columns, rows, removed: [] })
  }
}

/** The rows of a table in the order of their ids, some at a time. */
function* rowsOf(table: AnyTable): IterableIterator<(readonly Plain[])[]> {
  let rows: (readonly Plain[])[] = []
  let bytes = 0
  for (const id of table.idsInOrder()) {
    const row = table.encode(table.row(id))
    const size = recordBytesMax(row)
    if (rows.length > 0 && bytes + size > PART_BYTES) {
      yield rows
      rows = []
      bytes = 0
    }
    rows.push(row)
    bytes += size
  }
  if (rows.length > 0) yield rows
}

export const imagesIn = ({ version, head, images }: SnapshotPart): readonly TableImages[] =>
  decodeBatch({ version, head, images, firstSequence: 0, lastSequence: 0, ...NOTHING }).images

const NOTHING = { events: new Uint8Array(0), results: new Uint8Array(0) }

const partHash = ({ version, head, images }: SnapshotPart): string => sha256(`${version} `, head, images)

/** Takes parts as they pass, and says the hash of all of them. */
export class SnapshotHash {
  private readonly parts: string[] = []

  take(part: SnapshotPart): void {
    this.parts.push(partHash(part))
  }

  digest(): string {
    return sha256(this.parts.join(' '))
  }
}

/** Fills a fresh image with a snapshot, each table at once, so that owners come before what they own. */
export function fillFrom(parts: Iterable<SnapshotPart>, image: Image): void {
  const tables = new Map<
    string,
    { readonly columns: readonly string[]; readonly rows: TableImages['rows'][] }
  >()
  for (const part of parts) {
    image.head = decodeHead(part.head)
    for (const { table, columns, rows } of imagesIn(part)) {
      const kept = tables.get(table) ?? { columns, rows: [] }
      kept.rows.push(rows)
      tables.set(table, kept)
    }
  }
  for (const [table, { columns, rows }] of tables) {
    const count = rows.reduce((sum, some) => sum + some.length, 0)
    image.fill(table, columns, rows, count)
  }
}
