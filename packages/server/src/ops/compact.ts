/** Compacting the journal of a data directory that no server uses. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DAY, Engine, type Instant } from '@stemma/core'
import {
  dropBefore,
  keepSnapshot,
  openSource,
  replay,
  type Store,
  StoreRefusal,
  stateHashOf,
} from '@stemma/store'
import { ConfigurationFault } from './configuration.js'
import { chainCheck, lawsOf, type OfflineProof, proofOf, withBook } from './offline.js'
import { type BookPlace, journalOf } from './open-store.js'

/** Keys of repeats are known for a day, so the results of at least a day stay. */
export const KEPT_DAYS_MIN = 1
export const KEPT_DAYS_MAX = 36_500

export interface CompactProof extends OfflineProof {
  /** Of the records up to here images and results are gone. */
  readonly droppedThrough: number
  readonly bytesBefore: number
  readonly bytesAfter: number
}

/**
 * Writes a snapshot of the whole state, and drops the images and results that it replaces of records older than so many
 * days. Nothing is dropped before the snapshot was loaded and found equal.
 */
export async function compactData(place: BookPlace, keptDays: number): Promise<CompactProof> {
  if (place.store !== 'sqlite')
    throw new ConfigurationFault('STEMMA_STORE: a journal is compacted in a data directory only')
  const { dataDirectory } = place
  const sizeOf = (): number => statSync(join(dataDirectory, 'journal.sqlite')).size
  const bytesBefore = sizeOf()
  const { time, stateHash } = await withBook(place, ({ batches }, store, engine) =>
    takeSnapshot(place, batches, store, engine),
  )
  const { through } = dropBefore(dataDirectory, (time - keptDays * DAY) as Instant)
  return withBook(place, async (report, store, engine) => {
    await store.settled()
    const found = stateHashOf(engine.image)
    const detail = found === stateHash ? null : `expected ${stateHash}, was ${found}`
    const state = { name: 'state', holds: detail === null, detail }
    const proof = proofOf(report, [await chainCheck(store), state, ...lawsOf(engine)])
    return { ...proof, droppedThrough: through, bytesBefore, bytesAfter: sizeOf() }
  })
}

interface Taken {
  readonly time: Instant
  readonly stateHash: string
}

async function takeSnapshot(place: BookPlace, batches: number, store: Store, engine: Engine): Promise<Taken> {
  await store.settled()
  const { holds, detail } = await chainCheck(store)
  if (!holds) throw new StoreRefusal('damaged', detail ?? '', { file: place.dataDirectory })
  const { time } = engine.image.head
  const snapshot = keepSnapshot(place.dataDirectory, batches, engine.image)
  engine.resume([])
  const outcome = engine.execute({
    command: 'journal.keep_snapshot',
    input: { ...snapshot },
    actor: { kind: 'system' },
    time,
  })
  const batch = engine.takeBatch()
  if (outcome.kind !== 'done' || batch === null) throw new Error('expected the snapshot to be spoken of')
  await store.append(batch)
  const stateHash = stateHashOf(engine.image)
  const loaded = new Engine()
  const source = await openSource(journalOf(place))
  try {
    await replay(source, loaded.image)
  } finally {
    await source.close()
  }
  if (stateHashOf(loaded.image) !== stateHash)
    throw new StoreRefusal('damaged', 'the snapshot is not the state that it was made of', {
      file: place.dataDirectory,
    })
  return { time, stateHash }
}
