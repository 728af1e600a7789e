/**
 * The follower's hand for one history table: the rows that it makes of events. New rows are copied in, all at once; those
 * that replace an earlier state are written by one statement for all of them.
 */
import type { Event, HistoryTable } from '@stemma/core/image'
import { columnsKept, rowsKept } from '../history/event-items.js'
import { keyOf } from '../history/tail.js'
import { historyName, quoted } from '../tables/names.js'
import { type SqlValue, toSql } from '../tables/row-values.js'
import { CopyText } from './copy-in.js'
import { listsOf, rowsOfLists, updateOfLists } from './schema.js'
import type { Session } from './session.js'

export class HistoryWriter {
  private readonly name: string
  private readonly columns: HistoryTable['columns']
  private readonly keyPlaces: readonly number[]
  private readonly selectFormer: string
  private readonly update: string
  private readonly fresh = new CopyText()
  /** By key, where a later row may replace an earlier one: a statement must not write the same row twice. */
  private readonly pending = new Map<string, SqlValue[]>()

  constructor(
    private readonly table: HistoryTable,
    private readonly history: readonly HistoryTable[],
  ) {
    const columns = columnsKept(table)
    const key = columns.filter(({ name }) => table.key.includes(name))
    this.name = historyName(table)
    this.columns = columns
    this.keyPlaces = key.map((column) => columns.indexOf(column))
    const names = key.map(({ name }) => quoted(name)).join(', ')
    this.selectFormer = `SELECT ${names} FROM ${this.name}
      WHERE (${names}) IN (${rowsOfLists(key.map(({ kind }) => kind))})`
    this.update = updateOfLists(this.name, table.key, columns)
  }

  take(event: Event): void {
    const { table, columns } = this
    for (const row of rowsKept(table, event, this.history)) {
      const values = columns.map(({ name, kind }) => toSql(kind, row[name] ?? null))
      if (table.isAppended === true) this.fresh.add(values)
      else this.pending.set(keyOf(table, row), values)
    }
  }

  forget(): void {
    this.fresh.take()
    this.pending.clear()
  }

  async flush(session: Session): Promise<void> {
    const rows = [...this.pending.values()]
    const former = await this.formerKeys(session, rows)
    const changed: SqlValue[][] = []
    for (const row of rows) {
      if (former.has(this.keyText(row))) changed.push(row)
      else this.fresh.add(row)
    }
    const names = this.columns.map(({ name }) => quoted(name))
    await session.copyIn(this.name, names, this.fresh)
    if (changed.length > 0) await session.query(this.update, listsOf(changed, names.length))
    this.forget()
  }

  /** The keys of those rows that the table has in an earlier state. */
  private async formerKeys(session: Session, rows: readonly SqlValue[][]): Promise<ReadonlySet<string>> {
    if (rows.length === 0) return new Set()
    const lists = this.keyPlaces.map((place) => rows.map((row) => row[place] as SqlValue))
    return new Set((await session.values(this.selectFormer, lists)).map((key) => key.join(' ')))
  }

  private keyText(row: readonly SqlValue[]): string {
    return this.keyPlaces.map((place) => row[place]).join(' ')
  }
}
