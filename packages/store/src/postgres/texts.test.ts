// Texts that mean something to COPY, to lists or to PostgreSQL itself come back as they were, new rows and changed ones.
import { EVENTS, type Id } from '@stemma/core/image'
import { afterAll, expect, test } from 'vitest'
import { becomeWriter, hashOf } from '../suite.js'
import { TEST_SCHEMA, TEST_SOURCE, TestBook, TestTables, TRANSFERS } from '../testing/book.js'
import { createTestDatabase } from '../testing/test-database.js'
import { PostgresStore } from './postgres-store.js'

const database = await createTestDatabase()
const opened: PostgresStore[] = []

afterAll(async () => {
  for (const store of opened) await store.close()
  await database.drop()
})

const open = (): PostgresStore => {
  const store = new PostgresStore({ url: database.url, book: 0, schema: TEST_SCHEMA, ...TEST_SOURCE })
  opened.push(store)
  return store
}

const TEXTS = [
  '',
  'NULL',
  '\\N',
  '\\.',
  '\\',
  '\\\\',
  '\\t is no tab',
  'tab\tnew line\nreturn\r',
  '"quoted" {braces}, commas',
  '\0',
  'a\0b\uffff\uffffc\ufffe',
  '\b\f\v\u0085\u2028',
  '\u{1f4b6} Straße',
]

test('texts with every special character are found as they were written, in new rows and in changed ones', async () => {
  const book = new TestBook()
  const store = open()
  await store.load(book.image)
  await becomeWriter(store, book.image)
  const accounts = TEXTS.map((text) => book.open(text, 1_000n, { text }))
  const [from, to] = accounts as [Id, Id]
  const moves = TEXTS.map((note) => ({ from, to, amount: 1n, note }))
  const transfers = moves.map((move) => book.transfer(move))
  await book.commit(store)
  await store.settled()
  // Rows that are there are written by another statement than new ones.
  for (const [place, account] of accounts.entries()) book.rename(account, TEXTS.at(-1 - place) ?? '')
  for (const [place, transfer] of transfers.entries())
    book.settle(transfer, moves[place] as (typeof moves)[number])
  await book.commit(store)
  await store.settled()
  const tables = new TestTables()
  await open().load(tables.image)
  expect(hashOf(tables.image)).toBe(hashOf(book.image))
  const rows = await store.find(TRANSFERS, { limit: TEXTS.length })
  expect(rows.map(({ note }) => note)).toEqual(TEXTS)
  const events = await store.find(EVENTS, { limit: TEXTS.length })
  expect(events.map(({ data }) => (data as { name: string }).name)).toEqual(TEXTS)
  expect((await store.verifyChain()).damage).toEqual([])
})
