// Whatever bit turns over and wherever a file is cut: a start says what is damaged, or nothing that it serves is wrong.
// Rows of history have no digest of their own, so of the tables only the state is promised.
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
import { EVENTS } from '@stemma/core/image'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StoreRefusal } from '../index.js'
import { hashOf } from '../suite.js'
import { TestBook, TestTables, TRANSFERS } from '../testing/book.js'
import { openTestStore, temporaryDirectory } from '../testing/data-directory.js'

const FILES = ['journal.sqlite', 'tables.sqlite', 'journal.sqlite-wal', 'tables.sqlite-wal'] as const
const TRIES = 10
const BATCHES = 6

const sound = temporaryDirectory()
const unclean = join(sound, 'unclean')
const damaged = temporaryDirectory()
let expected: Served

interface Served {
  readonly hash: string
  readonly history: unknown
}

const holdsHistory = (file: string): boolean => file.startsWith('tables')
const expectedOf = (file: string): Served => (holdsHistory(file) ? { ...expected, history: null } : expected)

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
  expected = await served(read, true)
  await read.close()
})
afterAll(() => {
  for (const directory of [sound, damaged]) rmSync(directory, { recursive: true, force: true })
})

function copy(from: string, to: string): void {
  for (const { name } of readdirSync(from, { withFileTypes: true }).filter((entry) => entry.isFile()))
    copyFileSync(join(from, name), join(to, name))
}

async function served(store: ReturnType<typeof openTestStore>, withHistory: boolean): Promise<Served> {
  const { image } = new TestTables()
  await store.load(image)
  const hash = hashOf(image)
  if (!withHistory) return { hash, history: null }
  const [events, transfers] = [
    await store.find(EVENTS, { limit: 1_000 }),
    await store.find(TRANSFERS, { limit: 1_000 }),
  ]
  return { hash, history: { events, transfers } }
}

/** What a start after the damage serves, or null where it was refused with where the damage is. */
async function startAfter(file: string, damage: (path: string) => void): Promise<Served | null> {
  rmSync(damaged, { recursive: true, force: true })
  mkdirSync(damaged)
  copy(file.endsWith('-wal') ? unclean : sound, damaged)
  damage(join(damaged, file))
  try {
    const store = openTestStore(damaged)
    try {
      return await served(store, !holdsHistory(file))
    } finally {
      await store.close()
    }
  } catch (error) {
    if (!(error instanceof StoreRefusal)) throw error
    expect(error.place.file.startsWith(damaged)).toBe(true)
    return null
  }
}

describe.each(FILES)('%s', (file) => {
  const size = (): number => statSync(join(file.endsWith('-wal') ? unclean : sound, file)).size
  const somewhere = (most: number): number => Math.floor(Math.random() * most)

  test('as it was is served as it was', async () => {
    expect(await startAfter(file, () => {})).toEqual(expectedOf(file))
  })

  test('with a bit turned over serves nothing wrong', async () => {
    for (let time = 0; time < TRIES; time += 1) {
      const [at, bit] = [somewhere(size()), somewhere(8)]
      const found = await startAfter(file, (path) => {
        const bytes = readFileSync(path)
        bytes[at] = (bytes[at] as number) ^ (1 << bit)
        writeFileSync(path, bytes)
      })
      if (found !== null) expect(found, `bit ${bit} of byte ${at}`).toEqual(expectedOf(file))
    }
  })

  test('cut anywhere serves nothing wrong', async () => {
    for (let time = 0; time < TRIES; time += 1) {
      const length = somewhere(size())
      const found = await startAfter(file, (path) => truncateSync(path, length))
      if (found !== null) expect(found, `cut to ${length}`).toEqual(expectedOf(file))
    }
  })
})
