/**
 * History reads: the SQL tables and, merged with them, the tail of the journal that they have not reached. One read
 * transaction shows the tables at one batch; whatever the journal has behind it is projected here.
 */
import { EVENTS, type HistoryQuery, type HistoryRow, type KeyedResult } from '@stemma/core/image'
import type Database from 'better-sqlite3'
import { Tail } from '../history/tail.js'
import type { StoreSchema } from '../port.js'
import { decodeBatch } from '../record/codec.js'
import { EventItems } from './event-items.js'
import { reachedBy } from './follower.js'
import { findStatement } from './query.js'
import { recordHolding, resultsOf, rowsAfter } from './records.js'
import { fromSql, type SqlValue } from './row-values.js'

export class Reader {
  private readonly tail: Tail
  private readonly items: EventItems

  constructor(
    private readonly schema: StoreSchema,
    private readonly journal: Database.Database,
    private readonly tables: Database.Database,
  ) {
    this.tail = new Tail(schema.history)
    this.items = new EventItems(tables, schema.history)
    // As `matchesQuery` has it: SQLite's own lower() knows only ASCII.
    tables.function('contains_text', { deterministic: true }, (text, part) =>
      String(text ?? '')
        .toLowerCase()
        .includes(String(part))
        ? 1
        : 0,
    )
  }

  find(name: string, query: HistoryQuery): readonly HistoryRow[] {
    return this.atOneBatch(() => this.tail.merge(name, query, this.settled(name, query)))
  }

  resultOf(sequence: number): KeyedResult | null {
    const record = recordHolding(this.journal, sequence)
    if (record === undefined) return null
    return resultsOf(this.journal.name, record).find((result) => result.sequence === sequence) ?? null
  }

  close(): void {
    this.journal.close()
    this.tables.close()
  }

  /** The tables first and the journal after them, so that no batch can fall between. */
  private atOneBatch<Result>(read: () => Result): Result {
    return this.tables.transaction(() => {
      const { batch } = reachedBy(this.tables)
      this.tail.dropThrough(batch)
      for (const row of rowsAfter(this.journal, Math.max(batch, this.tail.last))) {
        this.tail.keep({ ...decodeBatch(row), batch: row.batch })
      }
      return read()
    })()
  }

  private *settled(name: string, query: HistoryQuery): IterableIterator<HistoryRow> {
    const table = this.schema.history.find((candidate) => candidate.name === name)
    if (table === undefined) throw new Error(`expected a history table, was ${name}`)
    // Rows that the tail has in a later state are passed over, so that many more may be needed.
    const { sql, values } = findStatement(table, query, query.limit + this.tail.size(name))
    const rows = this.tables.prepare(sql).raw().safeIntegers()
    for (const row of rows.iterate(...values) as IterableIterator<SqlValue[]>) {
      const found: Record<string, ReturnType<typeof fromSql>> = {}
      table.columns.forEach(({ name: column, kind }, index) => {
        found[column] = fromSql(kind, row[index] as SqlValue)
      })
      yield table.name === EVENTS.name ? this.items.restored(found) : found
    }
  }
}
