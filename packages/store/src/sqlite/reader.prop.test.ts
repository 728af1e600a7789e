import { rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  EVENTS,
  type HistoryQuery,
  type HistoryRow,
  type HistoryTable,
  matchesQuery,
  type Plain,
} from '@stemma/core/image'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MOVES, NOTES, TEST_SCHEMA, TestBook, TRANSFERS } from '../testing/book.js'
import { openTestStore, temporaryDirectory } from '../testing/data-directory.js'
import { filesOf, openTables, openToRead } from './files.js'
import { Follower } from './follower.js'
import { Reader } from './reader.js'

const BATCHES = 12

const dataDirectory = temporaryDirectory()
const book = new TestBook()
/** For each number of batches, readers of tables that have reached so many; the rest is the tail, kept or passed. */
const readers: (readonly [keeping: Reader, passing: Reader])[] = []

beforeAll(async () => {
  const store = openTestStore(dataDirectory)
  await store.load(book.image)
  const accounts = ['Ärger', 'a%b_c', '\u{1f4b6}', '\uffff', ''].map((name) => book.open(name, 100n))
  const [from, to] = accounts as [(typeof accounts)[number], (typeof accounts)[number]]
  const notes = ['Miete', 'MIETE', '\u{1f4b6} rent', null, 'ÄÖ']
  const moves = notes.map((note, index) => ({ from, to, note, amount: 10n ** BigInt(7 * index) }))
  const made: number[] = []
  for (let batch = 1; batch <= BATCHES; batch += 1) {
    const move = moves[batch % moves.length] as (typeof moves)[number]
    made.push(book.transfer(move), book.transfer({ ...move, from: to, to: from }))
    // Every other batch settles a transfer of an earlier one, so that its row is replaced across the boundary.
    if (batch % 2 === 0) book.settle(made[batch - 2] as number, moves[0] as (typeof moves)[number])
    await book.commit(store)
  }
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

const byCodePoint = (left: Plain, right: Plain): number =>
  typeof left === 'string'
    ? Buffer.compare(Buffer.from(left), Buffer.from(right as string))
    : (left as number) - (right as number)

/** The same question asked of a plain list. */
function naive(table: HistoryTable, query: HistoryQuery): HistoryRow[] {
  const direction = query.newestFirst === true ? -1 : 1
  const compare = (left: readonly Plain[], right: readonly Plain[]): number =>
    direction *
    (left.map((value, index) => byCodePoint(value, right[index] as Plain)).find((sign) => sign !== 0) ?? 0)
  const placeOf = (row: HistoryRow): Plain[] => table.order.map((name) => row[name] as Plain)
  return book
    .historyOf(table)
    .filter((row) => matchesQuery(row, query))
    .filter((row) => query.after === undefined || compare(placeOf(row), query.after) > 0)
    .sort((left, right) => compare(placeOf(left), placeOf(right)))
    .slice(0, query.limit)
}

/** Sometimes a condition, sometimes none. */
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined })

const withoutAbsent = (query: object): HistoryQuery =>
  Object.fromEntries(
    Object.entries(query).filter(([, value]) => value !== undefined),
  ) as unknown as HistoryQuery

function queryOf(table: HistoryTable, texts: readonly string[]): fc.Arbitrary<HistoryQuery> {
  const rows = (): HistoryRow[] => book.historyOf(table)
  const column = fc.constantFrom(
    ...table.columns.filter(({ kind }) => kind !== 'json').map(({ name }) => name),
  )
  const numbers = fc.constantFrom(
    ...table.columns.filter(({ kind }) => kind === 'number').map(({ name }) => name),
  )
  const valueIn = (name: string): fc.Arbitrary<Plain> =>
    fc.nat().map((place) => rows()[place % rows().length]?.[name] as Plain)
  const one = column.chain((name) => valueIn(name).map((value) => ({ [name]: value })))
  const some = column.chain((name) =>
    fc.array(valueIn(name), { maxLength: 4 }).map((all) => ({ [name]: all })),
  )
  const bound = numbers.chain((name) => fc.integer({ min: 0, max: 40 }).map((value) => ({ [name]: value })))
  const texted = fc.constantFrom(...texts)
  const part = fc.constantFrom('mie', 'ÄÖ', 'äö', '\u{1f4b6}', '%', '_', '', '1', 'trf')
  const prefix = fc.constantFrom('/1/', '/1/trf', 'M', 'Ä', '\u{1f4b6}', '')
  const after = fc
    .nat()
    .map((place) => table.order.map((name) => rows()[place % rows().length]?.[name] as Plain))
  return fc
    .record({
      equals: maybe(one),
      oneOf: maybe(some),
      from: maybe(bound),
      to: maybe(bound),
      contains: maybe(fc.tuple(texted, part).map(([name, value]) => ({ [name]: value }))),
      startsWith: maybe(fc.record({ columns: fc.uniqueArray(texted, { minLength: 1 }), text: prefix })),
      newestFirst: maybe(fc.boolean()),
      after: maybe(after),
      limit: fc.integer({ min: 1, max: 50 }),
    })
    .map(withoutAbsent)
}

test.each([
  ['events', EVENTS, ['subject', 'path', 'kind', 'reason']],
  ['transfers', TRANSFERS, ['note']],
  ['moves', MOVES, ['subject']],
  ['notes', NOTES, ['subject']],
] as const)(
  'history of %s answers as a plain list would, wherever the tables end and the tail begins',
  (_name, table, texts) => {
    fc.assert(
      fc.property(fc.nat(BATCHES), fc.gen(), (reached, gen) => {
        const query = gen(() => queryOf(table, texts))
        for (const reader of readers[reached] ?? [])
          expect(reader.find(table.name, query)).toEqual(naive(table, query))
      }),
      { numRuns: 1_000 },
    )
  },
)
