import { rmSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TEST_SCHEMA, TestBook } from '../testing/book.js'
import { openTestStore, temporaryDirectory } from '../testing/data-directory.js'
import { BATCHES, HISTORIES, plainAnswer, queryOf, writeHistory } from '../testing/history-questions.js'
import { filesOf, openTables, openToRead } from './files.js'
import { Follower } from './follower.js'
import { Reader } from './reader.js'

const dataDirectory = temporaryDirectory()
const book = new TestBook()
/** For each number of batches, readers of tables that have reached so many; the rest is the tail, kept or passed. */
const readers: (readonly [keeping: Reader, passing: Reader])[] = []

beforeAll(async () => {
  const store = openTestStore(dataDirectory)
  await store.load(book.image)
  await writeHistory(book, (batch) => store.append(batch))
  await store.close()
  for (let reached = 0; reached <= BATCHES; reached += 1) readers.push(readerAt(reached))
})

afterAll(() => rmSync(dataDirectory, { recursive: true }))

function readerAt(reached: number): readonly [Reader, Reader] {
  const files = filesOf(dataDirectory)
  const path = join(dataDirectory, `tables-${reached}.sqlite`)
  const tables = openTables(path)
  const journal = openToRead(files.journal)
  const follower = new Follower({ file: files.journal, journal, tables }, TEST_SCHEMA, reached)
  if (reached > 0) follower.follow()
  expect(follower.reached).toBe(reached)
  tables.close()
  return [
    new Reader(TEST_SCHEMA, journal, openToRead(path)),
    new Reader(TEST_SCHEMA, openToRead(files.journal), openToRead(path), 0),
  ]
}

test.each(HISTORIES)(
  'history of %s answers as a plain list would, wherever the tables end and the tail begins',
  (_name, table, texts) => {
    fc.assert(
      fc.property(fc.nat(BATCHES), fc.gen(), (reached, gen) => {
        const query = gen(() => queryOf(book, table, texts))
        for (const reader of readers[reached] ?? [])
          expect(reader.find(table.name, query)).toEqual(plainAnswer(book, table, query))
      }),
      { numRuns: 1_000 },
    )
  },
)
