/**
 * Work on a book beside its server. On SQLite each takes the writer's lock, so none can come between; in PostgreSQL each
 * reads the book as of one moment.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Engine } from '@stemma/core'
import type { Store } from '@stemma/store'
import { systemClock } from '../host/clock.js'
import type { Configuration } from './configuration.js'
import { type BookPlace, openBookStore, whereKept } from './open-store.js'

/** There is nothing to work on. */
export class NoBook extends Error {
  override readonly name = 'NoBook'
}

export interface OfflineReport {
  readonly sequence: number
  readonly batches: number
  /** The head of the chain. */
  readonly hash: string
}

export interface OfflineCheck {
  readonly name: string
  readonly holds: boolean
  readonly detail: string | null
}

export interface OfflineProof extends OfflineReport {
  readonly holds: boolean
  readonly checks: readonly OfflineCheck[]
}

/** Opens and loads, which brings files of an older version up to this one, and lets the tables catch up. */
export const migrateData = (configuration: Configuration): Promise<OfflineReport> =>
  withBook(configuration, async (report, store) => {
    await store.settled()
    return report
  })

/** Proves the chain of the journal, the digest of the tables, and the laws of the book. */
export const verifyData = (configuration: Configuration): Promise<OfflineProof> =>
  withBook(configuration, async (report, store, engine) => {
    await store.settled()
    return proofOf(report, [await chainCheck(store), ...lawsOf(engine)])
  })

export const proofOf = (report: OfflineReport, checks: readonly OfflineCheck[]): OfflineProof => ({
  ...report,
  holds: checks.every(({ holds }) => holds),
  checks,
})

export async function chainCheck(store: Store): Promise<OfflineCheck> {
  const { damage } = await store.verifyChain()
  const detail = damage.length === 0 ? null : damage.map(({ message }) => message).join('; ')
  return { name: 'journal and tables', holds: damage.length === 0, detail }
}

export function lawsOf(engine: Engine): readonly OfflineCheck[] {
  const input = { under: null }
  const answer = engine.read<{ readonly checks: readonly OfflineCheck[] }>(
    'book.verify',
    { kind: 'system' },
    input,
    systemClock().now(),
  )
  if ('refusal' in answer) throw new Error(`expected the book to be verified: ${answer.refusal.detail}`)
  return answer.result.checks
}

export async function withBook<Result>(
  configuration: BookPlace,
  work: (report: OfflineReport, store: Store, engine: Engine) => Promise<Result>,
): Promise<Result> {
  const { store: kept, dataDirectory } = configuration
  // A file is not made by looking whether there is one.
  if (kept === 'sqlite' && !existsSync(join(dataDirectory, 'journal.sqlite')))
    throw new NoBook(`there is no book in ${dataDirectory}`)
  const store = await openBookStore(configuration)
  try {
    const engine = new Engine()
    const { batch, hash } = await store.load(engine.image)
    if (batch === 0) throw new NoBook(`there is no book in ${whereKept(configuration)}`)
    return await work({ batches: batch, sequence: engine.image.head.sequence, hash }, store, engine)
  } finally {
    await store.close()
  }
}
