// What is not as it was written is found and named, and tables that were not made for this version are made again.
import { EVENTS } from '@stemma/core/image'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { columnsKept } from '../history/event-items.js'
import { ROW_DIGEST } from '../history/kept-rows.js'
import { StoreRefusal } from '../port.js'
import { becomeWriter, hashOf } from '../suite.js'
import { snakeCase } from '../tables/names.js'
import { TEST_SCHEMA, TEST_SOURCE, TestBook, TestTables } from '../testing/book.js'
import { createTestDatabase, type TestDatabase } from '../testing/test-database.js'
import { PostgresStore } from './postgres-store.js'

let database: TestDatabase
let opened: PostgresStore[] = []
let book: TestBook

const open = (number = 0): PostgresStore => {
  const store = new PostgresStore({ url: database.url, book: number, schema: TEST_SCHEMA, ...TEST_SOURCE })
  opened.push(store)
  return store
}

const edit = (statement: string): Promise<unknown> => database.query(statement)

/** Three batches of four accounts each behind the record of the taking over, followed by the tables. */
beforeEach(async () => {
  database = await createTestDatabase()
  book = new TestBook()
  const store = open()
  await store.load(book.image)
  await becomeWriter(store, book.image)
  for (let round = 0; round < 3; round += 1) {
    for (let each = 0; each < 4; each += 1) book.open(`account ${round}-${each}`, 2n ** 90n)
    await book.commit(store)
  }
  await store.renew()
  await store.settled()
  await store.close()
})

afterEach(async () => {
  for (const store of opened) await store.close()
  opened = []
  await database.drop()
})

const extra = createTestDatabase()
afterAll(async () => (await extra).drop())

async function refusal(number = 0): Promise<StoreRefusal> {
  const error = await open(number)
    .load(new TestTables().image)
    .catch((thrown: unknown) => thrown)
  if (error instanceof StoreRefusal) return error
  throw new Error(`expected a refusal to start, was ${String(error)}`)
}

const expectSound = async (): Promise<void> => {
  const tables = new TestTables()
  await open().load(tables.image)
  expect(hashOf(tables.image)).toBe(hashOf(book.image))
}

describe('the journal', () => {
  test.each([
    ['an event', "UPDATE stemma_journal.records SET events = events || '\\x00' WHERE batch = 3", 'record 3'],
    ['a note of it', 'UPDATE stemma_journal.records SET last_sequence = 99 WHERE batch = 3', 'record 3'],
    ['a hash', "UPDATE stemma_journal.records SET hash = repeat('0', 64) WHERE batch = 3", 'record 3'],
    ['a record between', 'DELETE FROM stemma_journal.records WHERE batch = 3', 'record 3 is missing'],
  ])('that lost %s is refused where that is read, and verify names it', async (_what, statement, named) => {
    // Without tables every record is read.
    await edit('DROP SCHEMA book_0 CASCADE')
    await edit(statement)
    expect(await refusal()).toMatchObject({ kind: 'damaged', place: { batch: 3 } })
    expect((await refusal()).message).toContain(named)
    const { damage } = await open().verifyChain()
    expect(damage[0]).toMatchObject({ batch: 3 })
  })

  test('that lost its end is refused, since the writer and the tables have seen more', async () => {
    await edit('DELETE FROM stemma_journal.records WHERE batch = 4')
    expect((await refusal()).message).toContain('ends at record 3, but')
    expect((await refusal()).message).toContain('stemma_journal.writer has seen record 4')
    await edit('DELETE FROM stemma_journal.writer')
    expect((await refusal()).message).toContain('book_0 has seen record 4')
    const { damage } = await open().verifyChain()
    expect(damage.map(({ batch }) => batch)).toEqual([4])
  })

  test('whose row of who writes was lost goes on behind the epochs of its records', async () => {
    await edit('DELETE FROM stemma_journal.writer')
    const { image } = new TestTables()
    const store = open()
    await store.load(image)
    expect(await store.writer()).toMatchObject({ epoch: 1, address: null })
    expect(await store.takeOver(await store.writer(), 'http://again.test')).toMatchObject({ batch: 5 })
    expect((await store.verifyChain()).damage).toEqual([])
  })

  test('of a newer data version, or with a record of a newer format, is refused', async () => {
    await edit("UPDATE stemma_journal.meta SET value = '99' WHERE name = 'data_version'")
    expect(await refusal()).toMatchObject({ kind: 'newer_version' })
    expect((await refusal()).message).toContain('written by data version 99; this version reads up to 3')
    await edit("UPDATE stemma_journal.meta SET value = '3' WHERE name = 'data_version'")
    await edit('UPDATE stemma_journal.records SET version = 99 WHERE batch = 4')
    expect(await refusal()).toMatchObject({ kind: 'newer_version' })
  })

  test('of another book in the same database is not touched', async () => {
    const other = new TestTables()
    const store = open(7)
    expect(await store.load(other.image)).toMatchObject({ batch: 0 })
    await becomeWriter(store, other.image)
    await store.settled()
    await edit('DROP SCHEMA book_7 CASCADE')
    await edit('DELETE FROM stemma_journal.records WHERE book = 7')
    expect((await refusal(7)).message).toContain('ends at record 0')
    await expectSound()
  })
})

describe('the head that the writer keeps apart', () => {
  test.each([
    ['has another hash', "hash = repeat('0', 64)", 'record 4 is not the one that'],
    ['is of another record', 'batch = 3', 'record 3 is not the one that'],
    ['is of a record that is not there', 'batch = 5', 'ends at record 4, but'],
  ])('is named where it %s', async (_what, change, named) => {
    await edit(`UPDATE stemma_journal.writer SET ${change}`)
    const { kind, message } = await refusal()
    expect([kind, message]).toEqual(['damaged', expect.stringContaining(named)])
    const { damage } = await open().verifyChain()
    expect(damage[0]?.message).toContain(named)
  })
})

test('the record that the tables have reached is looked at by a start that reads them', async () => {
  await edit(
    'UPDATE stemma_journal.records SET head = set_bit(head, 3, 1 - get_bit(head, 3)) WHERE batch = 4',
  )
  expect(await refusal()).toMatchObject({ kind: 'damaged', place: { batch: 4 } })
})

test('keys that a repeat of the last day needs are not forgotten where their results are gone', async () => {
  await edit("UPDATE stemma_journal.records SET results = '' WHERE batch = 3")
  expect(await refusal()).toMatchObject({ kind: 'damaged', place: { batch: 3 } })
})

describe('a bit that turned over', () => {
  const BYTES = ['head', 'events', 'images', 'results']
  const TEXTS = ['events_hash', 'images_hash', 'results_hash', 'hash']
  const NUMBERS = ['batch', 'epoch', 'version', 'first_sequence', 'last_sequence']
  const RECORDS = 4
  const somewhere = (most: number): number => Math.floor(Math.random() * most)

  /** Bits of numbers that stay what a journal may hold; of hashes those that keep them text. */
  function turned(column: string): string {
    if (BYTES.includes(column)) {
      const at = `(length(${column}) * ${somewhere(8)} + ${somewhere(1_000)}) % (length(${column}) * 8)`
      return `set_bit(${column}, ${at}, 1 - get_bit(${column}, ${at}))`
    }
    if (TEXTS.includes(column)) return `overlay(${column} placing 'x' from ${1 + somewhere(64)})`
    return `${column} # (1::bigint << ${3 + somewhere(20)})`
  }

  test.each([...BYTES, ...TEXTS, ...NUMBERS])('in %s of a record is named', async (column) => {
    const change = `SET ${column} = ${turned(column)} WHERE batch = ${1 + somewhere(RECORDS)}`
    await edit(`UPDATE stemma_journal.records ${change}`)
    const { damage } = await open().verifyChain()
    expect(damage, change).not.toEqual([])
    // From the tables a start serves what was written, or refuses.
    const served = new TestTables()
    const started = await open()
      .load(served.image)
      .then(
        () => hashOf(served.image),
        (error: unknown) => error,
      )
    if (!(started instanceof StoreRefusal)) expect(started, change).toBe(hashOf(book.image))
    await edit('DROP SCHEMA book_0 CASCADE')
    expect((await refusal()).message, change).toContain('stemma_journal.records')
  })
})

describe('history', () => {
  const named = (name: string): string => `"${snakeCase(name)}"`
  const changedOf = (field: string, kind: string): string => {
    if (kind === 'flag') return `NOT coalesce(${field}, false)`
    return kind === 'text' || kind === 'json'
      ? `coalesce(${field}, '') || ' '`
      : `coalesce(${field}, 0) + 1000`
  }

  /** A transfer that was settled since, in the tables. */
  async function transferred(): Promise<{ readonly store: PostgresStore; readonly transfer: number }> {
    const { image } = new TestTables()
    const store = open()
    await store.load(image)
    await becomeWriter(store, image)
    const [from, to] = [1, 3] as never[] as [never, never]
    const moved = { from, to, amount: 7n, note: 'rent' }
    const transfer = book.transfer(moved)
    await book.commit(store)
    book.settle(transfer, moved)
    await book.commit(store)
    await store.settled()
    return { store, transfer }
  }

  test.each([
    [
      'an event was changed',
      "UPDATE book_0.history_events SET kind = 'account.Opened' WHERE sequence = 5",
      'row 5, 0 of history_events',
    ],
    [
      'an event was lost',
      'DELETE FROM book_0.history_events WHERE sequence = 12',
      'row 12, 0 of history_events',
    ],
    [
      'a note was changed',
      "UPDATE book_0.history_notes SET subject = 'x' WHERE sequence = 1",
      'row 1, 0 of history_notes',
    ],
  ])('of which %s is named by verify, and made again from the journal', async (_what, statement, named) => {
    await edit(statement)
    const { damage } = await open().verifyChain()
    expect(damage).toHaveLength(1)
    expect(damage[0]?.message).toContain(named)
    await edit('DROP SCHEMA book_0 CASCADE')
    const { image } = new TestTables()
    const store = open()
    await store.load(image)
    await becomeWriter(store, image)
    await store.settled()
    expect(await store.find(EVENTS, { limit: 20 })).toEqual(book.historyOf(EVENTS))
    expect((await store.verifyChain()).damage).toEqual([])
  })

  test.each(TEST_SCHEMA.history)(
    'of $name is served as it was written or not at all, whatever field of a row is changed, and verify names it',
    async (table) => {
      await transferred()
      const store = open()
      await store.load(new TestTables().image)
      const name = `book_0.history_${table.name}`
      const key = table.key.map(named).join(', ')
      const last = `(${key}) = (SELECT ${key} FROM ${name} ORDER BY ${key} DESC LIMIT 1)`
      await edit(`CREATE TABLE sound AS TABLE ${name}`)
      for (const { name: column, kind } of [...columnsKept(table), ROW_DIGEST]) {
        const field = named(column)
        const restored = `TRUNCATE ${name}; INSERT INTO ${name} SELECT * FROM sound`
        await edit(`${restored}; UPDATE ${name} SET ${field} = ${changedOf(field, kind)} WHERE ${last}`)
        const refused = await store.find(table, { limit: 100 }).catch((thrown: unknown) => thrown)
        expect(refused, field).toBeInstanceOf(StoreRefusal)
        expect(refused).toMatchObject({ kind: 'damaged', place: { table: `history_${table.name}` } })
        expect(String(refused)).toContain(`of history_${table.name} does not have its digest`)
      }
      const { damage } = await store.verifyChain()
      expect(damage).toContainEqual(expect.objectContaining({ table: `history_${table.name}` }))
      await edit(`TRUNCATE ${name}; INSERT INTO ${name} SELECT * FROM sound`)
      expect((await store.verifyChain()).damage).toEqual([])
    },
  )

  test('whose rows nobody wrote is found by verify', async () => {
    const row = `SELECT sequence, position + 1, subject, row_digest FROM book_0.history_notes LIMIT 1`
    await edit(`INSERT INTO book_0.history_notes ${row}`)
    const { damage } = await open().verifyChain()
    expect(damage).toEqual([expect.objectContaining({ table: 'history_notes' })])
    expect(damage[0]?.message).toContain('rows were added')
  })

  test('whose rows were replaced since is sound, and a replaced row that was changed is named', async () => {
    const { store, transfer } = await transferred()
    expect((await store.verifyChain()).damage).toEqual([])
    await edit('UPDATE book_0.history_transfers SET amount = amount + 1')
    expect((await store.verifyChain()).damage[0]?.message).toContain(`row ${transfer} of history_transfers`)
  })
})

describe('the tables', () => {
  test.each([
    ['an amount', 'UPDATE book_0.balances SET credits = credits + 1 WHERE id = 2', 'row 2 of balances'],
    ['a name', "UPDATE book_0.accounts SET name = 'Account 0-0' WHERE id = 1", 'row 1 of accounts'],
    ['a flag', 'UPDATE book_0.accounts SET is_frozen = true WHERE id = 3', 'row 3 of accounts'],
    ['a row', 'DELETE FROM book_0.accounts WHERE id = 3', 'the digest of all rows'],
  ])('that lost %s are refused and named, with what helps', async (_what, statement, named) => {
    await edit(statement)
    const { message, kind } = await refusal()
    expect(kind).toBe('damaged')
    expect(message).toContain(named)
    expect(message).toContain('drop schema book_0')
    const { damage } = await open().verifyChain()
    expect(damage[0]?.message).toContain(named)
    await edit('DROP SCHEMA book_0 CASCADE')
    await expectSound()
  })

  test.each([
    ['were dropped', 'DROP SCHEMA book_0 CASCADE'],
    ['are of another version', "UPDATE book_0.stemma_meta SET value = 'x' WHERE name = 'fingerprint'"],
  ])('that %s are not read, and are made again by who takes over', async (_what, statement) => {
    await edit(statement)
    const tables = new TestTables()
    const store = open()
    await store.load(tables.image)
    expect(hashOf(tables.image)).toBe(hashOf(book.image))
    expect(await store.find(EVENTS, { limit: 20 })).toEqual(book.historyOf(EVENTS))
    await becomeWriter(store, tables.image)
    await store.settled()
    expect(await store.find(EVENTS, { limit: 20 })).toEqual(book.historyOf(EVENTS))
    expect(await database.query('SELECT count(*)::int AS count FROM book_0.accounts')).toEqual([
      { count: 12 },
    ])
    expect((await store.verifyChain()).damage).toEqual([])
  })

  test('of a newer version stop a follower that is not of it, as soon as it has more to write', async () => {
    const { image } = new TestTables()
    const store = open()
    await store.load(image)
    await becomeWriter(store, image)
    await store.settled()
    await edit("UPDATE book_0.stemma_meta SET value = 'newer' WHERE name = 'fingerprint'")
    book.open('more')
    await store.append({ ...book.seal() })
    await expect(store.settled()).rejects.toThrow('another process has made them anew')
    expect(store.failure()?.message).toContain('another process has made them anew')
  })

  test('have amounts of any width that can be added up', async () => {
    const rows = await database.query<{ sum: string }>(
      'SELECT sum(credits)::text AS sum FROM book_0.balances',
    )
    // 12 accounts of 2^90.
    expect(rows).toEqual([{ sum: String(12n * 2n ** 90n) }])
  })
})

test('a database of another encoding is refused', async () => {
  const { url, query, connect } = await extra
  await query("CREATE DATABASE not_utf8 TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'")
  const other = new URL(url)
  other.pathname = '/not_utf8'
  const store = new PostgresStore({ url: other.href, book: 0, schema: TEST_SCHEMA, ...TEST_SOURCE })
  opened.push(store)
  const loading = store.load(new TestTables().image)
  await expect(loading).rejects.toThrow('expected a database with encoding UTF8, was SQL_ASCII')
  const client = await connect()
  await client.query('DROP DATABASE not_utf8 WITH (FORCE)')
  await client.end()
})
