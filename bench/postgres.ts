/**
 * A PostgreSQL for the benchmarks: the one of the tests, with the settings of a real one, or what
 * STEMMA_TEST_DATABASE_URL names. Both sides that are compared have a database of their own on it.
 */
import { createTestDatabase, type TestDatabase } from '@stemma/store'
import startServer from '../packages/store/src/testing/postgres-server.js'

/** A commit that has returned is on the disk; without these nothing that is measured would be worth a comparison. */
const DURABLE = ['fsync', 'full_page_writes', 'synchronous_commit'] as const

export async function withDatabases(
  use: (ours: TestDatabase, theirs: TestDatabase) => Promise<void>,
): Promise<void> {
  const stop = await startServer()
  try {
    const [ours, theirs] = [await createTestDatabase(), await createTestDatabase()]
    for (const database of [ours, theirs]) await assertDurable(database)
    await use(ours, theirs)
    for (const database of [ours, theirs]) await database.drop()
  } finally {
    await stop()
  }
}

async function assertDurable(database: TestDatabase): Promise<void> {
  for (const name of DURABLE) {
    const [row] = await database.query<Record<string, string>>(`SHOW ${name}`)
    if (row?.[name] !== 'on') throw new Error(`expected ${name} to be on, was ${row?.[name]}`)
  }
}
