import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { START } from '../record/checked.js'
import { encodeBatch } from '../record/codec.js'
import { TEST_SCHEMA, TestBook } from '../testing/book.js'
import { BATCHES, HISTORIES, plainAnswer, queryOf, writeHistory } from '../testing/history-questions.js'
import { createTestDatabase } from '../testing/test-database.js'
import { Connection } from './connection.js'
import { Follower } from './follower.js'
import { JournalWriter } from './journal-writer.js'
import { prepareJournal } from './migrations.js'
import { schemaOf } from './place.js'
import { Reader } from './reader.js'

const { url, drop } = await createTestDatabase()
const connections: Connection[] = []
/** For each number of batches, readers of tables that have reached so many; the rest is the tail, kept or passed. */
const readers: (readonly [book: TestBook, keeping: Reader, passing: Reader])[] = []

beforeAll(async () => {
  for (let reached = 0; reached <= BATCHES; reached += 1) readers.push(await readersAt(reached))
})

afterAll(async () => {
  for (const connection of connections) await connection.close()
  await drop()
})

/** A book of its own for each, whose tables are left where they are. */
async function readersAt(reached: number): Promise<readonly [TestBook, Reader, Reader]> {
  const place = { url, book: reached }
  const connect = (): Connection => {
    const connection = new Connection({
      url,
      schema: schemaOf(place),
      attempts: 5,
      answerMilliseconds: 60_000,
    })
    connections.push(connection)
    return connection
  }
  const [book, connection] = [new TestBook(), connect()]
  await connection.run((session) => prepareJournal(session, place))
  const writer = new JournalWriter(connection, place)
  await writer.takeOver(await writer.seen(), 'http://writer.test', { ...START, head: book.image.head })
  await writeHistory(book, (batch) => writer.append(encodeBatch(batch)))
  // The record of the taking over comes first.
  const follower = new Follower(connection, place, TEST_SCHEMA, { records: reached + 1, bytes: 2 ** 20 })
  await follower.prepare()
  expect((await follower.follow()).reached).toBe(reached + 1)
  return [book, new Reader(connection, place, TEST_SCHEMA), new Reader(connect(), place, TEST_SCHEMA, 0)]
}

test.each(HISTORIES)(
  'history of %s answers as a plain list would, wherever the tables end and the tail begins',
  async (_name, table, texts) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(BATCHES), fc.gen(), async (reached, gen) => {
        const [book, ...both] = readers[reached] as (typeof readers)[number]
        const query = gen(() => queryOf(book, table, texts))
        for (const reader of both)
          expect(await reader.find(table.name, query)).toEqual(plainAnswer(book, table, query))
      }),
      { numRuns: 300 },
    )
  },
)
