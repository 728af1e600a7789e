/**
 * The follower's hand for one history table: the rows that it makes of events. Where a later event replaces the row of
 * an earlier one, only the last of a transaction is written.
 */
import type { Event, HistoryRow, HistoryTable } from '@stemma/core/image'
import type Database from 'better-sqlite3'
import { columnsKept, rowsKept } from '../history/event-items.js'
import { keyOf } from '../history/tail.js'
import { historyName, quoted } from '../tables/names.js'
import { type SqlValue, toSql } from '../tables/row-values.js'

export class HistoryWriter {
  private readonly insert: Database.Statement
  private readonly columns: HistoryTable['columns']
  private readonly values: SqlValue[]
  private readonly replacing: Replacing | null

  constructor(
    tables: Database.Database,
    private readonly table: HistoryTable,
    private readonly history: readonly HistoryTable[],
  ) {
    this.columns = columnsKept(table)
    const marks = this.columns.map(() => '?').join(', ')
    const insert = table.isAppended === true ? 'INSERT' : 'INSERT OR REPLACE'
    this.insert = tables.prepare(`${insert} INTO ${historyName(table)} VALUES (${marks})`)
    this.values = this.columns.map(() => null)
    this.replacing = table.isAppended === true ? null : new Replacing(tables, table)
  }

  take(event: Event): void {
    for (const row of rowsKept(this.table, event, this.history)) {
      if (this.replacing === null) this.write(row)
      else this.replacing.keep(row)
    }
  }

  /** Writes what was kept back; the end of a transaction. */
  flush(): void {
    if (this.replacing === null) return
    for (const row of this.replacing.take()) if (!this.replacing.update(row)) this.write(row)
  }

  /** Lets go of what was kept back: the transaction failed. */
  forget(): void {
    this.replacing?.take()
  }

  private write(row: HistoryRow): void {
    const { columns, values } = this
    for (let index = 0; index < columns.length; index += 1) {
      const { name, kind } = columns[index] as HistoryTable['columns'][number]
      values[index] = toSql(kind, row[name] ?? null)
    }
    this.insert.run(values)
  }
}

/** Rows whose key may have been written before. Where no index changes only the row itself is written. */
class Replacing {
  private readonly rows = new Map<string, HistoryRow>()
  private readonly updating: Database.Statement
  private readonly changing: HistoryTable['columns']
  private readonly standing: HistoryTable['columns']

  constructor(
    tables: Database.Database,
    private readonly table: HistoryTable,
  ) {
    const found = new Set([...table.key, ...table.indexes.flat()])
    const columns = columnsKept(table)
    this.changing = columns.filter(({ name }) => !found.has(name))
    this.standing = columns.filter(({ name }) => found.has(name))
    const set = this.changing.map(({ name }) => `${quoted(name)} = ?`).join(', ')
    const where = this.standing.map(
      ({ name }) => `${quoted(name)} ${table.key.includes(name) ? '=' : 'IS'} ?`,
    )
    this.updating = tables.prepare(`UPDATE ${historyName(table)} SET ${set} WHERE ${where.join(' AND ')}`)
  }

  keep(row: HistoryRow): void {
    this.rows.set(keyOf(this.table, row), row)
  }

  take(): readonly HistoryRow[] {
    const rows = [...this.rows.values()]
    this.rows.clear()
    return rows
  }

  /** Whether there was such a row, the same in all that indexes hold. */
  update(row: HistoryRow): boolean {
    const values = [...this.changing, ...this.standing].map(({ name, kind }) =>
      toSql(kind, row[name] ?? null),
    )
    return this.updating.run(values).changes > 0
  }
}
