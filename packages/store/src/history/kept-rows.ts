/**
 * Rows of a history table as the tables keep them: the values of its columns, and behind them the digest by which a row
 * that was damaged is noticed before anybody is shown it.
 */
import type { Event, HistoryRow, HistoryTable } from '@stemma/core/image'
import { type Damage, StoreRefusal, type StoreSchema } from '../port.js'
import { historyName, quoted, snakeCase } from '../tables/names.js'
import { RowDigest } from '../tables/row-digest.js'
import { type SqlValue, toSql } from '../tables/row-values.js'
import { columnsKept, rowsKept } from './event-items.js'

export const ROW_DIGEST = { name: 'row_digest', kind: 'number' } as const

/** The values of the columns, and the digest. */
export type KeptRow = SqlValue[]

export class KeptRows {
  readonly columns: HistoryTable['columns']
  /** As statements select and insert them: the digest comes last. */
  readonly names: readonly string[]
  readonly keyPlaces: readonly number[]
  private readonly digest = new RowDigest()
  private readonly place: number

  constructor(
    readonly table: HistoryTable,
    private readonly schema: StoreSchema,
  ) {
    this.columns = columnsKept(table)
    this.names = [...this.columns, ROW_DIGEST].map(({ name }) => quoted(name))
    this.keyPlaces = table.key.map((key) => this.columns.findIndex(({ name }) => name === key))
    this.place = schema.tables.length + schema.history.indexOf(table)
  }

  /** What the table is called in statements. */
  get name(): string {
    return historyName(this.table)
  }

  /** What it is called in messages. */
  get nameShown(): string {
    return `history_${snakeCase(this.table.name)}`
  }

  /** The rows that an event makes. */
  of(event: Event): KeptRow[] {
    return rowsKept(this.table, event, this.schema.history).map((row) => this.keptOf(row))
  }

  keyOf(row: KeptRow): SqlValue[] {
    return this.keyPlaces.map((place) => row[place] as SqlValue)
  }

  digestOf(row: KeptRow): SqlValue {
    return row[this.columns.length] as SqlValue
  }

  /** Whether a row that was read is as it was written. */
  isWhole(row: KeptRow): boolean {
    return this.digest.of(this.place, row, this.columns.length) === Number(this.digestOf(row))
  }

  /** Throws StoreRefusal where it is not. */
  assertWhole(file: string, row: KeptRow): void {
    if (!this.isWhole(row)) throw refusalOf(this.damageOf(file, row, 'does not have its digest'))
  }

  /** Damage of a row, in words that follow its name. */
  damageOf(file: string, row: KeptRow, says: string): Damage {
    const table = this.nameShown
    const [first, ...more] = this.keyOf(row)
    const message = `${file}: row ${[first, ...more].map(String).join(', ')} of ${table} ${says}`
    return { file, table, ...(more.length === 0 ? { row: Number(first) } : {}), message }
  }

  private keptOf(row: HistoryRow): KeptRow {
    const { columns } = this
    const kept: KeptRow = []
    for (let index = 0; index < columns.length; index += 1) {
      const { name, kind } = columns[index] as HistoryTable['columns'][number]
      kept.push(toSql(kind, row[name] ?? null))
    }
    kept.push(this.digest.of(this.place, kept))
    return kept
  }
}

export const refusalOf = (damage: Damage): StoreRefusal => new StoreRefusal('damaged', damage.message, damage)
