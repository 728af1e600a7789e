/**
 * A process of its own that opens a book and appends accounts without end, several batches in flight, saying after each
 * append which account is durable: for tests that kill it.
 */
import type { Id } from '@stemma/core/image'
import { SqliteStore } from '../index.js'
import { TEST_SCHEMA, TEST_SOURCE, TestBook } from './book.js'

const IN_FLIGHT = 4

const dataDirectory = process.argv[2]
if (dataDirectory === undefined) throw new Error('expected a data directory')
const book = new TestBook()
const store = SqliteStore.open({ dataDirectory, book: 0, schema: TEST_SCHEMA, ...TEST_SOURCE })
await store.load(book.image)

async function write(): Promise<never> {
  for (;;) {
    const account: Id = book.open('writer')
    await book.commit(store)
    process.stdout.write(`${account}\n`)
  }
}

process.stdout.write('ready\n')
await Promise.all(Array.from({ length: IN_FLIGHT }, write))
