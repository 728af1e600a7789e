/** A history query as one SQL statement. Column names come from the table's declaration, values are always bound. */
import type { HistoryQuery, HistoryTable, Plain } from '@stemma/core/image'
import { quoted } from '../tables/names.js'
import { type SqlValue, toSql } from '../tables/row-values.js'
import type { KeptRows } from './kept-rows.js'

export interface Statement {
  readonly sql: string
  readonly values: readonly SqlValue[]
}

type Condition = Statement

/** `limit` is how many rows may be read of it; the query's own limit is the caller's. */
export function findStatement(
  { table, name, names }: KeptRows,
  query: HistoryQuery,
  limit: number,
): Statement {
  const conditions = conditionsOf(table, query)
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`
  const direction = query.newestFirst === true ? 'DESC' : 'ASC'
  const order = table.order.map((column) => `${quoted(column)} ${direction}`).join(', ')
  return {
    sql: `SELECT ${names.join(', ')} FROM ${name}${where} ORDER BY ${order} LIMIT ?`,
    values: [...conditions.flatMap(({ values }) => values), limit],
  }
}

function conditionsOf(table: HistoryTable, query: HistoryQuery): Condition[] {
  const bind = (name: string, plain: Plain): SqlValue => toSql(kindOf(table, name), plain)
  // Not IS for both: what is absent is in no index.
  const equals = Object.entries(query.equals ?? {}).map(([name, plain]) => ({
    sql: plain === null ? `${quoted(name)} IS NULL` : `${quoted(name)} = ?`,
    values: plain === null ? [] : [bind(name, plain)],
  }))
  const oneOf = Object.entries(query.oneOf ?? {}).map(([name, all]) => {
    const present = all.filter((plain) => plain !== null)
    const marks = present.map(() => '?').join(', ')
    const orAbsent = all.includes(null) ? ` OR ${quoted(name)} IS NULL` : ''
    return {
      sql: present.length === 0 ? `(FALSE${orAbsent})` : `(${quoted(name)} IN (${marks})${orAbsent})`,
      values: present.map((plain) => bind(name, plain)),
    }
  })
  const from = Object.entries(query.from ?? {}).map(([name, bound]) => ({
    sql: `${quoted(name)} >= ?`,
    values: [bound],
  }))
  const to = Object.entries(query.to ?? {}).map(([name, bound]) => ({
    sql: `${quoted(name)} <= ?`,
    values: [bound],
  }))
  const contains = Object.entries(query.contains ?? {}).map(([name, part]) => ({
    sql: `contains_text(${quoted(name)}, ?)`,
    values: [part.toLowerCase()],
  }))
  return [...equals, ...oneOf, ...from, ...to, ...contains, ...prefixOf(query), ...cursorOf(table, query)]
}

function prefixOf({ startsWith }: HistoryQuery): Condition[] {
  if (startsWith === undefined) return []
  // A range instead of LIKE: it uses the index and has no wildcards to escape.
  const end = `${startsWith.text}\u{10ffff}`
  const each = startsWith.columns.map((name) => `(${quoted(name)} >= ? AND ${quoted(name)} < ?)`)
  return [{ sql: `(${each.join(' OR ')})`, values: startsWith.columns.flatMap(() => [startsWith.text, end]) }]
}

function cursorOf(table: HistoryTable, { after, newestFirst }: HistoryQuery): Condition[] {
  if (after === undefined) return []
  const columns = table.order.map(quoted).join(', ')
  const marks = table.order.map(() => '?').join(', ')
  const values = after.map((plain, index) => toSql(kindOf(table, table.order[index] as string), plain))
  return [{ sql: `(${columns}) ${newestFirst === true ? '<' : '>'} (${marks})`, values }]
}

function kindOf(table: HistoryTable, name: string): HistoryTable['columns'][number]['kind'] {
  const column = table.columns.find((candidate) => candidate.name === name)
  if (column === undefined) throw new Error(`expected a column of ${table.name}, was ${name}`)
  return column.kind
}
