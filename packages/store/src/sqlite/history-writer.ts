/** The follower's hand for one history table: the rows that it makes of events, written one by one. */
import { EVENTS, type Event, type HistoryTable } from '@stemma/core/image'
import type Database from 'better-sqlite3'
import { dataKept } from './event-items.js'
import { type SqlValue, toSql } from './row-values.js'
import { historyName } from './schema.js'

export class HistoryWriter {
  private readonly insert: Database.Statement
  private readonly values: SqlValue[]
  /** Whether the table is that of the events themselves. */
  private readonly isOfEvents: boolean

  constructor(
    tables: Database.Database,
    private readonly table: HistoryTable,
    private readonly history: readonly HistoryTable[],
  ) {
    const { columns, isAppended } = table
    const marks = columns.map(() => '?').join(', ')
    const insert = isAppended === true ? 'INSERT' : 'INSERT OR REPLACE'
    this.insert = tables.prepare(`${insert} INTO ${historyName(table)} VALUES (${marks})`)
    this.values = columns.map(() => null)
    this.isOfEvents = table.name === EVENTS.name
  }

  take(event: Event): void {
    const { columns } = this.table
    const kept = this.isOfEvents ? { ...event, data: dataKept(event.data, this.history) } : event
    for (const row of this.table.rows(kept)) {
      for (let index = 0; index < columns.length; index += 1) {
        const { name, kind } = columns[index] as HistoryTable['columns'][number]
        this.values[index] = toSql(kind, row[name] ?? null)
      }
      this.insert.run(this.values)
    }
  }
}
