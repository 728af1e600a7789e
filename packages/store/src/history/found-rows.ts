/**
 * What a query finds in the tables, row after row, each looked at before anybody is shown it: that it is as it was
 * written, what was asked for, and behind the row before. An index that was damaged leads to rows that nobody asked for.
 */
import { type HistoryQuery, type HistoryRow, matchesQuery, type Plain } from '@stemma/core/image'
import { fromSql, type SqlValue } from '../tables/row-values.js'
import { type KeptRow, type KeptRows, refusalOf } from './kept-rows.js'
import { isBehind, orderOf, type RowOrder } from './order.js'

export class FoundRows {
  private readonly order: RowOrder
  private last: HistoryRow | null = null

  constructor(
    private readonly file: string,
    private readonly kept: KeptRows,
    private readonly query: HistoryQuery,
  ) {
    this.order = orderOf(kept.table, query)
  }

  /** Throws StoreRefusal where the row is damaged, or the way to it. */
  take(row: KeptRow): HistoryRow {
    const { file, kept } = this
    kept.assertWhole(file, row)
    const found: Record<string, Plain> = {}
    kept.columns.forEach(({ name, kind }, index) => {
      found[name] = fromSql(kind, row[index] as SqlValue)
    })
    if (!this.isNext(found)) throw refusalOf(kept.damageOf(file, row, 'was found where it is not'))
    this.last = found
    return found
  }

  private isNext(row: HistoryRow): boolean {
    const { kept, query, last } = this
    const isAsked = matchesQuery(row, query) && isBehind(kept.table, query, row)
    return isAsked && (last === null || this.order(last, row) < 0)
  }
}
