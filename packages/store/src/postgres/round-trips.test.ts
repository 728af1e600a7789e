// How often a history read waits for the database, counted between the two.
import { EVENTS, type HistoryTable } from '@stemma/core/image'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { START } from '../record/checked.js'
import { encodeBatch } from '../record/codec.js'
import { TEST_SCHEMA, TestBook, TRANSFERS } from '../testing/book.js'
import { type CuttingProxy, openCuttingProxy } from '../testing/cutting-proxy.js'
import { createTestDatabase } from '../testing/test-database.js'
import { Connection } from './connection.js'
import { Follower } from './follower.js'
import { JournalWriter } from './journal-writer.js'
import { prepareJournal } from './migrations.js'
import { schemaOf } from './place.js'
import { Reader } from './reader.js'

const database = await createTestDatabase()
const READS = 5
/** What ends a read is sent with it and not waited for. */
const END = 1

let proxy: CuttingProxy
let direct: Connection
let counted: Connection
let writer: JournalWriter
let reader: Reader
const book = new TestBook()

beforeAll(async () => {
  proxy = await openCuttingProxy(database.url)
  const connect = (url: string): Connection =>
    new Connection({ url, schema: schemaOf(place), attempts: 5, answerMilliseconds: 60_000 })
  const place = { url: database.url, book: 0 }
  direct = connect(database.url)
  counted = connect(proxy.url)
  await direct.run((session) => prepareJournal(session, place))
  writer = new JournalWriter(direct, place)
  await writer.takeOver(await writer.seen(), 'http://writer.test', { ...START, head: book.image.head })
  await append()
  const follower = new Follower(direct, place, TEST_SCHEMA)
  await follower.prepare()
  while ((await follower.follow()).isBehind);
  reader = new Reader(counted, place, TEST_SCHEMA)
  await reader.find(EVENTS.name, { limit: 1 })
})

afterAll(async () => {
  await counted.close()
  await direct.close()
  proxy.close()
  await database.drop()
})

async function append(): Promise<void> {
  const [from, to] = [book.open('from', 10n), book.open('to')]
  book.transfer({ from, to, amount: 1n })
  await writer.append(encodeBatch(book.seal()))
}

/** Of a read in the mean; the end of the last one has come too. */
async function roundTrips(table: HistoryTable): Promise<number> {
  await counted.run(async () => {})
  const before = proxy.roundTrips
  for (let each = 0; each < READS; each += 1)
    expect((await reader.find(table.name, { limit: 10 })).length).toBeGreaterThan(0)
  await counted.run(async () => {})
  return (proxy.roundTrips - before) / READS
}

test('a read waits for the database twice, and once more for what events keep of its rows', async () => {
  expect(await roundTrips(TRANSFERS)).toBe(2 + END)
  expect(await roundTrips(EVENTS)).toBe(3 + END)
})

test('a tail that the reader has is not asked for again', async () => {
  await append()
  // The first of these reads takes it in.
  expect(await roundTrips(TRANSFERS)).toBe(2 + END + 1 / READS)
  expect(await roundTrips(TRANSFERS)).toBe(2 + END)
})
