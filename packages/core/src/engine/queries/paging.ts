/**
 * Pages of lists. A list is in order of creation, which is the order of ids, or in order of names, which never change, so
 * a cursor is an id and stays right whatever is added. Pages go forward only (docs/adr: lists are paged forward). A page never examines more than a bounded number of records: where few of many match, it may be
 * shorter than asked for, even empty, and its `next` goes on from there. A list is at its end when `next` is null.
 */
import { PAGE_MAX } from '../../hierarchy/index.js'
import type { Id, Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'

/** Records that one page looks at, at most: some 5 ms of work. */
export const EXAMINED_MAX = 20_000
/** Sets up to this size are gathered whole and sorted; larger ones are walked in the order of the table. */
export const GATHERED_MAX = 4_096

/** Names that a read sorts in itself, where the start has left some: a larger rest is not waited for. */
export const SETTLED_MAX = 2_000

export const LIST_SORTS = ['created', 'name'] as const
export type ListSort = (typeof LIST_SORTS)[number]

export interface PageOf<Item> {
  readonly items: readonly Item[]
  /** What to give as `after` for the next page; null at the end. */
  readonly next: Id | null
}

export interface Paging<I extends Id> {
  readonly sort: ListSort
  readonly after: I | null
  readonly limit: number
}

/** What may be listed: gathered, where it is small; else the whole table behind the cursor, in each order. */
export interface Candidates<I extends Id> {
  readonly gathered: readonly Row[] | null
  readonly ids: { after(id: I | null): Iterable<I> }
  readonly names: { settle(most: number): boolean; after(name: string | null): Iterable<Row> }
}

interface Listed<I extends Id> {
  find(id: I): Row
  id(row: Row): I
  readonly name: { get(row: Row): string }
}

export function pageRows<I extends Id>(
  table: Listed<I>,
  candidates: Candidates<I>,
  { sort, after, limit }: Paging<I>,
  matches: (row: Row) => boolean,
): { readonly rows: Row[]; readonly next: I | null } {
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_MAX)
    refuse('malformed', `expected a limit of 1 to ${PAGE_MAX}`, { field: '/limit' })
  if (candidates.gathered !== null) {
    const order = sort === 'name' ? byName(table) : byId(table)
    return cut(table, candidates.gathered.filter(matches).sort(order), order, after, limit)
  }
  const rows =
    sort === 'name' ? rowsByName(table, candidates, after) : rowsOf(table, candidates.ids.after(after))
  return scan(table, rows, matches, limit)
}

function rowsByName<I extends Id>(
  table: Listed<I>,
  { names }: Candidates<I>,
  after: I | null,
): Iterable<Row> {
  const last = after === null ? null : table.name.get(rowOf(table, after))
  if (names.settle(SETTLED_MAX))
    refuse('overloaded', 'names are still being put in order after the start; ask again in some seconds')
  return names.after(last)
}

function* rowsOf<I extends Id>(table: Listed<I>, ids: Iterable<I>): Iterable<Row> {
  for (const id of ids) yield table.find(id)
}

function rowOf<I extends Id>(table: Listed<I>, cursor: I): Row {
  const row = table.find(cursor)
  return row < 0 ? refuse('malformed', 'the cursor names nothing', { field: '/after' }) : row
}

type Order = (left: Row, right: Row) => number

const byId =
  <I extends Id>(table: Listed<I>): Order =>
  (left, right) =>
    table.id(left) - table.id(right)

/** By code point, which is the same everywhere; names are unique, so the order is total. */
const byName =
  <I extends Id>({ name }: Listed<I>): Order =>
  (left, right) =>
    name.get(left) < name.get(right) ? -1 : name.get(left) > name.get(right) ? 1 : 0

function cut<I extends Id>(table: Listed<I>, sorted: Row[], order: Order, after: I | null, limit: number) {
  const last = after === null ? -1 : rowOf(table, after)
  const start = after === null ? 0 : sorted.findIndex((row) => order(row, last) > 0)
  const rows = start < 0 ? [] : sorted.slice(start, start + limit)
  const hasMore = start >= 0 && start + limit < sorted.length
  return { rows, next: hasMore ? table.id(rows[rows.length - 1] as Row) : null }
}

function scan<I extends Id>(
  table: Listed<I>,
  candidates: Iterable<Row>,
  matches: (row: Row) => boolean,
  limit: number,
): { readonly rows: Row[]; readonly next: I | null } {
  const rows: Row[] = []
  let examined = 0
  let last: Row | null = null
  for (const row of candidates) {
    if (rows.length === limit || examined === EXAMINED_MAX)
      return { rows, next: last === null ? null : table.id(last) }
    examined += 1
    last = row
    if (matches(row)) rows.push(row)
  }
  return { rows, next: null }
}

/** Whether a record is called like that: a part of its name or display name, regardless of case. */
export function isCalled(search: string | null, ...names: readonly string[]): boolean {
  if (search === null) return true
  const part = search.toLowerCase()
  return names.some((name) => name.toLowerCase().includes(part))
}
