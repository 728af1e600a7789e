/**
 * A journal that is read as it was written, beside whoever writes it: what a backup is made of, and what a copy or a
 * backup is read as. Records never change, so it needs no lock and nobody waits for it.
 */

import { createHash } from 'node:crypto'
import { type Image, stateHash } from '@stemma/core/image'
import type { WrappedKey } from '../keys/key-shelf.js'
import { StoreRefusal } from '../port.js'
import type { ChainHead } from '../record/chain.js'
import { assertReadable, damageOf, type RecordRow, START } from '../record/checked.js'
import { decodeBatch, decodeEventsOf } from '../record/codec.js'
import {
  fillFrom,
  SnapshotHash,
  type SnapshotHead,
  type SnapshotPart,
  snapshotNoted,
} from '../record/snapshot.js'

export interface JournalSource {
  /** As messages call it. */
  readonly name: string
  readonly book: number
  /** The hash of its first record, by which books are told apart. */
  readonly first: string
  /** Where it ended when it was opened: what came later is not read. */
  readonly head: ChainHead
  /** The snapshot that stands in for images and results before it; null where nothing was dropped. */
  readonly snapshot: SnapshotHead | null
  /** The parts of the snapshot, in order. Throws StoreRefusal where they are not those that the chain knows. */
  parts(): AsyncIterable<SnapshotPart>
  /** Every record up to there, in order. Throws StoreRefusal where one does not follow from the one before. */
  records(): AsyncIterable<RecordRow>
  /** The wrapped keys of its parties: all that these records need, since a key is kept before what is sealed with it. */
  keys(): Promise<readonly WrappedKey[]>
  close(): Promise<void>
}

/** The records as they come, each checked against the chain, and at the end that none is missing. */
export async function* checkedRecords(
  { name, book, first, head, snapshot }: Pick<JournalSource, 'name' | 'book' | 'first' | 'head' | 'snapshot'>,
  rows: AsyncIterable<RecordRow> | Iterable<RecordRow>,
): AsyncIterable<RecordRow> {
  let previous = START
  for await (const row of rows) {
    const damage = damageOf(name, row, previous, snapshot?.batch)
    if (damage !== null) throw new StoreRefusal('damaged', damage.message, damage)
    if (row.book !== book || (row.batch === 1 && row.hash !== first))
      throw new StoreRefusal('damaged', `${name}: record ${row.batch} is of another book than it says`, {
        file: name,
        batch: row.batch,
      })
    if (snapshot !== null && row.batch === snapshot.batch + 1) assertNoted(name, row, snapshot)
    previous = row
    yield row
  }
  if (previous.batch === head.batch && previous.hash === head.hash) return
  throw new StoreRefusal(
    'damaged',
    `${name} ends at record ${previous.batch}, not at ${head.batch} as it says`,
    {
      file: name,
      batch: head.batch,
    },
  )
}

/** The record behind a snapshot is the one that proves it. */
function assertNoted(name: string, row: RecordRow, snapshot: SnapshotHead): void {
  assertReadable(name, row)
  const noted = snapshotNoted(decodeEventsOf(row))
  if (noted?.batch === snapshot.batch && noted.hash === snapshot.hash) return
  const message = `${name}: record ${row.batch} does not speak of the snapshot before it`
  throw new StoreRefusal('damaged', message, { file: name, batch: row.batch })
}

/** The parts as they come, and at the end that they are those that the chain knows. */
export async function* checkedParts(
  name: string,
  { batch, hash }: SnapshotHead,
  parts: AsyncIterable<SnapshotPart>,
): AsyncIterable<SnapshotPart> {
  const digest = new SnapshotHash()
  for await (const part of parts) {
    digest.take(part)
    yield part
  }
  if (digest.digest() === hash) return
  const message = `${name}: the snapshot of record ${batch} does not have the hash that record ${batch + 1} says`
  throw new StoreRefusal('damaged', message, { file: name, batch })
}

/** Applies a journal to a fresh image, from its beginning on: the state that follows from the journal alone. */
export async function replay(source: JournalSource, image: Image): Promise<void> {
  const parts: SnapshotPart[] = []
  for await (const part of source.parts()) parts.push(part)
  fillFrom(parts, image)
  for await (const row of source.records()) {
    if (row.batch <= (source.snapshot?.batch ?? 0)) continue
    assertReadable(source.name, row)
    const { images, head } = decodeBatch(row)
    image.apply(images, head)
  }
}

/** One text for the whole state of an image. */
export function stateHashOf(image: Image): string {
  const hash = createHash('sha256')
  return stateHash(image, { update: (text) => void hash.update(text), digest: () => hash.digest('hex') })
}
