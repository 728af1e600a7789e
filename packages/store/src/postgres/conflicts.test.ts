// What PostgreSQL cannot serialize (40001) is done again inside the store, whoever was in its way.
import { afterAll, beforeEach, expect, test } from 'vitest'
import { becomeWriter, hashOf } from '../suite.js'
import { TEST_SCHEMA, TEST_SOURCE, TestBook, TestTables } from '../testing/book.js'
import { createTestDatabase } from '../testing/test-database.js'
import { PostgresStore } from './postgres-store.js'

const database = await createTestDatabase('serializable')
afterAll(() => database.drop())

let book = 0
beforeEach(() => {
  book += 1
})

/** Changes rows, and keeps whoever changes them next waiting until it is done: that one then cannot be serialized. */
async function rival(statement: string): Promise<{ waiting(): Promise<void>; commit(): Promise<void> }> {
  const client = await database.connect()
  await client.query('BEGIN')
  expect((await client.query(statement)).rowCount).toBeGreaterThan(0)
  return {
    async waiting() {
      for (let waiting = 0; waiting === 0; ) {
        const [row] = await database.query<{ count: number }>(
          "SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        )
        waiting = row?.count ?? 0
      }
    },
    async commit() {
      await client.query('COMMIT')
      await client.end()
    },
  }
}

async function opened(): Promise<{ store: PostgresStore; written: TestBook }> {
  const store = new PostgresStore({ url: database.url, book, schema: TEST_SCHEMA, ...TEST_SOURCE })
  const written = new TestBook()
  await store.load(written.image)
  await becomeWriter(store, written.image, 'http://writer.test')
  await store.settled()
  return { store, written }
}

test('a renewal in whose way another change was happens, once', async () => {
  const { store } = await opened()
  const before = await store.writer()
  const [epoch, renewals, batch] = before.mark.split(' ').map(Number) as [number, number, number]
  const other = await rival(`UPDATE stemma_journal.writer SET address = address WHERE book = ${book}`)
  const renewed = store.renew()
  await other.waiting()
  await other.commit()
  await renewed
  expect((await store.writer()).mark).toBe(`${epoch} ${renewals + 1} ${batch}`)
  await store.close()
})

test('tables in whose way another change was follow all the same', async () => {
  const { store, written } = await opened()
  const other = await rival(`UPDATE book_${book}.stemma_meta SET value = value`)
  written.open('kept')
  await written.commit(store)
  await other.waiting()
  await other.commit()
  await store.settled()
  await store.close()
  const again = new PostgresStore({ url: database.url, book, schema: TEST_SCHEMA, ...TEST_SOURCE })
  const tables = new TestTables()
  await again.load(tables.image)
  expect(hashOf(tables.image)).toBe(hashOf(written.image))
  expect(await again.verifyChain()).toMatchObject({ batches: 2, damage: [] })
  await again.close()
})
