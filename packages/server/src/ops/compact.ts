/** Compacting the journal of a book that no server writes. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Batch, DAY, Engine, type Instant } from '@stemma/core'
import {
  type Appended,
  dropBefore,
  type JournalPlace,
  journalBytes,
  keepSnapshot,
  openSource,
  replay,
  type SnapshotHead,
  type Store,
  StoreRefusal,
  stateHashOf,
} from '@stemma/store'
import { Lease } from '../host/lease.js'
import { SILENCE_MILLISECONDS } from '../host/standby.js'
import { systemTimer } from '../host/timer.js'
import { chainCheck, lawsOf, type OfflineProof, proofOf, withBook } from './offline.js'
import { type BookPlace, journalOf, whereKept } from './open-store.js'

/** Keys of repeats are known for a day, so the results of at least a day stay. */
export const KEPT_DAYS_MIN = 1
export const KEPT_DAYS_MAX = 36_500

/** Where a writer would be reached; this one answers nobody. */
const ADDRESS = 'compacting'

export interface CompactProof extends OfflineProof {
  /** Of the records up to here images and results are gone. */
  readonly droppedThrough: number
  readonly bytesBefore: number
  readonly bytesAfter: number
}

/**
 * Writes a snapshot of the whole state, and drops the images and results that it replaces of records older than so many
 * days. Nothing is dropped before the snapshot was loaded and found equal. Throws StoreRefusal where a server writes.
 */
export async function compactData(place: BookPlace, keptDays: number): Promise<CompactProof> {
  const journal = journalOf(place)
  const { time, stateHash, bytesBefore } = await withBook(place, async (_report, store, engine) => {
    const bytesBefore = await journalBytes(journal)
    return { bytesBefore, ...(await takeSnapshot(journal, whereKept(place), store, engine)) }
  })
  const { through } = await dropBefore(journal, (time - keptDays * DAY) as Instant)
  return withBook(place, async (report, store, engine) => {
    await store.settled()
    const found = stateHashOf(engine.image)
    const detail = found === stateHash ? null : `expected ${stateHash}, was ${found}`
    const state = { name: 'state', holds: detail === null, detail }
    const proof = proofOf(report, [await chainCheck(store), state, ...lawsOf(engine)])
    return { ...proof, droppedThrough: through, bytesBefore, bytesAfter: await journalBytes(journal) }
  })
}

interface Taken {
  readonly time: Instant
  readonly stateHash: string
}

async function takeSnapshot(
  journal: JournalPlace,
  name: string,
  store: Store,
  engine: Engine,
): Promise<Taken> {
  await store.settled()
  const { holds, detail } = await chainCheck(store)
  if (!holds) throw new StoreRefusal('damaged', detail ?? '', { file: name })
  const { batch } = await becomeWriter(store, engine, name)
  // Who has lost it hears so when the record is appended.
  const lease = new Lease(
    store,
    () => performance.now(),
    () => {},
  )
  const stopRenewing = lease.keepUp(systemTimer)
  try {
    const { time } = engine.image.head
    const snapshot = await keepSnapshot(journal, batch, engine.image)
    await store.append(noting(snapshot, engine, time))
    const stateHash = stateHashOf(engine.image)
    if ((await replayedHash(journal)) === stateHash) return { time, stateHash }
    throw new StoreRefusal('damaged', 'the snapshot is not the state that it was made of', { file: name })
  } finally {
    stopRenewing()
  }
}

/** Where several may have the book open, whoever writes must have ended, or have shown nothing for as long as a lease. */
async function becomeWriter(store: Store, { image }: Engine, name: string): Promise<Appended> {
  const seen = await store.writer()
  if (seen.address !== null) await delay(SILENCE_MILLISECONDS)
  while ((await store.catchUp(image)).length > 0);
  const taken = await store.takeOver(seen, ADDRESS)
  if (taken !== null) return taken
  const who = seen.address ?? 'another process'
  throw new StoreRefusal('another_writer', `${name} is written by ${who}: stop it first`, { file: name })
}

/** The record that says the hash of the snapshot. */
function noting(snapshot: SnapshotHead, engine: Engine, time: Instant): Batch {
  engine.resume([])
  const outcome = engine.execute({
    command: 'journal.keep_snapshot',
    input: { ...snapshot },
    actor: { kind: 'system' },
    time,
  })
  const batch = engine.takeBatch()
  if (outcome.kind !== 'done' || batch === null) throw new Error('expected the snapshot to be spoken of')
  return batch
}

/** The hash of the state that follows from the snapshot and what is behind it. */
async function replayedHash(journal: JournalPlace): Promise<string> {
  const engine = new Engine()
  const source = await openSource(journal)
  try {
    await replay(source, engine.image)
  } finally {
    await source.close()
  }
  return stateHashOf(engine.image)
}
