/**
 * Pages of lists. A list is in order of creation, which is the order of ids, so a cursor is an id and stays right
 * whatever is added. A page never examines more than a bounded number of records: where few of many match, it may be
 * shorter than asked for, even empty, and its `next` goes on from there. A list is at its end when `next` is null.
 */
import { PAGE_MAX } from '../../hierarchy/index.js'
import type { Id, Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'

/** Records that one page looks at, at most: some 5 ms of work. */
export const EXAMINED_MAX = 20_000
/** Sets up to this size are gathered whole, which is what sorting by name needs. */
export const GATHERED_MAX = 4_096

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

/** What may be listed: gathered, where it is small; else all ids of the table from the cursor on. */
export interface Candidates<I extends Id> {
  readonly gathered: readonly Row[] | null
  idsAfter(after: I | null): Iterable<I>
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
  if (sort === 'name')
    refuse('too_large', `sorting by name takes up to ${GATHERED_MAX} records; narrow the list`, {
      field: '/sort',
    })
  return scan(table, candidates.idsAfter(after), matches, limit)
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
  const last = after === null ? -1 : table.find(after)
  if (after !== null && last < 0) refuse('malformed', 'the cursor names nothing', { field: '/after' })
  const start = after === null ? 0 : sorted.findIndex((row) => order(row, last) > 0)
  const rows = start < 0 ? [] : sorted.slice(start, start + limit)
  const hasMore = start >= 0 && start + limit < sorted.length
  return { rows, next: hasMore ? table.id(rows[rows.length - 1] as Row) : null }
}

function scan<I extends Id>(
  table: Listed<I>,
  ids: Iterable<I>,
  matches: (row: Row) => boolean,
  limit: number,
): { readonly rows: Row[]; readonly next: I | null } {
  const rows: Row[] = []
  let examined = 0
  let last: I | null = null
  for (const id of ids) {
    if (rows.length === limit || examined === EXAMINED_MAX) return { rows, next: last }
    examined += 1
    last = id
    const row = table.find(id)
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
