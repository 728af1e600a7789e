/**
 * A tail that is too long to be kept: read through once for one query, of which only what that query may show stays,
 * and the keys of rows that replace others. So a read takes longer the more the tables are behind, but no more memory.
 */
import {
  type Event,
  type HistoryQuery,
  type HistoryRow,
  type HistoryTable,
  matchesQuery,
} from '@stemma/core/image'
import { isBehind, orderOf, type RowOrder } from './order.js'
import { keyOf } from './tail.js'

/** So many times the limit of the query may be found before what lies beyond the limit is dropped. */
const LIMITS_KEPT = 4

export class PassingTail {
  private readonly order: RowOrder
  /** Of a table whose rows are never replaced. */
  private found: HistoryRow[] = []
  /** Else the last row of each key, or null where that is none that the query asks for. */
  private readonly last = new Map<string, HistoryRow | null>()

  constructor(
    private readonly table: HistoryTable,
    private readonly query: HistoryQuery,
  ) {
    this.order = orderOf(table, query)
  }

  take(events: readonly Event[]): void {
    const { table } = this
    for (const event of events) for (const row of table.rows(event)) this.takeRow(row)
  }

  /** How many rows of the tables may be older states of what was passed. */
  get hidden(): number {
    return this.last.size
  }

  /** Whether a row of the tables is an older state of what was passed. */
  hides(row: HistoryRow): boolean {
    return this.last.has(keyOf(this.table, row))
  }

  /** What the query reads of this and of the tables' rows, which come in the query's order. */
  merge(settled: Iterable<HistoryRow>): HistoryRow[] {
    const { query } = this
    const rows: HistoryRow[] = []
    for (const row of settled) {
      if (rows.length >= query.limit) break
      if (!this.hides(row)) rows.push(row)
    }
    for (const row of this.last.values()) if (row !== null) rows.push(row)
    return rows.concat(this.found).sort(this.order).slice(0, query.limit)
  }

  private takeRow(row: HistoryRow): void {
    const { query, table } = this
    const isAsked = matchesQuery(row, query) && isBehind(table, query, row)
    if (table.isAppended !== true) {
      this.last.set(keyOf(table, row), isAsked ? row : null)
      return
    }
    if (!isAsked) return
    this.found.push(row)
    if (this.found.length >= LIMITS_KEPT * query.limit)
      this.found = this.found.sort(this.order).slice(0, query.limit)
  }
}
