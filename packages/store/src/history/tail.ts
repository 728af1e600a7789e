/**
 * The tail: what is durable and not yet in the tables. History reads merge it with what SQL answers, so no read waits
 * for the follower. Where both have a row of the same key the tail's is the later one.
 */
import {
  type Batch,
  type HistoryQuery,
  type HistoryRow,
  type HistoryTable,
  type KeyedResult,
  matchesQuery,
  type Plain,
} from '@stemma/core/image'

interface Kept {
  readonly number: number
  readonly batch: Batch
  readonly keptAt: number
}

export class Tail {
  private readonly batches: Kept[] = []

  keep(number: number, batch: Batch, now: number): void {
    this.batches.push({ number, batch, keptAt: now })
  }

  /** The tables have reached `number`. */
  dropThrough(number: number): void {
    let count = 0
    while (count < this.batches.length && (this.batches[count] as Kept).number <= number) count += 1
    this.batches.splice(0, count)
  }

  get size(): number {
    return this.batches.length
  }

  /** When the oldest was kept, or null when there is none. */
  oldestAt(): number | null {
    return this.batches[0]?.keptAt ?? null
  }

  resultOf(sequence: number): KeyedResult | null {
    for (const { batch } of this.batches) {
      if (batch.head.sequence < sequence || batch.firstSequence > sequence) continue
      return batch.results.find((result) => result.sequence === sequence) ?? null
    }
    return null
  }

  /** The latest row of each key that the tail has, by key. */
  rowsOf(table: HistoryTable): Map<string, HistoryRow> {
    const rows = new Map<string, HistoryRow>()
    for (const { batch } of this.batches) {
      for (const event of batch.events) for (const row of table.rows(event)) rows.set(keyOf(table, row), row)
    }
    return rows
  }
}

export const keyOf = (table: HistoryTable, row: HistoryRow): string =>
  table.key.map((name) => String(row[name])).join('\u0000')

/** Rows of the tail and rows that SQL found, as one answer: filtered, in order, at most `limit`. */
export function mergeRows(
  table: HistoryTable,
  query: HistoryQuery,
  tail: ReadonlyMap<string, HistoryRow>,
  found: readonly HistoryRow[],
): HistoryRow[] {
  const direction = query.newestFirst === true ? -1 : 1
  const isBehind = (row: HistoryRow): boolean =>
    query.after === undefined || direction * compare(orderOf(table, row), query.after) > 0
  const fresh = [...tail.values()].filter((row) => matchesQuery(row, query) && isBehind(row))
  const settled = found.filter((row) => !tail.has(keyOf(table, row)))
  return [...settled, ...fresh]
    .sort((left, right) => direction * compare(orderOf(table, left), orderOf(table, right)))
    .slice(0, query.limit)
}

const orderOf = (table: HistoryTable, row: HistoryRow): Plain[] =>
  table.order.map((name) => row[name] as Plain)

function compare(left: readonly Plain[], right: readonly Plain[]): number {
  for (let index = 0; index < left.length; index += 1) {
    const [one, other] = [left[index] as number | string, right[index] as number | string]
    if (one !== other) return one < other ? -1 : 1
  }
  return 0
}
