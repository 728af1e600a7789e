/** The follower's hand for one history table: the rows that it makes of events, written by one statement for all. */
import type { Event, HistoryTable } from '@stemma/core/image'
import { columnsKept, rowsKept } from '../history/event-items.js'
import { keyOf } from '../history/tail.js'
import { historyName, quoted } from '../tables/names.js'
import { type SqlValue, toSql } from '../tables/row-values.js'
import { rowsOfLists } from './schema.js'
import type { Session } from './session.js'

export class HistoryWriter {
  private readonly insert: string
  private readonly columns: HistoryTable['columns']
  /** By key, where a later row may replace an earlier one: a statement must not write the same row twice. */
  private readonly pending = new Map<string | number, SqlValue[]>()

  constructor(
    private readonly table: HistoryTable,
    private readonly history: readonly HistoryTable[],
  ) {
    const { key, isAppended } = table
    const columns = columnsKept(table)
    this.columns = columns
    const names = columns.map(({ name }) => quoted(name))
    const others = columns.filter(({ name }) => !key.includes(name)).map(({ name }) => quoted(name))
    const replace = others.map((name) => `${name} = EXCLUDED.${name}`).join(', ')
    const onConflict =
      isAppended === true ? '' : `ON CONFLICT (${key.map(quoted).join(', ')}) DO UPDATE SET ${replace}`
    this.insert = `INSERT INTO ${historyName(table)} (${names.join(', ')})
      ${rowsOfLists(columns.map(({ kind }) => kind))} ${onConflict}`
  }

  take(event: Event): void {
    const { table, pending } = this
    for (const row of rowsKept(table, event, this.history)) {
      const values = this.columns.map(({ name, kind }) => toSql(kind, row[name] ?? null))
      pending.set(table.isAppended === true ? pending.size : keyOf(table, row), values)
    }
  }

  forget(): void {
    this.pending.clear()
  }

  async flush(session: Session): Promise<void> {
    if (this.pending.size === 0) return
    const rows = [...this.pending.values()]
    await session.query(
      this.insert,
      this.columns.map((_, index) => rows.map((values) => values[index] as SqlValue)),
    )
    this.pending.clear()
  }
}
