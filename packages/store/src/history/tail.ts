/**
 * The tail: the history of batches that are durable and not yet in the tables, projected once, so that no read waits
 * for the follower. Where a later event's row has the key of an earlier one, it replaces it here as it does in SQL.
 */
import {
  type Event,
  type HistoryQuery,
  type HistoryRow,
  type HistoryTable,
  matchesQuery,
} from '@stemma/core/image'
import { isBehind, orderOf } from './order.js'

interface Kept {
  readonly batch: number
  readonly row: HistoryRow
}

interface Projected {
  readonly table: HistoryTable
  /** The latest row of each key. */
  readonly rows: Map<string, Kept>
}

/** What the tail needs of a batch. */
export interface TailBatch {
  readonly batch: number
  readonly events: readonly Event[]
}

export class Tail {
  private readonly projections: readonly Projected[]
  private readonly batches: TailBatch[] = []

  constructor(history: readonly HistoryTable[]) {
    this.projections = history.map((table) => ({ table, rows: new Map() }))
  }

  /** The last batch that it was given, or 0. */
  get last(): number {
    return this.batches.at(-1)?.batch ?? 0
  }

  keep(kept: TailBatch): void {
    const { batch, events } = kept
    this.batches.push(kept)
    for (const { table, rows } of this.projections) {
      for (const event of events)
        for (const row of table.rows(event)) rows.set(keyOf(table, row), { batch, row })
    }
  }

  /** The tables have reached `batch`. */
  dropThrough(batch: number): void {
    let count = 0
    while (count < this.batches.length && (this.batches[count] as TailBatch).batch <= batch) count += 1
    for (const dropped of this.batches.splice(0, count)) this.forget(dropped)
  }

  /** Gives everything back: what lies between tables and journal is too much to be kept. */
  clear(): void {
    this.batches.length = 0
    for (const { rows } of this.projections) rows.clear()
  }

  /** How many rows of a table it has. */
  size(name: string): number {
    return this.projectionOf(name).rows.size
  }

  /** Whether a row of the tables is an older state of what it has. */
  hides(name: string, row: HistoryRow): boolean {
    const { table, rows } = this.projectionOf(name)
    return rows.has(keyOf(table, row))
  }

  /**
   * What a query reads: the tail's rows and those that `settled` brings from the tables in the query's order. It is
   * read only as far as the limit needs.
   */
  merge(name: string, query: HistoryQuery, settled: Iterable<HistoryRow>): HistoryRow[] {
    const { table, rows } = this.projectionOf(name)
    const found: HistoryRow[] = []
    for (const row of settled) {
      if (found.length >= query.limit) break
      if (!rows.has(keyOf(table, row))) found.push(row)
    }
    for (const { row } of rows.values()) {
      if (matchesQuery(row, query) && isBehind(table, query, row)) found.push(row)
    }
    return found.sort(orderOf(table, query)).slice(0, query.limit)
  }

  private projectionOf(name: string): Projected {
    const projection = this.projections.find(({ table }) => table.name === name)
    if (projection === undefined) throw new Error(`expected a history table, was ${name}`)
    return projection
  }

  private forget({ batch, events }: TailBatch): void {
    for (const { table, rows } of this.projections) {
      for (const event of events) {
        for (const row of table.rows(event)) {
          const key = keyOf(table, row)
          if (rows.get(key)?.batch === batch) rows.delete(key)
        }
      }
    }
  }
}

export const keyOf = (table: HistoryTable, row: HistoryRow): string =>
  table.key.length === 1
    ? String(row[table.key[0] as string])
    : table.key.map((name) => String(row[name])).join('\u0000')
