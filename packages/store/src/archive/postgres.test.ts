// A journal between a data directory, a database and a file, there and back.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openKeyShelf } from '../keys/open-key-shelf.js'
import { SqliteKeyShelf } from '../keys/sqlite-key-shelf.js'
import { PostgresStore } from '../postgres/postgres-store.js'
import { becomeWriter } from '../suite.js'
import { TEST_SCHEMA, TEST_SOURCE, TestBook, TestTables } from '../testing/book.js'
import { openTestStore, temporaryDirectory } from '../testing/data-directory.js'
import { createTestDatabase, type TestDatabase } from '../testing/test-database.js'
import { ArchiveSource, writeArchive } from './archive.js'
import { type JournalSource, stateHashOf } from './journal-source.js'
import { writeKeyPart } from './key-part.js'
import { adopt, type JournalPlace, openSource } from './places.js'

const KEYS = [
  { name: 'a', wrappedKey: 'wrapped a' },
  { name: 'b', wrappedKey: 'wrapped b' },
]

let database: TestDatabase
let folder: string
let book: TestBook

beforeAll(async () => {
  database = await createTestDatabase('serializable')
})
afterAll(() => database.drop())

beforeEach(async () => {
  folder = temporaryDirectory()
  book = new TestBook()
  const store = openTestStore(join(folder, 'from'))
  await store.load(book.image)
  const [one, other] = [book.open('one', 2n ** 90n), book.open('null \0 and é')]
  await book.commit(store)
  for (let at = 0; at < 5; at += 1) {
    book.transfer({ from: one, to: other, amount: 3n, key: `key ${at}` })
    await book.commit(store)
  }
  await store.close()
  const shelf = SqliteKeyShelf.open(join(folder, 'from'))
  await shelf.keep(KEYS)
  await shelf.close()
})

afterEach(async () => {
  rmSync(folder, { recursive: true })
  await database.query('DROP SCHEMA IF EXISTS stemma_journal, book_0 CASCADE')
})

const inDatabase = (): JournalPlace => ({ databaseUrl: database.url, book: 0 })
const inFolder = (name: string): JournalPlace => ({ dataDirectory: join(folder, name), book: 0 })
const openDatabase = (): PostgresStore =>
  new PostgresStore({ url: database.url, book: 0, schema: TEST_SCHEMA, ...TEST_SOURCE })

async function using<Result>(
  source: JournalSource,
  work: (source: JournalSource) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(source)
  } finally {
    await source.close()
  }
}

const copy = async (from: JournalPlace, to: JournalPlace): Promise<void> =>
  using(await openSource(from), (source) => adopt(to, source))

async function loaded(store: PostgresStore | ReturnType<typeof openTestStore>) {
  const { image } = new TestTables()
  try {
    const { batch, hash, results } = await store.load(image)
    const { damage } = await store.verifyChain()
    return { batch, hash, results, damage, state: stateHashOf(image) }
  } finally {
    await store.close()
  }
}

test('a book goes into a database and back: records, chain, state, keys', async () => {
  const original = await loaded(openTestStore(join(folder, 'from')))
  await copy(inFolder('from'), inDatabase())
  expect(await loaded(openDatabase())).toEqual(original)
  await copy(inDatabase(), inFolder('back'))
  expect(await loaded(openTestStore(join(folder, 'back')))).toEqual(original)
  expect(SqliteKeyShelf.read(join(folder, 'back'))).toEqual(KEYS)
})

test('a database goes on where the book ended, and is backed up while it is written', async () => {
  await copy(inFolder('from'), inDatabase())
  const store = openDatabase()
  const { image } = new TestTables()
  await store.load(image)
  await becomeWriter(store, image)
  book.open('later')
  const appended = await store.append(book.seal())
  // Six records, the taking over, and one more.
  expect(appended.batch).toBe(8)
  const backup = join(folder, 'monday.stemma')
  const keyPart = join(folder, 'party.keys')
  await using(await openSource(inDatabase()), async (source) => {
    await writeArchive(source, backup)
    await writeKeyPart(source, keyPart)
  })
  await store.settled()
  await store.close()
  await using(await ArchiveSource.open(backup, keyPart), (source) => adopt(inFolder('restored'), source))
  const restored = await loaded(openTestStore(join(folder, 'restored')))
  expect(restored).toMatchObject({ ...appended, damage: [], state: stateHashOf(book.image) })
  expect(SqliteKeyShelf.read(join(folder, 'restored'))).toEqual(KEYS)
})

test('a database that holds a book refuses another, and a book that is not there is not made', async () => {
  await expect(openSource(inDatabase())).rejects.toThrow('there is no book in')
  await copy(inFolder('from'), inDatabase())
  const before = await loaded(openDatabase())
  await expect(copy(inFolder('from'), inDatabase())).rejects.toThrow('holds a book already')
  expect(await loaded(openDatabase())).toEqual(before)
  await expect(copy(inFolder('from'), { ...inDatabase(), book: 7 })).rejects.toThrow(
    'is of book 0, expected 7',
  )
})

test('a copy that breaks off leaves no record behind, and can be begun again', async () => {
  await using(await openSource(inFolder('from')), async (source) => {
    const { name, book: number, first, head, snapshot } = source
    const halfway: JournalSource = {
      name,
      book: number,
      first,
      head,
      snapshot,
      parts: () => source.parts(),
      async *records() {
        for await (const row of source.records()) {
          if (row.batch === 4) throw new Error('the line went dead')
          yield row
        }
      },
      keys: () => source.keys(),
      close: async () => {},
    }
    await expect(adopt(inDatabase(), halfway)).rejects.toThrow('the line went dead')
    expect(await database.query('SELECT * FROM stemma_journal.records')).toEqual([])
    await adopt(inDatabase(), source)
  })
  expect((await loaded(openDatabase())).batch).toBe(6)
})

test('a journal in a database that lost its end is not backed up', async () => {
  await copy(inFolder('from'), inDatabase())
  await database.query('DELETE FROM stemma_journal.records WHERE batch = 6')
  await expect(openSource(inDatabase())).rejects.toThrow('ends at record 5')
})

test('keys are kept in the database until they are dropped, never another under the same name', async () => {
  await copy(inFolder('from'), inDatabase())
  const shelf = openKeyShelf({ at: { databaseUrl: database.url }, book: 0 })
  await shelf.keep([{ name: 'a', wrappedKey: 'another' }])
  expect(await shelf.all()).toEqual(KEYS)
  await shelf.drop('a')
  await shelf.drop('a')
  expect([await shelf.find('a'), await shelf.find('b')]).toEqual([null, 'wrapped b'])
  await shelf.close()
})
