/** Pages of history: `pageSize` and `pageToken` in, `nextPageToken` and `eof` out. */
import type { HistoryQuery, HistoryRow, Plain } from '@stemma/core'
import type { Call } from './call.js'
import { invalid } from './errors.js'
import type { Fields } from './fields.js'

export const PAGE_SIZE_MAX = 1_000
const PAGE_SIZE_DEFAULT = 100

export interface PageAsked {
  readonly size: number
  readonly after: readonly number[] | null
}

export interface Page {
  readonly rows: readonly HistoryRow[]
  readonly nextPageToken: string
  readonly eof: boolean
}

export function readPage(fields: Fields, otherwise = PAGE_SIZE_DEFAULT): PageAsked {
  const size = fields.whole('pageSize', 0)
  if (size < 0 || size > PAGE_SIZE_MAX) throw fields.fault('pageSize', `expected 1 to ${PAGE_SIZE_MAX}`)
  const token = fields.text('pageToken')
  return { size: size === 0 ? otherwise : size, after: token === null ? null : readToken(token) }
}

export async function readHistory(
  { host }: Call,
  table: string,
  order: readonly string[],
  query: Omit<HistoryQuery, 'limit' | 'after'>,
  { size, after }: PageAsked,
): Promise<Page> {
  if (after !== null && after.length !== order.length) throw invalid('invalid pageToken')
  const asked = { ...query, limit: size + 1, ...(after === null ? {} : { after }) }
  const found = await host.history(table, asked)
  const rows = found.slice(0, size)
  const last = rows.at(-1)
  const eof = found.length <= size || last === undefined
  return { rows, eof, nextPageToken: eof ? '' : tokenOf(order, last) }
}

/** Rows looked at for one page where a filter is not one of the table's columns. */
const LOOKED_AT_MAX = 20_000

/**
 * The same where some conditions are not columns: rows are read on until the page is full or enough were looked at; a
 * page may then be short, or empty, and go on all the same.
 */
export async function readFiltered(
  call: Call,
  table: string,
  order: readonly string[],
  query: Omit<HistoryQuery, 'limit' | 'after'>,
  page: PageAsked,
  matches: (row: HistoryRow) => boolean,
): Promise<Page> {
  const rows: HistoryRow[] = []
  let { after } = page
  for (let looked = 0; ; ) {
    const read = await readHistory(call, table, order, query, { size: PAGE_SIZE_MAX, after })
    for (const row of read.rows) {
      if (!matches(row)) continue
      if (rows.length === page.size) return { rows, eof: false, nextPageToken: tokenOf(order, rows.at(-1)) }
      rows.push(row)
    }
    const last = read.rows.at(-1)
    if (read.eof || last === undefined) return { rows, eof: true, nextPageToken: '' }
    looked += read.rows.length
    if (looked >= LOOKED_AT_MAX) return { rows, eof: false, nextPageToken: tokenOf(order, last) }
    after = order.map((column) => Number(last[column]))
  }
}

export const tokenOf = (order: readonly string[], row: HistoryRow | undefined): string =>
  writeToken(order.map((column) => row?.[column] ?? null))

const writeToken = (place: readonly Plain[]): string =>
  Buffer.from(JSON.stringify(place)).toString('base64url')

function readToken(token: string): readonly number[] {
  try {
    const place: unknown = JSON.parse(Buffer.from(token, 'base64url').toString())
    if (Array.isArray(place) && place.every((part) => Number.isSafeInteger(part))) return place
  } catch {
    // Not a token of ours; said below.
  }
  throw invalid('invalid pageToken')
}
