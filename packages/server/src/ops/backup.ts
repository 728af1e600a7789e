/**
 * Backups, restores and copies of a book. All three read a journal beside its writer and prove what they made: the
 * chain of the records, the head, and that the state that was loaded is the one that follows from the records.
 */
import { dirname, join } from 'node:path'
import { Engine } from '@stemma/core'
import {
  ArchiveSource,
  adopt,
  type JournalSource,
  openSource,
  replay,
  stateHashOf,
  writeArchive,
  writeKeyPart,
} from '@stemma/store'
import { chainCheck, lawsOf, type OfflineCheck, type OfflineProof, proofOf, withBook } from './offline.js'
import { type BookPlace, journalOf } from './open-store.js'

export interface BackupReport {
  readonly batches: number
  /** Of the last record: who notes it elsewhere can tell this backup from any other. */
  readonly hash: string
  /** How many parties' keys the key part holds. */
  readonly keys: number
}

export interface CopyProof extends OfflineProof {
  /** One text for the whole state: two books that are the same have the same. */
  readonly stateHash: string
}

/** Where the keys of the parties are, unless it is said: one file for all backups of a folder. */
export const keyPartBeside = (backup: string): string => join(dirname(backup), 'party.keys')

/** Writes the journal to a new file, and replaces the file with the keys of the parties. A server may run meanwhile. */
export async function backUp(
  place: BookPlace,
  { to, keyPart }: { readonly to: string; readonly keyPart: string },
): Promise<BackupReport> {
  return reading(await openSource(journalOf(place)), async (source) => {
    await writeArchive(source, to)
    const keys = await writeKeyPart(source, keyPart)
    const { batch, hash } = source.head
    return { batches: batch, hash, keys: keys.length }
  })
}

/** Proves a backup by itself: its chain, and the laws of the book that follows from it. */
export async function verifyBackup(path: string): Promise<CopyProof> {
  return reading(await ArchiveSource.open(path, null), async (source) => {
    const engine = new Engine(source.book)
    await replay(source, engine.image)
    const chain = { name: 'records', holds: true, detail: null }
    const { batch, hash } = source.head
    const report = { batches: batch, sequence: engine.image.head.sequence, hash }
    return { ...proofOf(report, [chain, ...lawsOf(engine)]), stateHash: stateHashOf(engine.image) }
  })
}

/** Makes a book of a backup, where none is. Without a key part, what was sealed for parties stays unreadable. */
export async function restoreBook(
  place: BookPlace,
  { from, keyPart }: { readonly from: string; readonly keyPart: string | null },
): Promise<CopyProof> {
  return reading(await ArchiveSource.open(from, keyPart), (source) => copy(source, place))
}

/** Makes a book of another, where none is. */
export async function copyBook(from: BookPlace, to: BookPlace): Promise<CopyProof> {
  return reading(await openSource(journalOf(from)), (source) => copy(source, to))
}

/** The source is proven before anything is written. */
async function copy(source: JournalSource, to: BookPlace): Promise<CopyProof> {
  const engine = new Engine(source.book)
  await replay(source, engine.image)
  await source.keys()
  const stateHash = stateHashOf(engine.image)
  await adopt(journalOf(to), source)
  // The first load is of the journal, and makes the tables; the second is of the tables.
  const chain = await withBook(to, async (_report, store) => {
    await store.settled()
    return chainCheck(store)
  })
  return withBook(to, async (report, _store, loaded) => {
    const head = same('head', report.hash, source.head.hash)
    const state = same('state', stateHashOf(loaded.image), stateHash)
    return { ...proofOf(report, [chain, head, state, ...lawsOf(loaded)]), stateHash }
  })
}

const same = (name: string, found: string, expected: string): OfflineCheck => ({
  name,
  holds: found === expected,
  detail: found === expected ? null : `expected ${expected}, was ${found}`,
})

async function reading<Source extends JournalSource, Result>(
  source: Source,
  work: (source: Source) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(source)
  } finally {
    await source.close()
  }
}
