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
import { decodeBatch } from '../record/codec.js'

export interface JournalSource {
  /** As messages call it. */
  readonly name: string
  readonly book: number
  /** The hash of its first record, by which books are told apart. */
  readonly first: string
  /** Where it ended when it was opened: what came later is not read. */
  readonly head: ChainHead
  /** Every record up to there, in order. Throws StoreRefusal where one does not follow from the one before. */
  records(): AsyncIterable<RecordRow>
  /** The wrapped keys of its parties: all that these records need, since a key is kept before what is sealed with it. */
  keys(): Promise<readonly WrappedKey[]>
  close(): Promise<void>
}

/** The records as they come, each checked against the chain, and at the end that none is missing. */
export async function* checkedRecords(
  { name, book, first, head }: Pick<JournalSource, 'name' | 'book' | 'first' | 'head'>,
  rows: AsyncIterable<RecordRow> | Iterable<RecordRow>,
): AsyncIterable<RecordRow> {
  let previous = START
  for await (const row of rows) {
    const damage = damageOf(name, row, previous)
    if (damage !== null) throw new StoreRefusal('damaged', damage.message, damage)
    if (row.book !== book || (row.batch === 1 && row.hash !== first))
      throw new StoreRefusal('damaged', `${name}: record ${row.batch} is of another book than it says`, {
        file: name,
        batch: row.batch,
      })
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

/** Applies every record to a fresh image, from the first on: the state that follows from the journal alone. */
export async function replay(source: JournalSource, image: Image): Promise<void> {
  for await (const row of source.records()) {
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
