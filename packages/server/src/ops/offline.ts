/** Work on a data directory that no server uses: each takes the writer's lock, so none can come between. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BOOK_SCHEMA, Engine } from '@stemma/core'
import { SqliteStore, type Store } from '@stemma/store'
import { systemClock } from '../host/clock.js'
import type { Configuration } from './configuration.js'

/** There is nothing in the data directory to work on. */
export class NoBook extends Error {
  override readonly name = 'NoBook'
}

export interface OfflineReport {
  readonly sequence: number
  readonly batches: number
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
  withBook(configuration, async ({ batches, sequence }, store) => {
    await store.settled()
    return { batches, sequence }
  })

/** Proves the chain of the journal, the digest of the tables, and the laws of the book. */
export const verifyData = (configuration: Configuration): Promise<OfflineProof> =>
  withBook(configuration, async ({ batches, sequence }, store, engine) => {
    await store.settled()
    const { damage } = await store.verifyChain()
    const chain = {
      name: 'journal and tables',
      holds: damage.length === 0,
      detail: damage.length === 0 ? null : damage.map(({ message }) => message).join('; '),
    }
    const book = lawsOf(engine)
    const checks = [chain, ...book]
    return { batches, sequence, holds: checks.every(({ holds }) => holds), checks }
  })

function lawsOf(engine: Engine): readonly OfflineCheck[] {
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

async function withBook<Result>(
  { dataDirectory }: Configuration,
  work: (report: OfflineReport, store: Store, engine: Engine) => Promise<Result>,
): Promise<Result> {
  if (!existsSync(join(dataDirectory, 'journal.sqlite')))
    throw new NoBook(`there is no book in ${dataDirectory}`)
  const store = SqliteStore.open({
    dataDirectory,
    book: 0,
    schema: BOOK_SCHEMA,
    schemaModule: '@stemma/core',
    schemaExport: 'BOOK_SCHEMA',
  })
  try {
    const engine = new Engine()
    const { batch } = await store.load(engine.image)
    return await work({ batches: batch, sequence: engine.image.head.sequence }, store, engine)
  } finally {
    await store.close()
  }
}
