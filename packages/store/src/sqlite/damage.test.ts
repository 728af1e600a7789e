import { copyFileSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EVENTS } from '@stemma/core/image'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { columnsKept } from '../history/event-items.js'
import { ROW_DIGEST } from '../history/kept-rows.js'
import { StoreRefusal } from '../index.js'
import { hashOf } from '../suite.js'
import { snakeCase } from '../tables/names.js'
import { TEST_SCHEMA, TEST_SOURCE, TestBook, TestTables } from '../testing/book.js'
import { openTestStore, temporaryDirectory } from '../testing/data-directory.js'
import { filesOf } from './files.js'
import { SqliteStore } from './sqlite-store.js'

let dataDirectory = ''
let opened: SqliteStore[] = []

beforeEach(() => {
  dataDirectory = temporaryDirectory()
})

afterEach(async () => {
  for (const store of opened) await store.close()
  opened = []
  rmSync(dataDirectory, { recursive: true })
})

const open = (book = 0): SqliteStore => {
  const store = openTestStore(dataDirectory, book)
  opened.push(store)
  return store
}

const pathOf = (file: string): string => join(dataDirectory, file)

const edit = (file: string, ...statements: string[]): void => {
  const database = new Database(pathOf(file))
  for (const statement of statements) database.exec(statement)
  database.close()
}

const FORGOTTEN = "UPDATE stemma_meta SET value = 'another' WHERE name = 'fingerprint'"

/** Three batches of four accounts each, followed by the tables. */
async function written(): Promise<TestBook> {
  const book = new TestBook()
  const store = openTestStore(dataDirectory)
  await store.load(book.image)
  for (let round = 0; round < 3; round += 1) {
    for (let each = 0; each < 4; each += 1) book.open(`account ${round}-${each}`, 2n ** 90n)
    await book.commit(store)
  }
  await store.close()
  return book
}

const refusalOf = async (action: () => unknown): Promise<StoreRefusal> => {
  try {
    await action()
  } catch (error) {
    if (error instanceof StoreRefusal) return error
    throw error
  }
  throw new Error('expected a refusal to start')
}

const refusalToLoad = (): Promise<StoreRefusal> =>
  refusalOf(async () => {
    const store = openTestStore(dataDirectory)
    await store.load(new TestTables().image).finally(() => store.close())
  })

async function damageFound(): Promise<readonly object[]> {
  const options = { dataDirectory, book: 0, schema: TEST_SCHEMA, ...TEST_SOURCE }
  return (await SqliteStore.verifyAt(options)).damage
}

function hasTables(): boolean {
  const tables = new Database(pathOf('tables.sqlite'), { readonly: true })
  const accounts = tables.prepare('SELECT count(*) FROM accounts').pluck().get()
  tables.close()
  return accounts === 12
}

/** Turns over a bit of the last place in a file where `text` stands. */
function flipBit(file: string, text: string): void {
  const bytes = readFileSync(pathOf(file))
  const at = bytes.lastIndexOf(text)
  expect(at).toBeGreaterThan(0)
  bytes[at] = (bytes[at] as number) ^ 1
  writeFileSync(pathOf(file), bytes)
}

describe('a start is refused, with what was found,', () => {
  test('where the data is of a newer version', async () => {
    await written()
    edit('journal.sqlite', "UPDATE meta SET value = '3' WHERE name = 'data_version'")
    const refusal = await refusalOf(() => open())
    expect(refusal.kind).toBe('newer_version')
    expect(refusal.message).toContain('was written by data version 3; this version reads up to 2')
  })

  test('where a record is of a newer format', async () => {
    await written()
    edit('tables.sqlite', FORGOTTEN)
    edit('journal.sqlite', 'UPDATE records SET version = 2 WHERE batch = 2')
    const refusal = await refusalToLoad()
    expect(refusal.kind).toBe('newer_version')
    expect(refusal.place).toEqual({ file: pathOf('journal.sqlite'), batch: 2 })
  })

  test('where the data is of another book', async () => {
    await written()
    expect((await refusalOf(() => open(7))).kind).toBe('wrong_book')
  })

  test.each(['journal.sqlite', 'tables.sqlite'])('where %s is cut off', async (file) => {
    await written()
    truncateSync(pathOf(file), Math.floor(statSync(pathOf(file)).size / 2))
    const refusal = await refusalToLoad()
    expect(refusal.kind).toBe('damaged')
    expect(refusal.place.file).toBe(pathOf(file))
  })

  test.each(['journal.sqlite', 'tables.sqlite'])('where %s is no database', async (file) => {
    await written()
    writeFileSync(pathOf(file), 'this is something else entirely, and longer than the header of a database')
    const refusal = await refusalToLoad()
    expect(refusal.kind).toBe('damaged')
    expect(refusal.place.file).toBe(pathOf(file))
  })

  test('where the journal is missing', async () => {
    await written()
    rmSync(pathOf('journal.sqlite'))
    const refusal = await refusalToLoad()
    expect(refusal.kind).toBe('damaged')
    expect(refusal.message).toContain('journal.sqlite is missing')
  })

  test.each(['tables.sqlite', 'journal.head'])(
    'where the journal lost its end, by %s alone',
    async (file) => {
      await written()
      const other = file === 'journal.head' ? 'tables.sqlite' : 'journal.head'
      if (other === 'tables.sqlite') rmSync(pathOf(other))
      copyFileSync(pathOf('journal.sqlite'), pathOf('copy'))
      edit('journal.sqlite', 'DELETE FROM records WHERE batch = 3')
      if (other === 'journal.head') await headAt(2)
      const refusal = await refusalToLoad()
      expect(refusal.kind).toBe('damaged')
      expect(refusal.message).toContain(`ends at record 2, but ${pathOf(file)} has seen record 3`)
      expect(refusal.place.batch).toBe(3)
    },
  )

  test('where the head is missing or cannot be read', async () => {
    await written()
    writeFileSync(pathOf('journal.head'), 'nothing')
    expect((await refusalOf(() => open())).message).toContain('neither of its places is whole')
    rmSync(pathOf('journal.head'))
    expect((await refusalOf(() => open())).message).toContain('journal.head is missing')
  })

  test.each([
    ['an event was changed', "UPDATE records SET events = x'90' WHERE batch = 2", 2],
    ['an image was changed', "UPDATE records SET images = x'90' WHERE batch = 3", 3],
    ['a result was changed', "UPDATE records SET results = x'91c0' WHERE batch = 1", 1],
    ['the hash of a part was changed', "UPDATE records SET images_hash = 'x' WHERE batch = 1", 1],
    ['a sequence was changed', 'UPDATE records SET last_sequence = 9 WHERE batch = 2', 2],
    ['an epoch was changed', 'UPDATE records SET epoch = 2 WHERE batch = 2', 2],
    ['a record is missing', 'DELETE FROM records WHERE batch = 2', 2],
  ])('where in the tail of the journal %s', async (_what, statement, batch) => {
    await written()
    edit('tables.sqlite', FORGOTTEN)
    edit('journal.sqlite', statement)
    const refusal = await refusalToLoad()
    expect(refusal.kind).toBe('damaged')
    expect(refusal.place).toMatchObject({ file: pathOf('journal.sqlite'), batch })
    // The old tables were not given up for a journal that cannot replace them.
    expect(hasTables()).toBe(true)
    expect(await damageFound()).toContainEqual(expect.objectContaining({ batch }))
  })

  test('where a bit of the journal turned over', async () => {
    await written()
    rmSync(pathOf('tables.sqlite'))
    flipBit('journal.sqlite', 'account 1-')
    const refusal = await refusalToLoad()
    expect(refusal.place).toMatchObject({ file: pathOf('journal.sqlite'), batch: 2 })
  })

  test('where a bit of the tables turned over', async () => {
    const book = await written()
    flipBit('tables.sqlite', 'account 1-2 \u{1f4b6}')
    const refusal = await refusalToLoad()
    expect(refusal.kind).toBe('damaged')
    const [row] = book.tables.accounts.idsInOrder().slice(6)
    expect(refusal.place).toMatchObject({ file: pathOf('tables.sqlite'), table: 'accounts', row })
    expect(refusal.message).toContain('remove the file to have it made again from the journal')
  })

  test('where a result that a repeat of the last day needs was changed, behind what the tables have', async () => {
    await written()
    edit('journal.sqlite', "UPDATE records SET results = x'91c0' WHERE batch = 1")
    const refusal = await refusalToLoad()
    expect(refusal.kind).toBe('damaged')
    expect(refusal.place).toEqual({ file: pathOf('journal.sqlite'), batch: 1 })
  })

  test('where a row of the tables went missing', async () => {
    await written()
    edit('tables.sqlite', 'DELETE FROM balances WHERE id = (SELECT max(id) FROM balances)')
    const refusal = await refusalToLoad()
    expect(refusal.message).toContain('the digest of all rows is not the one that was kept')
  })
})

/** The head as it was after an earlier record. */
async function headAt(batch: number): Promise<void> {
  const { HeadFile } = await import('./head-file.js')
  const journal = new Database(pathOf('journal.sqlite'), { readonly: true })
  const hash = journal.prepare('SELECT hash FROM records WHERE batch = ?').pluck().get(batch) as string
  journal.close()
  HeadFile.create(filesOf(dataDirectory).head, { batch, hash })
}

describe('the tables', () => {
  test.each([
    ['were removed', () => rmSync(pathOf('tables.sqlite'))],
    ['were made for another schema', () => edit('tables.sqlite', FORGOTTEN, 'DELETE FROM accounts')],
  ])('are made again from the journal when they %s', async (_what, change) => {
    const book = await written()
    change()
    const { image } = new TestTables()
    const store = open()
    await store.load(image)
    expect(hashOf(image)).toBe(hashOf(book.image))
    await store.settled()
    expect((await store.verifyChain()).damage).toEqual([])
    const tables = new Database(pathOf('tables.sqlite'), { readonly: true })
    expect(tables.prepare('SELECT count(*) FROM accounts').pluck().get()).toBe(12)
    expect(tables.prepare('SELECT count(*) FROM history_events').pluck().get()).toBe(12)
    tables.close()
  })

  test('can be queried: real names, amounts that sum where they fit 64 bits', async () => {
    const book = new TestBook()
    const store = open()
    await store.load(book.image)
    for (const credits of [1n, 2n ** 62n, -3n]) book.open('any', credits)
    await book.commit(store)
    await store.settled()
    const tables = new Database(pathOf('tables.sqlite'), { readonly: true })
    const query = `SELECT sum(credits) FROM balances JOIN accounts ON accounts.id = balances.account
      WHERE display_name LIKE 'any%' AND is_frozen = 0 AND status = 'active'`
    expect(tables.prepare(query).pluck().safeIntegers().get()).toBe(2n ** 62n - 2n)
    tables.close()
  })
})

test('verify names everything that is damaged while the store goes on', async () => {
  await written()
  const store = open()
  const tables = new TestTables()
  await store.load(tables.image)
  expect((await store.verifyChain()).damage).toEqual([])
  const row = tables.accounts.idsInOrder()[4] as number
  edit('journal.sqlite', "UPDATE records SET results = x'91c0' WHERE batch = 1")
  edit('tables.sqlite', `UPDATE accounts SET status = 'closed' WHERE id = ${row}`)
  const { damage, batches } = await store.verifyChain()
  expect(batches).toBe(3)
  expect(damage).toEqual([
    expect.objectContaining({ file: pathOf('journal.sqlite'), batch: 1 }),
    expect.objectContaining({ file: pathOf('tables.sqlite'), table: 'accounts', row }),
    expect.objectContaining({ file: pathOf('tables.sqlite') }),
  ])
})

test('after a write that failed every append fails with the same cause, and what was durable is there', async () => {
  const book = new TestBook()
  const store = open()
  await store.load(book.image)
  book.open('kept')
  await book.commit(store)
  edit('journal.sqlite', 'ALTER TABLE records RENAME TO away')
  for (let round = 0; round < 2; round += 1) {
    book.open('lost')
    await expect(book.commit(store)).rejects.toThrow('record 2 could not be written to')
  }
  await store.close()
  edit('journal.sqlite', 'ALTER TABLE away RENAME TO records')
  const again = new TestTables()
  const loaded = await open().load(again.image)
  expect(loaded.batch).toBe(1)
  expect(again.accounts.size).toBe(1)
})

test('a tail too long to be replayed is followed before the image is loaded', async () => {
  const book = new TestBook()
  const store = openTestStore(dataDirectory)
  await store.load(book.image)
  const appends = Array.from({ length: 1_100 }, () => {
    book.open('any')
    return book.commit(store)
  })
  await Promise.all(appends)
  await store.close()
  rmSync(pathOf('tables.sqlite'))
  const { image } = new TestTables()
  const again = open()
  expect((await again.load(image)).batch).toBe(1_100)
  expect(again.lag().batches).toBe(0)
  expect(hashOf(image)).toBe(hashOf(book.image))
})

describe('a row of history in the tables', () => {
  /** Two transfers of which one was settled since, in the tables. */
  async function writtenHistory(): Promise<void> {
    const book = new TestBook()
    const store = openTestStore(dataDirectory)
    await store.load(book.image)
    const [from, to] = [book.open('from', 2n ** 90n), book.open('to')]
    const moves = [5n, 6n].map((moved) => ({ from, to, amount: moved, note: 'rent' }))
    const [first] = moves.map((move) => book.transfer(move))
    await book.commit(store)
    book.settle(first as number, moves[0] as (typeof moves)[number])
    await book.commit(store)
    await store.close()
  }

  const loaded = async (): Promise<SqliteStore> => {
    const store = open()
    await store.load(new TestTables().image)
    return store
  }

  const named = (name: string): string => `"${snakeCase(name)}"`
  const FIELDS = TEST_SCHEMA.history.flatMap((table) =>
    [...columnsKept(table), ROW_DIGEST].map((column) => ({ table, column })),
  )

  test('is served as it was written or not at all, whatever field of it is changed, and verify names it', async () => {
    await writtenHistory()
    copyFileSync(pathOf('tables.sqlite'), pathOf('sound'))
    const store = await loaded()
    for (const { table, column } of FIELDS) {
      const [name, field] = [`history_${table.name}`, named(column.name)]
      const isText = column.kind === 'text' || column.kind === 'json'
      const changed = isText ? `coalesce(${field}, '') || ' '` : `coalesce(${field}, 0) + 1000`
      const key = table.key.map(named).join(', ')
      const last = `(SELECT ${key} FROM ${name} ORDER BY ${key} DESC LIMIT 1)`
      edit('tables.sqlite', `UPDATE ${name} SET ${field} = ${changed} WHERE (${key}) = ${last}`)
      const refusal = await refusalOf(() => store.find(table, { limit: 100 }))
      expect(refusal.message).toMatch(new RegExp(`row .* of ${name} does not have its digest`))
      expect(refusal.place).toMatchObject({ file: pathOf('tables.sqlite'), table: name })
      if (column === ROW_DIGEST) {
        const { damage } = await store.verifyChain()
        expect(damage).toContainEqual(expect.objectContaining({ table: name }))
      }
      const restored = `DELETE FROM ${name}; INSERT INTO ${name} SELECT * FROM sound.${name}`
      edit('tables.sqlite', `ATTACH '${pathOf('sound')}' AS sound`, restored)
    }
    expect((await store.verifyChain()).damage).toEqual([])
  })

  test('that was lost is named by verify, and by the read of the event that it is an item of', async () => {
    await writtenHistory()
    edit('tables.sqlite', 'DELETE FROM history_moves WHERE sequence = 3 AND position = 1')
    const file = pathOf('tables.sqlite')
    const message = `${file}: row 3, 1 of history_moves is missing`
    expect(await damageFound()).toEqual([{ file, table: 'history_moves', message }])
    const store = await loaded()
    const refusal = await refusalOf(() => store.find(EVENTS, { limit: 100 }))
    expect(refusal.message).toContain('expected 2 moves of event 3, 0 in "history_moves", were 1')
  })

  test('that nobody wrote is found by verify, with a digest or without', async () => {
    await writtenHistory()
    const row =
      'SELECT transfer + 1000, "from", "to", amount, note, is_settled, row_digest FROM history_transfers'
    edit('tables.sqlite', `INSERT INTO history_transfers ${row} ORDER BY transfer LIMIT 1`)
    const file = pathOf('tables.sqlite')
    expect(await damageFound()).toEqual([
      expect.objectContaining({
        file,
        table: 'history_transfers',
        message: expect.stringContaining('rows were added'),
      }),
    ])
  })
})
