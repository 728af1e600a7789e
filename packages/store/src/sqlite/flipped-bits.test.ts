// Whatever bit turns over and wherever a file is cut: a start or a read says what is damaged, or nothing that is served is
// wrong. Where an index or a page of the tables loses rows of history, a read cannot know; every row that it shows is one
// that was written, and verify says what is damaged.
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { EVENTS, type HistoryRow } from '@stemma/core/image'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StoreRefusal } from '../index.js'
import { hashOf } from '../suite.js'
import { TEST_SCHEMA, TEST_SOURCE, TestBook, TestTables, TRANSFERS } from '../testing/book.js'
import { openTestStore, temporaryDirectory } from '../testing/data-directory.js'
import { SqliteStore } from './sqlite-store.js'

const FILES = ['journal.sqlite', 'tables.sqlite', 'journal.sqlite-wal', 'tables.sqlite-wal'] as const
const TRIES = 10
const BATCHES = 6
/** So many stores are opened one after another. */
const TIMEOUT = 240_000

const sound = temporaryDirectory()
const unclean = join(sound, 'unclean')
const damaged = temporaryDirectory()
let expected: Served

interface Served {
  readonly hash: string
  readonly events: readonly HistoryRow[]
  readonly transfers: readonly HistoryRow[]
}

/** A directory as it was left by an orderly end, and one as it stood in the middle of the work, logs and all. */
beforeAll(async () => {
  const book = new TestBook()
  const store = openTestStore(sound)
  await store.load(book.image)
  const [from, to] = [book.open('from', 2n ** 90n), book.open('to')]
  for (let batch = 0; batch < BATCHES; batch += 1) {
    for (let each = 0; each < 3; each += 1) book.open(`account ${batch}-${each}`, 2n ** 90n)
    book.transfer({ from, to, amount: BigInt(batch), key: `key ${batch}` })
    await book.commit(store)
  }
  await store.settled()
  mkdirSync(unclean)
  copy(sound, unclean)
  await store.close()
  const read = openTestStore(sound)
  expected = await served(read)
  await read.close()
})
afterAll(() => {
  for (const directory of [sound, damaged]) rmSync(directory, { recursive: true, force: true })
})

function copy(from: string, to: string): void {
  for (const { name } of readdirSync(from, { withFileTypes: true }).filter((entry) => entry.isFile()))
    copyFileSync(join(from, name), join(to, name))
}

async function served(store: ReturnType<typeof openTestStore>): Promise<Served> {
  const { image } = new TestTables()
  await store.load(image)
  return {
    hash: hashOf(image),
    events: await store.find(EVENTS, { limit: 1_000 }),
    transfers: await store.find(TRANSFERS, { limit: 1_000 }),
  }
}

/** A start after the damage serves what was written, or is refused with where the damage is. */
async function expectNothingWrong(
  file: string,
  where: string,
  damage: (path: string) => void,
): Promise<void> {
  rmSync(damaged, { recursive: true, force: true })
  mkdirSync(damaged)
  copy(file.endsWith('-wal') ? unclean : sound, damaged)
  damage(join(damaged, file))
  const found = await servedFrom(damaged)
  if (found === null) return
  expect(found.hash, where).toBe(expected.hash)
  expectWritten(found, where)
  // In the order that was asked for, each once: only the rows of a page or an index that was lost may be missing.
  if (isDeepStrictEqual(found, expected)) return
  expect(file, where).toMatch(/^tables/)
  const options = { dataDirectory: damaged, book: 0, schema: TEST_SCHEMA, ...TEST_SOURCE }
  expect((await SqliteStore.verifyAt(options)).damage, where).not.toEqual([])
}

async function servedFrom(directory: string): Promise<Served | null> {
  try {
    const store = openTestStore(directory)
    try {
      return await served(store)
    } finally {
      await store.close()
    }
  } catch (error) {
    if (!(error instanceof StoreRefusal)) throw error
    expect(error.place.file.startsWith(directory)).toBe(true)
    return null
  }
}

function expectWritten(found: Served, where: string): void {
  for (const name of ['events', 'transfers'] as const) {
    const places = found[name].map((row) =>
      expected[name].findIndex((written) => isDeepStrictEqual(row, written)),
    )
    expect(places, where).not.toContain(-1)
    expect(places, where).toEqual([...new Set(places)].sort((left, right) => left - right))
  }
}

describe.each(FILES)('%s', (file) => {
  const size = (): number => statSync(join(file.endsWith('-wal') ? unclean : sound, file)).size
  const somewhere = (most: number): number => Math.floor(Math.random() * most)

  test('as it was is served as it was', async () => {
    copy(file.endsWith('-wal') ? unclean : sound, damaged)
    expect(await servedFrom(damaged)).toEqual(expected)
  })

  test('with a bit turned over serves nothing wrong', { timeout: TIMEOUT }, async () => {
    for (let time = 0; time < TRIES; time += 1) {
      const [at, bit] = [somewhere(size()), somewhere(8)]
      await expectNothingWrong(file, `bit ${bit} of byte ${at}`, (path) => {
        const bytes = readFileSync(path)
        bytes[at] = (bytes[at] as number) ^ (1 << bit)
        writeFileSync(path, bytes)
      })
    }
  })

  test('cut anywhere serves nothing wrong', { timeout: TIMEOUT }, async () => {
    for (let time = 0; time < TRIES; time += 1) {
      const length = somewhere(size())
      await expectNothingWrong(file, `cut to ${length}`, (path) => truncateSync(path, length))
    }
  })
})
