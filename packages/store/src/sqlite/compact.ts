/**
 * Compacting a journal: a snapshot of the whole image, and behind it images and results are dropped while the events
 * and every hash stay. Each step leaves a journal that can be loaded, so it may be cut short anywhere and begun again.
 */
import { statSync } from 'node:fs'
import type { Image, Instant } from '@stemma/core/image'
import { StoreRefusal } from '../port.js'
import { decodeHead } from '../record/codec.js'
import { type Dropped, lastBefore, type SnapshotHead } from '../record/snapshot.js'
import { filesOf, openJournal } from './files.js'
import { WriterLock } from './lock.js'
import { provenSnapshot, writeSnapshot } from './snapshots.js'

/** Records whose parts are dropped in one transaction. */
const RECORDS_AT_ONCE = 500

/**
 * Keeps the image as it is after record `batch`, the last one. It counts once the next record says the hash. Whoever
 * calls has the store open and appends nothing meanwhile.
 */
export function keepSnapshot(dataDirectory: string, batch: number, image: Image): SnapshotHead {
  const journal = openJournal(filesOf(dataDirectory).journal)
  try {
    return { batch, hash: writeSnapshot(journal, batch, image) }
  } finally {
    journal.close()
  }
}

/**
 * Drops images and results of the records before an instant, as far as the newest snapshot stands in for them, and
 * gives the room back to the disk. Nobody may have the store open. Throws StoreRefusal where there is no snapshot.
 */
export async function dropBefore(dataDirectory: string, before: Instant): Promise<Dropped> {
  const files = filesOf(dataDirectory)
  const lock = WriterLock.take(files.lock)
  const journal = openJournal(files.journal)
  try {
    const snapshot = provenSnapshot(journal)
    if (snapshot === null)
      throw new StoreRefusal('unusable', `${files.journal} has no snapshot`, { file: files.journal })
    const headOf = journal.prepare('SELECT head FROM records WHERE batch = ?').pluck()
    const timeOf = (batch: number): number => decodeHead(headOf.get(batch) as Uint8Array).time
    const through = await lastBefore(snapshot.batch, before, timeOf)
    const drop = journal.prepare(
      "UPDATE records SET images = x'', results = x'' WHERE batch > ? AND batch <= ? AND images <> x''",
    )
    for (let done = 0; done < through; done += RECORDS_AT_ONCE)
      drop.run(done, Math.min(done + RECORDS_AT_ONCE, through))
    journal.prepare('DELETE FROM snapshots WHERE batch <> ?').run(snapshot.batch)
    journal.exec('VACUUM')
    return { through, snapshot }
  } finally {
    journal.close()
    lock.free()
  }
}

/** What the file takes, in bytes. */
export const journalBytes = (dataDirectory: string): number => statSync(filesOf(dataDirectory).journal).size
