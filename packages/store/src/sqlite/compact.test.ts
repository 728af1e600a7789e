// A journal of which images and results were dropped is the same book, wherever that was cut short.
import { copyFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { EVENTS, type Instant } from '@stemma/core/image'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ArchiveSource, writeArchive } from '../archive/archive.js'
import { replay, stateHashOf } from '../archive/journal-source.js'
import { adopt, openSource } from '../archive/places.js'
import type { SnapshotHead } from '../record/snapshot.js'
import { TestBook, TestTables } from '../testing/book.js'
import { openTestStore, temporaryDirectory } from '../testing/data-directory.js'
import { dropBefore, keepSnapshot } from './compact.js'

const LATER = Number.MAX_SAFE_INTEGER as Instant

let data = ''
let book: TestBook
/** When each record was written, by its number. */
let times: Instant[]

const pathOf = (file: string): string => join(data, file)

/** Eight records; the tables are kept as they were after the third. */
beforeEach(async () => {
  data = temporaryDirectory()
  book = new TestBook()
  times = [0 as Instant]
  const store = openTestStore(data)
  await store.load(book.image)
  const [one, other] = [book.open('one', 2n ** 90n), book.open('other')]
  const gone = book.open('gone')
  for (let record = 1; record <= 8; record += 1) {
    book.transfer({ from: one, to: other, amount: 3n, key: `key ${record}` })
    if (record === 5) book.remove(gone)
    await book.commit(store)
    times.push(book.image.head.time)
    if (record !== 3) continue
    await store.settled()
    // Everything is in the file once no reader has it open any more: a copy of both is a copy of the state.
    for (const file of readdirSync(data).filter((name) => name.startsWith('tables.sqlite')))
      copyFileSync(pathOf(file), `${pathOf(file.replace('tables', 'old'))}`)
  }
  await store.close()
})

afterEach(() => rmSync(data, { recursive: true }))

const edit = (...statements: string[]): void => {
  const journal = new Database(pathOf('journal.sqlite'))
  for (const statement of statements) journal.exec(statement)
  journal.close()
}

/** Keeps a snapshot, and says its hash in the next record as the command of the core does. */
async function snapshot({ isNoted }: { readonly isNoted: boolean }): Promise<SnapshotHead> {
  const store = openTestStore(data)
  const { image } = new TestTables()
  const { batch } = await store.load(image)
  await store.settled()
  const kept = keepSnapshot(data, batch, image)
  if (isNoted) {
    book.pass(1)
    book.settle(1, { from: 1 as never, to: 1 as never, amount: 0n })
    const { events, ...rest } = book.seal()
    const noted = events.map((event) => ({ ...event, kind: 'journal.snapshot_kept', data: { ...kept } }))
    await store.append({ ...rest, events: noted })
  }
  await store.close()
  return kept
}

async function loaded() {
  const store = openTestStore(data)
  const { image } = new TestTables()
  try {
    const { batch, results } = await store.load(image)
    await store.settled()
    const { damage } = await store.verifyChain()
    const events = await store.find(EVENTS, { limit: 100 })
    const subjects = events
      .filter(({ kind }) => kind !== 'journal.snapshot_kept')
      .map(({ subject }) => subject)
    return { batch, keys: results.map(({ key }) => key), damage, subjects, state: stateHashOf(image) }
  } finally {
    await store.close()
  }
}

const removeTables = (): void => {
  for (const file of readdirSync(data).filter((name) => name.startsWith('tables.sqlite')))
    rmSync(pathOf(file))
}

const imagesDropped = (): readonly number[] => {
  const journal = new Database(pathOf('journal.sqlite'), { readonly: true })
  const batches = journal
    .prepare('SELECT batch FROM records WHERE length(images) = 0 ORDER BY batch')
    .pluck()
    .all()
  journal.close()
  return batches as number[]
}

/** What a journal that was not compacted says. */
const expected = () => ({
  batch: book.batches.length,
  damage: [],
  state: stateHashOf(book.image),
  subjects: book.batches.slice(0, 8).flatMap(({ events }) => events.map(({ subject }) => subject)),
})

describe('a compacted journal', () => {
  beforeEach(async () => {
    await snapshot({ isNoted: true })
    expect(dropBefore(data, times[6] as Instant).through).toBe(5)
  })

  test('has dropped what is older, and nothing else', async () => {
    expect(imagesDropped()).toEqual([1, 2, 3, 4, 5])
    expect(await loaded()).toMatchObject(expected())
  })

  test('knows the keys whose results were kept, and has no more of the others', async () => {
    expect((await loaded()).keys).toEqual(['key 6', 'key 7', 'key 8'])
    const store = openTestStore(data)
    await store.load(new TestTables().image)
    const [first, ...others] = book.batches.flatMap(({ results }) => results)
    expect(await store.resultOf(first?.sequence as number)).toBeNull()
    expect(await store.resultOf(others.at(-1)?.sequence as number)).toEqual(others.at(-1))
    await store.close()
  })

  test('makes tables again from the snapshot and all events', async () => {
    removeTables()
    for (let round = 0; round < 2; round += 1) expect(await loaded()).toMatchObject(expected())
  })

  test('brings tables from before the snapshot to the state behind it', async () => {
    removeTables()
    for (const file of readdirSync(data).filter((name) => name.startsWith('old.sqlite')))
      copyFileSync(pathOf(file), pathOf(file.replace('old', 'tables')))
    for (let round = 0; round < 2; round += 1) expect(await loaded()).toMatchObject(expected())
  })

  test('is compacted further, and again without anything to do', async () => {
    for (let round = 0; round < 2; round += 1) {
      expect(dropBefore(data, LATER).through).toBe(8)
      expect(imagesDropped()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
      expect(await loaded()).toMatchObject(expected())
    }
    await snapshot({ isNoted: true })
    expect(dropBefore(data, LATER).through).toBe(9)
    removeTables()
    expect(await loaded()).toMatchObject({ ...expected(), batch: 10 })
  })

  test('is backed up and restored as it is', async () => {
    const backup = join(data, 'backup')
    const source = await openSource({ dataDirectory: data, book: 0 })
    await writeArchive(source, backup)
    await source.close()
    const archive = await ArchiveSource.open(backup, null)
    const { image } = new TestTables()
    await replay(archive, image)
    expect(stateHashOf(image)).toBe(expected().state)
    const to = join(data, 'restored')
    await adopt({ dataDirectory: to, book: 0 }, archive)
    const file = { databaseUrl: 'postgres://127.0.0.1:1/none', book: 0 }
    await expect(adopt(file, archive)).rejects.toThrow('was compacted')
    await archive.close()
    const before = await loaded()
    data = to
    expect(await loaded()).toEqual(before)
    data = join(to, '..')
  })
})

describe('compacting that was cut short', () => {
  test('before the chain knows the snapshot leaves a journal without one', async () => {
    const before = await loaded()
    await snapshot({ isNoted: false })
    removeTables()
    expect(await loaded()).toEqual(before)
    expect(() => dropBefore(data, LATER)).toThrow('has no snapshot')
    expect(imagesDropped()).toEqual([])
    // A record that comes behind it says nothing of the snapshot; the next run makes one of its own.
    const store = openTestStore(data)
    await store.load(new TestTables().image)
    book.open('between')
    await book.commit(store)
    await store.close()
    expect(() => dropBefore(data, LATER)).toThrow('has no snapshot')
    await snapshot({ isNoted: true })
    expect(dropBefore(data, LATER).through).toBe(9)
    expect((await loaded()).state).toBe(stateHashOf(book.image))
  })

  test('before anything was dropped, and in the middle of dropping, leaves a journal that loads', async () => {
    await snapshot({ isNoted: true })
    removeTables()
    expect(await loaded()).toMatchObject(expected())
    edit("UPDATE records SET images = x'', results = x'' WHERE batch <= 4")
    removeTables()
    expect(await loaded()).toMatchObject(expected())
    expect(dropBefore(data, LATER).through).toBe(8)
    expect(await loaded()).toMatchObject(expected())
  })
})

describe('damage is named', () => {
  test.each([
    ['a part of the snapshot was changed', "UPDATE snapshots SET images = x'90' WHERE part = 1", 8],
    ['a part of the snapshot is missing', 'DELETE FROM snapshots WHERE part = 2', 8],
    ['the snapshot is missing', 'DELETE FROM snapshots', 1],
    ['a record behind the snapshot lost its images', "UPDATE records SET images = x'' WHERE batch = 9", 9],
    [
      'an event of a record that was dropped was changed',
      "UPDATE records SET events = x'90' WHERE batch = 2",
      2,
    ],
    ['a hash of what was dropped was changed', "UPDATE records SET images_hash = 'x' WHERE batch = 3", 3],
  ])('where %s', async (_what, statement, batch) => {
    await snapshot({ isNoted: true })
    dropBefore(data, LATER)
    edit(statement)
    const store = openTestStore(data)
    const { damage } = await store.verifyChain()
    await store.close()
    expect(damage).toContainEqual(expect.objectContaining({ batch }))
    removeTables()
    await expect(loaded()).rejects.toThrow()
  })

  test('where results are gone of which no snapshot speaks', async () => {
    edit("UPDATE records SET results = x'' WHERE batch = 2")
    removeTables()
    await expect(loaded()).rejects.toThrow('record 2 has lost its images or results')
  })
})
