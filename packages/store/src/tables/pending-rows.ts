/** After-images of many batches for one primary table, of which the last of each row is kept until it is written. */
import { type Plain, RowReading, type TableImages } from '@stemma/core/image'
import type { TableShape } from '../port.js'
import { type SqlValue, toSql } from './row-values.js'

interface Pending {
  /** Null: the row went. */
  readonly row: readonly Plain[] | null
  readonly places: readonly number[]
}

/** A row as SQL has it: its id and the values of its columns. Null: it went. */
export interface PendingRow {
  readonly id: number
  readonly values: SqlValue[] | null
}

export class PendingRows {
  private readonly pending = new Map<number, Pending>()

  constructor(private readonly shape: TableShape) {}

  take({ columns, rows, removed }: TableImages): void {
    const { name, columns: known } = this.shape
    const reading = new RowReading(name, known, columns)
    const { places } = reading
    for (const row of reading.completedAll(rows)) this.pending.set(row[0] as number, { row, places })
    for (const id of removed) this.pending.set(id, { row: null, places })
  }

  /** In the order of their ids. */
  *inOrder(): IterableIterator<PendingRow> {
    for (const id of [...this.pending.keys()].sort((left, right) => left - right)) {
      const { row, places } = this.pending.get(id) as Pending
      yield { id, values: row === null ? null : this.valuesOf(row, places) }
    }
  }

  clear(): void {
    this.pending.clear()
  }

  private valuesOf(row: readonly Plain[], places: readonly number[]): SqlValue[] {
    const { columns } = this.shape
    const values: SqlValue[] = [row[0] as number]
    for (let index = 0; index < columns.length; index += 1) {
      values.push(toSql((columns[index] as Column).kind, row[places[index] as number] as Plain))
    }
    return values
  }
}

type Column = TableShape['columns'][number]
