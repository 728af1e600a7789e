/** Puts items back into the data of event rows, and fields of that data into other rows. */
import { EVENTS, type HistoryRow, type HistoryTable } from '@stemma/core/image'
import type Database from 'better-sqlite3'
import {
  countKept,
  firstPosition,
  type KeptList,
  keptLists,
  withFields,
  withItems,
} from '../history/event-items.js'
import { historyName, quoted } from '../tables/names.js'
import type { SqlValue } from '../tables/row-values.js'

export class EventItems {
  private readonly data: Database.Statement
  private readonly lists: readonly { readonly list: KeptList; readonly select: Database.Statement }[]

  constructor(tables: Database.Database, history: readonly HistoryTable[]) {
    this.data = tables
      .prepare(`SELECT data FROM ${historyName(EVENTS)} WHERE sequence = ? AND position = ?`)
      .pluck()
    this.lists = keptLists(history).map((list) => ({
      list,
      select: tables
        .prepare(
          `SELECT ${list.of.columns.map(quoted).join(', ')} FROM ${historyName(list.table)}
            WHERE sequence = ? AND position >= ? AND position < ? ORDER BY position`,
        )
        .raw()
        .safeIntegers(),
    }))
  }

  /** The row as its event made it. */
  restored(table: HistoryTable, row: HistoryRow): HistoryRow {
    if (table.name === EVENTS.name) return this.withItems(row)
    if (table.fieldsOfEvent === undefined) return row
    return withFields(
      table.fieldsOfEvent,
      row,
      this.data.get(row.sequence, row.position) as string | undefined,
    )
  }

  private withItems(row: HistoryRow): HistoryRow {
    let whole = row
    for (const { list, select } of this.lists) {
      if (countKept(row, list) === null) continue
      const first = firstPosition(row, list)
      const items = select.all(row.sequence, first, first + list.of.positionsOfEvent) as SqlValue[][]
      whole = withItems(whole, list, items)
    }
    return whole
  }
}
