// Two stores on one database, and a network that loses what passes.
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { EVENTS } from '@stemma/core/image'
import { afterAll, afterEach, expect, test } from 'vitest'
import { Deposed, StoreRefusal } from '../port.js'
import { becomeWriter, hashOf } from '../suite.js'
import { TEST_SCHEMA, TEST_SOURCE, TestBook, TestTables } from '../testing/book.js'
import { type CuttingProxy, openCuttingProxy } from '../testing/cutting-proxy.js'
import { createTestDatabase } from '../testing/test-database.js'
import { PostgresStore } from './postgres-store.js'

const ADDRESS = 'http://writer.test'

const database = await createTestDatabase()
afterAll(() => database.drop())

let book = 0
let opened: { close(): unknown }[] = []

afterEach(async () => {
  for (const each of opened.reverse()) await each.close()
  opened = []
  book += 1
})

const storeAt = (url: string): PostgresStore => {
  const store = new PostgresStore({ url, book, schema: TEST_SCHEMA, ...TEST_SOURCE })
  opened.push(store)
  return store
}

/** A writer behind a proxy. */
async function proxied(): Promise<{ store: PostgresStore; written: TestBook; proxy: CuttingProxy }> {
  const proxy = await openCuttingProxy(database.url)
  opened.push(proxy)
  const store = storeAt(proxy.url)
  const written = new TestBook()
  await store.load(written.image)
  await becomeWriter(store, written.image, ADDRESS)
  await store.settled()
  return { store, written, proxy }
}

/** One that has read everything, on a network without faults. */
async function standby(): Promise<{ store: PostgresStore; tables: TestTables }> {
  const store = storeAt(database.url)
  const tables = new TestTables()
  await store.load(tables.image)
  return { store, tables }
}

const recordsKept = async (): Promise<number> => {
  const [row] = await database.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM stemma_journal.records WHERE book = $1',
    [book],
  )
  return row?.count ?? 0
}

async function expectWhole(written: TestBook, batches: number): Promise<void> {
  const { store, tables } = await standby()
  expect(hashOf(tables.image)).toBe(hashOf(written.image))
  expect(await store.verifyChain()).toMatchObject({ batches, damage: [] })
}

test('an append whose answer is lost is found in the database, and happened once', async () => {
  const { store, written, proxy } = await proxied()
  for (let round = 0; round < 5; round += 1) {
    written.open('kept')
    proxy.loseAnswers(1)
    expect(await written.commit(store)).toBe(2 + round)
  }
  await expectWhole(written, 6)
})

test('an append that did not reach the database is sent again', async () => {
  const { store, written, proxy } = await proxied()
  for (let round = 0; round < 5; round += 1) {
    written.open('kept')
    proxy.loseRequests(1)
    expect(await written.commit(store)).toBe(2 + round)
  }
  await expectWhole(written, 6)
})

test('an append that is cut off in the middle of its commit is sent again while the first still runs', async () => {
  const { store, written, proxy } = await proxied()
  const lock = await lockRecords()
  written.open('kept')
  const appended = written.commit(store)
  await lock.waiting(1)
  proxy.cut()
  await lock.waiting(2)
  await lock.free()
  expect(await appended).toBe(2)
  await expectWhole(written, 2)
})

test('who was cut off in the middle of a commit that did not happen is deposed by who took over meanwhile', async () => {
  const { store, written, proxy } = await proxied()
  const { store: other } = await standby()
  const door = gate()
  proxy.beforeNext(() => door.promise)
  proxy.loseRequests(1)
  written.open('lost')
  const appended = written.commit(store)
  appended.catch(() => {})
  expect(await other.takeOver(await other.writer(), 'http://other.test')).toMatchObject({ batch: 2 })
  door.resolve()
  await expect(appended).rejects.toThrow(Deposed)
  await expect(store.renew()).rejects.toThrow(Deposed)
  expect(await recordsKept()).toBe(2)
})

test('who was cut off in the middle of a commit that happened is told so, and nobody takes over behind its back', async () => {
  const { store, written, proxy } = await proxied()
  const { store: other, tables } = await standby()
  const seen = await other.writer()
  const door = gate()
  proxy.beforeNext(() => door.promise)
  proxy.loseAnswers(1)
  written.open('kept')
  const appended = written.commit(store)
  for (let isThere = false; !isThere; ) isThere = (await recordsKept()) === 2
  expect(await other.takeOver(seen, 'http://other.test')).toBeNull()
  door.resolve()
  expect(await appended).toBe(2)
  await other.catchUp(tables.image)
  expect(hashOf(tables.image)).toBe(hashOf(written.image))
  expect(await other.takeOver(await other.writer(), 'http://other.test')).toMatchObject({ batch: 3 })
  await expect(store.renew()).rejects.toThrow(Deposed)
})

test('a taking over or a renewal whose answer is lost is known to have happened', async () => {
  const proxy = await openCuttingProxy(database.url)
  opened.push(proxy)
  const store = storeAt(proxy.url)
  await store.load(new TestTables().image)
  const seen = await store.writer()
  proxy.loseAnswers(1)
  expect(await store.takeOver(seen, ADDRESS)).toMatchObject({ batch: 1 })
  expect(await store.writer()).toMatchObject({ epoch: 1, address: ADDRESS })
  proxy.loseAnswers(1)
  await store.renew()
  expect(await recordsKept()).toBe(1)
})

test('a database that ends every connection is gone on with, by appends, by reads and by the tables', async () => {
  const { store, written } = await proxied()
  for (let round = 0; round < 3; round += 1) {
    await database.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    )
    written.open('kept')
    await written.commit(store)
    expect(await store.find(EVENTS, { limit: 10 })).toEqual(written.historyOf(EVENTS))
    await store.settled()
  }
  await expectWhole(written, 4)
})

test('closing does not wait for a database that is away', async () => {
  const { store, written, proxy } = await proxied()
  proxy.close()
  written.open('unknown')
  const appended = written.commit(store)
  appended.catch(() => {})
  await store.close()
  await expect(appended).rejects.toThrow()
})

test('a start says where there is no database, without its password', async () => {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  const refusal = await storeAt(`postgres://me:hush@127.0.0.1:${port}/any`)
    .load(new TestTables().image)
    .catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(StoreRefusal)
  expect(refusal).toMatchObject({ kind: 'unusable' })
  expect((refusal as StoreRefusal).message).toContain(`postgres://127.0.0.1:${port}/any`)
  expect(String((refusal as StoreRefusal).stack)).not.toContain('hush')
})

/** Keeps every insertion of a record waiting in the server. */
async function lockRecords(): Promise<{ waiting(count: number): Promise<void>; free(): Promise<void> }> {
  const client = await database.connect()
  await client.query('BEGIN')
  await client.query('LOCK TABLE stemma_journal.records IN SHARE MODE')
  return {
    async waiting(count) {
      for (let waiting = 0; waiting < count; ) {
        const [row] = await database.query<{ count: number }>(
          "SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        )
        waiting = row?.count ?? 0
      }
    },
    async free() {
      await client.query('COMMIT')
      await client.end()
    },
  }
}

function gate(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = (): void => {}
  const promise = new Promise<void>((open) => {
    resolve = open
  })
  return { promise, resolve: () => resolve() }
}
