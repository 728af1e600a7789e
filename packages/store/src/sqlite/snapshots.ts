/** The snapshots in a journal file. One counts once the record behind it has said its hash. */
import type { Image } from '@stemma/core/image'
import type Database from 'better-sqlite3'
import { StoreRefusal } from '../port.js'
import { decodeEventsOf } from '../record/codec.js'
import {
  SnapshotHash,
  type SnapshotHead,
  type SnapshotPart,
  snapshotNoted,
  snapshotParts,
} from '../record/snapshot.js'
import { rowsAfter } from './records.js'

export const INSERT_PART = 'INSERT INTO snapshots (batch, part, version, head, images) VALUES (?, ?, ?, ?, ?)'

/** The newest snapshot that the chain proves, or null. */
export function provenSnapshot(journal: Database.Database): SnapshotHead | null {
  if (journal.prepare("SELECT 1 FROM sqlite_master WHERE name = 'snapshots'").get() === undefined) return null
  const batches = journal.prepare('SELECT DISTINCT batch FROM snapshots ORDER BY batch DESC').pluck().all()
  for (const batch of batches as number[]) {
    const [next] = rowsAfter(journal, batch)
    const noted = next?.batch === batch + 1 ? snapshotNoted(decodeEventsOf(next)) : null
    if (noted?.batch === batch) return noted
  }
  return null
}

/** Its parts in order. Throws StoreRefusal at the end where they are not those that the chain knows. */
export function* partsOf(
  file: string,
  journal: Database.Database,
  { batch, hash }: SnapshotHead,
): IterableIterator<SnapshotPart> {
  const digest = new SnapshotHash()
  const select = journal.prepare('SELECT version, head, images FROM snapshots WHERE batch = ? AND part = ?')
  for (let number = 1; ; number += 1) {
    const part = select.get(batch, number) as SnapshotPart | undefined
    if (part === undefined) break
    digest.take(part)
    yield part
  }
  if (digest.digest() === hash) return
  const message = `${file}: the snapshot of record ${batch} does not have the hash that record ${batch + 1} says`
  throw new StoreRefusal('damaged', message, { file, batch })
}

/** Writes an image part by part, in place of what an interrupted run left under this number, and gives its hash. */
export function writeSnapshot(journal: Database.Database, batch: number, image: Image): string {
  const digest = new SnapshotHash()
  const insert = journal.prepare(INSERT_PART)
  journal.prepare('DELETE FROM snapshots WHERE batch = ?').run(batch)
  let number = 0
  for (const part of snapshotParts(image)) {
    number += 1
    digest.take(part)
    insert.run(batch, number, part.version, part.head, part.images)
  }
  return digest.digest()
}
