/**
 * The rows of a primary table in the order of their ids, some hundreds at a time as one JSON text. Made by SQLite and
 * parsed at once, that takes less than half the time of handing over each value on its own.
 */
import type { ColumnKind } from '@stemma/core/image'
import type Database from 'better-sqlite3'
import type { TableShape } from '../port.js'
import { quoted } from '../tables/names.js'

const ROWS_AT_ONCE = 500

export type TableRow = (null | number | string)[]

/** Each row as its id, the values of its columns, and those of `more` columns that the image does not have. */
export function* tableRows(
  tables: Database.Database,
  { name, columns }: TableShape,
  more: readonly string[] = [],
): IterableIterator<TableRow[]> {
  const values = columns.map(({ name: column, kind }) => valueIn(quoted(column), kind))
  const table = quoted(name)
  const row = `json_array(${['id', ...values, ...more].join(', ')})`
  const select = tables
    .prepare(`SELECT json_group_array(${row}) FROM ${table} WHERE id BETWEEN ? AND ?`)
    .pluck()
  const idBehind = tables
    .prepare(`SELECT id FROM ${table} WHERE id >= ? ORDER BY id LIMIT 1 OFFSET ?`)
    .pluck()
  let first = 0
  for (;;) {
    const next = idBehind.get(first, ROWS_AT_ONCE) as number | undefined
    const last = next === undefined ? Number.MAX_SAFE_INTEGER : next - 1
    yield JSON.parse(select.get(first, last) as string) as TableRow[]
    if (next === undefined) return
    first = next
  }
}

/** Amounts beyond what a number holds exactly come as text. */
const valueIn = (column: string, kind: ColumnKind): string =>
  kind === 'amount'
    ? `CASE WHEN ${column} BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}
        THEN ${column} ELSE CAST(${column} AS TEXT) END`
    : column
