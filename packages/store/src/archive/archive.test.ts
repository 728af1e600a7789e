// A journal that is carried from one place to another: whole, or not at all.
import { copyFileSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SqliteKeyShelf } from '../keys/sqlite-key-shelf.js'
import { StoreRefusal } from '../port.js'
import type { RecordRow } from '../record/checked.js'
import { TestBook, TestTables } from '../testing/book.js'
import { openTestStore, temporaryDirectory } from '../testing/data-directory.js'
import { ArchiveSource, writeArchive } from './archive.js'
import { type JournalSource, replay, stateHashOf } from './journal-source.js'
import { writeKeyPart } from './key-part.js'
import { adopt, openSource } from './places.js'

let directories: string[] = []
const fresh = (): string => {
  const directory = temporaryDirectory()
  directories.push(directory)
  return directory
}

const at = (dataDirectory: string) => ({ dataDirectory, book: 0 })

let from = ''
let backup = ''
let keyPart = ''
let book: TestBook
const KEYS = [
  { name: 'a', wrappedKey: 'wrapped a' },
  { name: 'b', wrappedKey: 'wrapped b' },
]

/** Six records with accounts, keyed transfers and balances beyond 64 bits. */
beforeEach(async () => {
  from = fresh()
  backup = join(fresh(), 'monday.backup')
  keyPart = join(fresh(), 'party.keys')
  book = new TestBook()
  const store = openTestStore(from)
  await store.load(book.image)
  const [one, other] = [book.open('one', 2n ** 90n), book.open('other')]
  await book.commit(store)
  for (let round = 0; round < 5; round += 1) {
    book.transfer({ from: one, to: other, amount: 3n, key: `key ${round}` })
    await book.commit(store)
  }
  await store.close()
  const shelf = SqliteKeyShelf.open(from)
  await shelf.keep(KEYS)
  await shelf.close()
})

afterEach(() => {
  for (const directory of directories) rmSync(directory, { recursive: true })
  directories = []
})

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

const backUp = async (): Promise<void> =>
  using(await openSource(at(from)), async (source) => {
    await writeArchive(source, backup)
    await writeKeyPart(source, keyPart)
  })

const restoreInto = async (dataDirectory: string, keys: string | null = keyPart): Promise<void> =>
  using(await ArchiveSource.open(backup, keys), (source) => adopt(at(dataDirectory), source))

async function refusalOf(action: () => Promise<unknown>): Promise<StoreRefusal> {
  try {
    await action()
  } catch (error) {
    if (error instanceof StoreRefusal) return error
    throw error
  }
  throw new Error('expected a refusal')
}

const walk = async (): Promise<void> =>
  using(await ArchiveSource.open(backup, null), (source) => replay(source, new TestTables().image))

async function loaded(dataDirectory: string) {
  const store = openTestStore(dataDirectory)
  const { image } = new TestTables()
  try {
    const { batch, hash, results } = await store.load(image)
    await store.settled()
    const { damage } = await store.verifyChain()
    return { batch, hash, results, damage, state: stateHashOf(image) }
  } finally {
    await store.close()
  }
}

describe('a backup', () => {
  test('is the journal again: records, chain, state, keys of idempotency and keys of parties', async () => {
    await backUp()
    const to = fresh()
    await restoreInto(to)
    const original = await loaded(from)
    expect(original).toMatchObject({ batch: 6, damage: [], state: stateHashOf(book.image) })
    expect(original.results.map(({ key }) => key)).toEqual([0, 1, 2, 3, 4].map((round) => `key ${round}`))
    // First from the records, then from the tables that were made of them.
    for (let round = 0; round < 2; round += 1) expect(await loaded(to)).toEqual(original)
    expect(SqliteKeyShelf.read(to)).toEqual(KEYS)
  })

  test('is written while the book is open and goes on, and ends where it began', async () => {
    const store = openTestStore(from)
    await store.load(new TestTables().image)
    const source = await openSource(at(from))
    book.open('later')
    await book.commit(store)
    await using(source, (opened) => writeArchive(opened, backup))
    await store.close()
    await walk()
    const to = fresh()
    await restoreInto(to, null)
    expect((await loaded(to)).batch).toBe(6)
    expect((await loaded(from)).batch).toBe(7)
  })

  test('goes on where it ended, in the place to which it was restored', async () => {
    await backUp()
    const to = fresh()
    await restoreInto(to)
    const store = openTestStore(to)
    await store.load(new TestTables().image)
    book.open('next')
    expect(await book.commit(store)).toBe(7)
    await store.close()
    expect(await loaded(to)).toMatchObject({ batch: 7, damage: [], state: stateHashOf(book.image) })
  })

  test('does not replace a file, nor a key part of another book', async () => {
    await backUp()
    const before = readFileSync(backup)
    expect((await refusalOf(backUp)).message).toContain('is there already')
    expect(readFileSync(backup)).toEqual(before)
    const part = JSON.parse(readFileSync(keyPart, 'utf8'))
    writeFileSync(keyPart, JSON.stringify({ ...part, first: '1'.repeat(64) }))
    backup = `${backup}.2`
    expect((await refusalOf(backUp)).kind).toBe('wrong_book')
    expect(JSON.parse(readFileSync(keyPart, 'utf8')).first).toBe('1'.repeat(64))
  })

  test('has the newest keys in its key part, and none that was dropped', async () => {
    await backUp()
    expect(readFileSync(keyPart, 'utf8')).toContain('wrapped a')
    const shelf = SqliteKeyShelf.open(from)
    await shelf.drop('a')
    await shelf.close()
    backup = `${backup}.2`
    await backUp()
    expect(readFileSync(keyPart, 'utf8')).not.toContain('wrapped a')
    expect(readFileSync(keyPart, 'utf8')).toContain('wrapped b')
  })

  test('that is cut off anywhere is found out, and restored nowhere', async () => {
    await backUp()
    const whole = readFileSync(backup)
    const to = fresh()
    // Every 97th byte: in the first line, between frames, in lengths and in bodies.
    for (let length = whole.length - 1; length >= 0; length -= 97) {
      truncateSync(backup, length)
      expect(['damaged', 'unusable']).toContain((await refusalOf(walk)).kind)
    }
    await refusalOf(() => restoreInto(to))
    writeFileSync(backup, whole)
    await restoreInto(to)
    expect((await loaded(to)).batch).toBe(6)
  })

  test('of which any byte was changed is found out', async () => {
    await backUp()
    const whole = readFileSync(backup)
    for (let place = 0; place < whole.length; place += 53) {
      const changed = Buffer.from(whole)
      changed[place] = (changed[place] as number) ^ 1
      writeFileSync(backup, changed)
      expect(['damaged', 'unusable']).toContain((await refusalOf(walk)).kind)
    }
  })

  test('is not made of a journal that lost its end, nor of a folder without one', async () => {
    expect((await refusalOf(() => openSource(at(fresh())))).message).toContain('there is no book')
    const cut = fresh()
    const shorter = new TestBook()
    const store = openTestStore(cut)
    await store.load(shorter.image)
    shorter.open('one')
    await shorter.commit(store)
    await store.close()
    copyFileSync(join(from, 'journal.head'), join(cut, 'journal.head'))
    expect((await refusalOf(() => openSource(at(cut)))).kind).toBe('damaged')
  })
})

describe('a restore', () => {
  test('is refused where there is a book, which stays as it is', async () => {
    await backUp()
    const before = await loaded(from)
    expect((await refusalOf(() => restoreInto(from))).message).toContain('holds a book already')
    expect(await loaded(from)).toEqual(before)
  })

  test('is refused without its key part, unless it is said that there is none', async () => {
    await backUp()
    rmSync(keyPart)
    const to = fresh()
    expect((await refusalOf(() => restoreInto(to))).message).toContain('there is no file')
    writeFileSync(keyPart, 'no keys')
    expect((await refusalOf(() => restoreInto(to))).message).toContain('does not hold keys')
    await restoreInto(to, null)
    expect(SqliteKeyShelf.read(to)).toEqual([])
    expect((await loaded(to)).batch).toBe(6)
  })

  test('that breaks off in the middle leaves nothing, and can be begun again', async () => {
    const to = fresh()
    const source = await openSource(at(from))
    async function* broken(): AsyncIterable<RecordRow> {
      for await (const row of source.records()) {
        if (row.batch === 4) throw new Error('the line went dead')
        yield row
      }
    }
    const { name, book: number, first, head, snapshot } = source
    const halfway: JournalSource = {
      name,
      book: number,
      first,
      head,
      snapshot,
      parts: () => source.parts(),
      records: broken,
      keys: () => source.keys(),
      close: async () => {},
    }
    await expect(adopt(at(to), halfway)).rejects.toThrow('the line went dead')
    expect(existsSync(join(to, 'journal.sqlite'))).toBe(true)
    await adopt(at(to), source)
    await source.close()
    expect(await loaded(to)).toEqual(await loaded(from))
  })

  test('waits for nobody: where another process has the directory it is refused', async () => {
    await backUp()
    const to = fresh()
    const store = openTestStore(to)
    expect((await refusalOf(() => restoreInto(to))).kind).toBe('another_writer')
    await store.close()
  })
})
