// What a crash of the database server leaves, and that a store ends whatever state the server is in. The tables' transactions
// wait for no disk: when the server crashes, the last of them may be gone, never a record.
import { EVENTS } from '@stemma/core/image'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { becomeWriter, hashOf } from '../suite.js'
import { TEST_SCHEMA, TEST_SOURCE, TestBook, TestTables } from '../testing/book.js'
import { startOwnPostgres, type TestServer } from '../testing/postgres-server.js'
import { PostgresStore } from './postgres-store.js'

const ROUNDS = 3
/** What no record's own flush takes along stays in the memory of the server until it is asked for. */
const LAZY = ['wal_writer_delay=10s', 'wal_writer_flush_after=1GB']

let server: TestServer
const opened: PostgresStore[] = []

beforeAll(async () => {
  server = await startOwnPostgres(LAZY)
})

afterAll(async () => {
  for (const store of opened) await store.close()
  await server.stop()
})

const open = (): PostgresStore => {
  const store = new PostgresStore({ url: server.url, book: 0, schema: TEST_SCHEMA, ...TEST_SOURCE })
  opened.push(store)
  return store
}

/** The server ends whatever it does and begins anew from its disk when one of its processes is killed. */
async function crash(): Promise<void> {
  const [victim, witness] = [await connected(), await connected()]
  const ends = [victim, witness].map((client) => new Promise((resolve) => client.once('end', resolve)))
  const { rows } = await victim.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  process.kill(rows[0]?.pid ?? 0, 'SIGKILL')
  // When the witness is gone too, nobody is served by the server as it was.
  await Promise.all(ends)
}

async function connected(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: server.url })
  client.on('error', () => {})
  await client.connect()
  return client
}

async function reached(): Promise<number> {
  const client = await connected()
  const { rows } = await client.query("SELECT value FROM book_0.stemma_meta WHERE name = 'reached'")
  await client.end()
  return Number(rows[0].value)
}

/** The processes of the server that a stranger does not start: the first of all, and those that it has now. */
async function processes(): Promise<readonly number[]> {
  const client = await connected()
  const { rows } = await client.query<{ pid: number }>(
    `SELECT split_part(pg_read_file('postmaster.pid'), E'\n', 1)::integer AS pid
      UNION ALL SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()`,
  )
  await client.end()
  return rows.map(({ pid }) => pid)
}

/** Resolves when the server lets somebody in again. */
const untilBack = async (): Promise<void> => void (await open().writer())

/** One that writes, with an account that waits to be appended, and as many records as are there. */
async function writing(): Promise<{ store: PostgresStore; book: TestBook; last: number }> {
  const [store, book] = [open(), new TestBook()]
  await store.load(book.image)
  await becomeWriter(store, book.image)
  book.open('kept')
  const { batch: last } = await store.append(book.seal())
  await store.settled()
  book.open('unknown')
  return { store, book, last }
}

/** The next one finds what was acknowledged, and what was under way whole or not at all. */
async function expectKept(last: number): Promise<void> {
  const { batch } = await open().load(new TestTables().image)
  expect([last, last + 1]).toContain(batch)
}

test('after a crash of the server every record is there, and tables that lost their end are made up from the journal', async () => {
  const book = new TestBook()
  const store = open()
  await store.load(book.image)
  await becomeWriter(store, book.image)
  const [from, to] = [book.open('from', 1_000n), book.open('to')]
  let last = (await store.append(book.seal())).batch
  await store.settled()
  await store.renew()
  let roundsBehind = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    book.transfer({ from, to, amount: 1n, note: `round ${round}`, key: `key ${round}` })
    last = (await store.append(book.seal())).batch
    await store.settled()
    await crash()
    // Sent again until the server is back.
    await store.renew()
    if ((await reached()) < last) roundsBehind += 1
    const tables = new TestTables()
    const { batch, results } = await open().load(tables.image)
    expect(batch).toBe(last)
    expect(hashOf(tables.image)).toBe(hashOf(book.image))
    expect(results.map(({ key }) => key)).toContain(`key ${round}`)
  }
  expect(roundsBehind).toBeGreaterThan(0)
  book.transfer({ from, to, amount: 1n })
  last = (await store.append(book.seal())).batch
  await store.settled()
  expect(await reached()).toBe(last)
  expect(await store.verifyChain()).toMatchObject({ batches: last, damage: [] })
}, 120_000)

test('a store ends while the server comes back from a crash, with an append and a read under way', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const { store, book, last } = await writing()
    await crash()
    const asked = [store.append(book.seal()), store.find(EVENTS, { limit: 1 })]
    const ended = Promise.allSettled(asked)
    await store.close()
    await ended
    await untilBack()
    await expectKept(last)
  }
}, 120_000)

test('a store ends while the server is frozen, and takes no leave of it', async () => {
  for (const isBusy of [false, true]) {
    const { store, book, last } = await writing()
    const frozen = await processes()
    for (const pid of frozen) process.kill(pid, 'SIGSTOP')
    try {
      const asked = isBusy ? [store.append(book.seal()), store.find(EVENTS, { limit: 1 })] : []
      const ended = Promise.allSettled(asked)
      await store.close()
      expect((await ended).map(({ status }) => status)).toEqual(asked.map(() => 'rejected'))
    } finally {
      for (const pid of frozen) process.kill(pid, 'SIGCONT')
    }
    await untilBack()
    await expectKept(last)
  }
}, 180_000)
