/**
 * A PostgreSQL for the benchmarks, made as that of the tests but with the settings of a real one; or what
 * STEMMA_TEST_DATABASE_URL names.
 */
import { createTestDatabase, type TestDatabase } from '@stemma/store'
import { offerServer } from '../packages/store/src/testing/postgres-server.js'

/** A commit that has returned is on the disk; without these nothing that is measured would be worth a comparison. */
const DURABLE = ['fsync', 'full_page_writes', 'synchronous_commit'] as const

/** A database that is gone afterwards. */
export const withDatabase = <Result>(use: (url: string) => Promise<Result>): Promise<Result> =>
  onServer(() => inDatabase(({ url }) => use(url)))

export interface Sides {
  /** Of our server, and of our engine host without one. */
  readonly ours: TestDatabase
  readonly host: TestDatabase
  readonly theirs: TestDatabase
}

/** One for each side that is compared. */
export const withDatabases = (use: (sides: Sides) => Promise<void>): Promise<void> =>
  onServer(() =>
    inDatabase((ours) => inDatabase((host) => inDatabase((theirs) => use({ ours, host, theirs })))),
  )

async function onServer<Result>(use: () => Promise<Result>): Promise<Result> {
  const stop = await offerServer([])
  try {
    return await use()
  } finally {
    await stop()
  }
}

async function inDatabase<Result>(use: (database: TestDatabase) => Promise<Result>): Promise<Result> {
  const database = await createTestDatabase()
  try {
    await assertDurable(database)
    return await use(database)
  } finally {
    await database.drop()
  }
}

async function assertDurable(database: TestDatabase): Promise<void> {
  for (const name of DURABLE) {
    const [row] = await database.query<Record<string, string>>(`SHOW ${name}`)
    if (row?.[name] !== 'on') throw new Error(`expected ${name} to be on, was ${row?.[name]}`)
  }
}
