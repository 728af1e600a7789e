/** Questions to the history of a small book, and what a plain list would answer. */
import {
  type Batch,
  EVENTS,
  type HistoryQuery,
  type HistoryRow,
  type HistoryTable,
  matchesQuery,
  type Plain,
} from '@stemma/core/image'
import fc from 'fast-check'
import { MOVES, NOTES, type TestBook, TRANSFERS } from './book.js'

export const BATCHES = 12

/** Each history table, with its columns of text. */
export const HISTORIES = [
  ['events', EVENTS, ['subject', 'path', 'kind', 'reason']],
  ['transfers', TRANSFERS, ['note']],
  ['moves', MOVES, ['subject']],
  ['notes', NOTES, ['subject']],
] as const

/** So many batches of transfers, some of which settle one of an earlier batch, so that its row is replaced. */
export async function writeHistory(
  book: TestBook,
  append: (batch: Batch) => Promise<unknown>,
): Promise<void> {
  const accounts = ['Ärger', 'a%b_c', '\u{1f4b6}', '\uffff', ''].map((name) => book.open(name, 100n))
  const [from, to] = accounts as [(typeof accounts)[number], (typeof accounts)[number]]
  const notes = ['Miete', 'MIETE', '\u{1f4b6} rent', null, 'ÄÖ']
  const moves = notes.map((note, index) => ({ from, to, note, amount: 10n ** BigInt(7 * index) }))
  const made: number[] = []
  for (let batch = 1; batch <= BATCHES; batch += 1) {
    const move = moves[batch % moves.length] as (typeof moves)[number]
    made.push(book.transfer(move), book.transfer({ ...move, from: to, to: from }))
    if (batch % 2 === 0) book.settle(made[batch - 2] as number, moves[0] as (typeof moves)[number])
    await append(book.seal())
  }
}

const byCodePoint = (left: Plain, right: Plain): number =>
  typeof left === 'string'
    ? Buffer.compare(Buffer.from(left), Buffer.from(right as string))
    : (left as number) - (right as number)

/** The same question asked of a plain list. */
export function plainAnswer(book: TestBook, table: HistoryTable, query: HistoryQuery): HistoryRow[] {
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

export function queryOf(
  book: TestBook,
  table: HistoryTable,
  texts: readonly string[],
): fc.Arbitrary<HistoryQuery> {
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
