import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Engine } from '@stemma/core'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SqliteStore, StoreRefusal } from '../index.js'
import { SCHEMA_EXPORT, SCHEMA_MODULE, schema, TestBook } from '../testing/book.js'

let dataDirectory = ''
let opened: SqliteStore[] = []

beforeEach(() => {
  dataDirectory = mkdtempSync(join(tmpdir(), 'stemma-sqlite-'))
})

afterEach(async () => {
  for (const store of opened) await store.close()
  opened = []
  rmSync(dataDirectory, { recursive: true })
})

const open = (book = 0): SqliteStore => {
  const store = SqliteStore.open({
    dataDirectory,
    book,
    schema,
    schemaModule: SCHEMA_MODULE,
    schemaExport: SCHEMA_EXPORT,
  })
  opened.push(store)
  return store
}

const close = async (store: SqliteStore): Promise<void> => {
  opened = opened.filter((other) => other !== store)
  await store.close()
}

const edit = (file: string, ...statements: string[]): void => {
  const database = new Database(join(dataDirectory, file))
  for (const statement of statements) database.exec(statement)
  database.close()
}

/** Three batches of four clients, followed by the tables, and closed. */
async function written(): Promise<TestBook> {
  const book = new TestBook()
  const store = open()
  await store.load(book.engine.image)
  for (let round = 0; round < 3; round += 1) {
    book.populate(4)
    await book.commit(store)
  }
  await store.settled()
  await close(store)
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

const writerProcess = fileURLToPath(new URL('../../dist/testing/writer-process.js', import.meta.url))

describe('a start that cannot be', () => {
  test('another live writer is named, and its book stays as it is', async () => {
    const writer = spawn(process.execPath, [writerProcess, dataDirectory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(writer.stdout, 'data')
    const refusal = await refusalOf(() => open())
    expect(refusal.kind).toBe('another_writer')
    expect(refusal.message).toContain(`lock.sqlite is locked by another writer, process ${writer.pid}`)
    writer.kill('SIGKILL')
    await once(writer, 'exit')
    await open().load(new Engine().image)
  })

  test('data of a newer version', async () => {
    await written()
    edit('journal.sqlite', "UPDATE meta SET value = '2' WHERE name = 'data_version'")
    const refusal = await refusalOf(() => open())
    expect(refusal.kind).toBe('newer_version')
    expect(refusal.message).toContain('was written by data version 2; this version reads up to 1')
  })

  test('a record of a newer format', async () => {
    await written()
    edit('tables.sqlite', "DELETE FROM stemma_meta WHERE name = 'fingerprint'")
    edit('journal.sqlite', 'UPDATE records SET version = 2 WHERE batch = 2')
    const refusal = await refusalOf(() => open().load(new Engine().image))
    expect(refusal.kind).toBe('newer_version')
    expect(refusal.message).toBe('record 2 has format 2; this version reads up to 1')
  })

  test('the data of another book', async () => {
    await written()
    const refusal = await refusalOf(() => open(7))
    expect(refusal.kind).toBe('wrong_book')
  })

  test('a journal that is no database', async () => {
    await written()
    truncateSync(join(dataDirectory, 'journal.sqlite'), 100)
    const refusal = await refusalOf(() => open())
    expect(refusal.kind).toBe('damaged')
    expect(refusal.message).toContain('journal.sqlite cannot be')
  })

  test.each([
    [
      'a changed event',
      "UPDATE records SET events = x'90' WHERE batch = 2",
      'journal: record 2 does not have the hash',
    ],
    [
      'a changed image',
      "UPDATE records SET images = x'90' WHERE batch = 3",
      'journal: record 3 does not have the hash',
    ],
    [
      'a missing record',
      'DELETE FROM records WHERE batch = 2',
      'journal: record 2 is missing, the next is 3',
    ],
  ])('%s in the tail of the journal', async (_what, statement, expected) => {
    await written()
    edit('tables.sqlite', "DELETE FROM stemma_meta WHERE name = 'fingerprint'")
    edit('journal.sqlite', statement)
    const refusal = await refusalOf(() => open().load(new Engine().image))
    expect(refusal.kind).toBe('damaged')
    expect(refusal.message).toContain(expected)
  })

  test('a journal that lost its end', async () => {
    await written()
    edit('journal.sqlite', 'DELETE FROM records WHERE batch = 3')
    const refusal = await refusalOf(() => open().load(new Engine().image))
    expect(refusal.kind).toBe('damaged')
    expect(refusal.message).toContain('ends at record 2, but')
  })

  test('a row of the tables that was changed', async () => {
    await written()
    edit('tables.sqlite', "UPDATE parties SET display_name = 'Somebody else' WHERE id = 3")
    const refusal = await refusalOf(() => open().load(new Engine().image))
    expect(refusal.kind).toBe('damaged')
    expect(refusal.message).toContain('row 3 of parties does not have its digest')
  })

  test('a row of the tables that went missing', async () => {
    await written()
    edit('tables.sqlite', 'DELETE FROM parties WHERE id = 3')
    const refusal = await refusalOf(() => open().load(new Engine().image))
    expect(refusal.message).toContain('the digest of all rows is not the one that was kept')
  })
})

describe('the tables', () => {
  test('are made anew from the journal when they were made for another schema', async () => {
    const book = await written()
    edit(
      'tables.sqlite',
      "UPDATE stemma_meta SET value = 'another' WHERE name = 'fingerprint'",
      'DELETE FROM parties',
    )
    const engine = new Engine()
    const store = open()
    await store.load(engine.image)
    expect(engine.image.head).toEqual(book.engine.image.head)
    await store.settled()
    await close(store)
    const tables = new Database(join(dataDirectory, 'tables.sqlite'), { readonly: true })
    expect(tables.prepare('SELECT count(*) FROM parties').pluck().get()).toBe(13)
    expect(tables.prepare('SELECT display_name FROM parties WHERE name = ?').pluck().get('client-12')).toBe(
      'Client 12 \u{1f4b6}',
    )
    tables.close()
  })

  test('verify names what is damaged while the store is open', async () => {
    await written()
    const store = open()
    await store.load(new Engine().image)
    expect((await store.verifyChain()).damage).toEqual([])
    edit('journal.sqlite', "UPDATE records SET results = x'91c0' WHERE batch = 1")
    edit('tables.sqlite', "UPDATE parties SET status = 'closed' WHERE id = 5")
    expect((await store.verifyChain()).damage).toEqual([
      'journal: record 1 does not have the hash that follows from its content and the record before',
      'tables: row 5 of parties does not have its digest',
      'tables: the digest of all rows is not the one that was kept',
    ])
  })
})

test('a writer that is killed again and again loses nothing that it said was durable', async () => {
  const acknowledged: string[] = []
  for (let round = 0; round < 6; round += 1) {
    const writer = spawn(process.execPath, [writerProcess, dataDirectory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const lines = createInterface({ input: writer.stdout })
    let seen = 0
    for await (const line of lines) {
      acknowledged.push(line)
      seen += 1
      // A different depth into the work each round; what was printed behind it still counts.
      if (seen === 10 + 23 * round) writer.kill('SIGKILL')
    }
  }
  const engine = new Engine()
  const store = open()
  await store.load(engine.image)
  const { parties } = engine.rooms.hierarchy
  expect(acknowledged.length).toBeGreaterThan(400)
  expect(acknowledged.filter((id) => !parties.has(Number(id) as never))).toEqual([])
  expect(new Set(acknowledged).size).toBe(acknowledged.length)
  expect((await store.verifyChain()).damage).toEqual([])
})
