/**
 * History reads: the SQL tables and, merged with them, the tail of the journal that they have not reached. One read
 * transaction shows the tables at one batch; whatever the journal has behind it is projected here, and kept while it is
 * short.
 */
import type { HistoryQuery, HistoryRow, KeyedResult } from '@stemma/core/image'
import type Database from 'better-sqlite3'
import { findStatement } from '../history/find-statement.js'
import { FoundRows } from '../history/found-rows.js'
import { type KeptRow, KeptRows } from '../history/kept-rows.js'
import { PassingTail } from '../history/passing-tail.js'
import { Tail } from '../history/tail.js'
import type { StoreSchema } from '../port.js'
import { resultsOf } from '../record/checked.js'
import { decodeEventsOf } from '../record/codec.js'
import { EventItems } from './event-items.js'
import { reachedBy } from './follower.js'
import { recordHolding, rowsAfter } from './records.js'

/** Of a longer tail nothing is kept between reads: a kept sequence takes about 3 KB. */
const SEQUENCES_KEPT_MAX = 100_000

export class Reader {
  private readonly tail: Tail
  private readonly history: readonly KeptRows[]
  private readonly items: EventItems

  constructor(
    schema: StoreSchema,
    private readonly journal: Database.Database,
    private readonly tables: Database.Database,
    private readonly keptMax = SEQUENCES_KEPT_MAX,
  ) {
    this.tail = new Tail(schema.history)
    this.history = schema.history.map((table) => new KeptRows(table, schema))
    this.items = new EventItems(tables, this.history)
    // As `matchesQuery` has it: SQLite's own lower() knows only ASCII.
    tables.function('contains_text', { deterministic: true }, (text, part) =>
      String(text ?? '')
        .toLowerCase()
        .includes(String(part))
        ? 1
        : 0,
    )
  }

  /** The tables first and the journal after them, so that no batch can fall between. */
  find(name: string, query: HistoryQuery): readonly HistoryRow[] {
    return this.tables.transaction(() => {
      const { batch } = reachedBy(this.tables)
      return this.sequencesBehind(batch) > this.keptMax
        ? this.findPassing(batch, name, query)
        : this.findKept(batch, name, query)
    })()
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

  private findKept(batch: number, name: string, query: HistoryQuery): readonly HistoryRow[] {
    const { tail } = this
    tail.dropThrough(batch)
    for (const row of rowsAfter(this.journal, Math.max(batch, tail.last)))
      tail.keep({ events: decodeEventsOf(row), batch: row.batch })
    return tail.merge(name, query, this.settled(this.keptOf(name), query, tail.size(name)))
  }

  private findPassing(batch: number, name: string, query: HistoryQuery): readonly HistoryRow[] {
    this.tail.clear()
    const kept = this.keptOf(name)
    const passing = new PassingTail(kept.table, query)
    for (const row of rowsAfter(this.journal, batch)) passing.take(decodeEventsOf(row))
    return passing.merge(this.settled(kept, query, passing.hidden))
  }

  /** How many sequences the journal has behind a record. */
  private sequencesBehind(batch: number): number {
    const last = this.journal.prepare('SELECT last_sequence FROM records ORDER BY batch DESC LIMIT 1').pluck()
    const reached = this.journal.prepare('SELECT last_sequence FROM records WHERE batch = ?').pluck()
    return ((last.get() as number | undefined) ?? 0) - ((reached.get(batch) as number | undefined) ?? 0)
  }

  private keptOf(name: string): KeptRows {
    const kept = this.history.find(({ table }) => table.name === name)
    if (kept === undefined) throw new Error(`expected a history table, was ${name}`)
    return kept
  }

  /** Rows of the tables in the query's order. So many of them may be passed over as older states of what the tail has. */
  private *settled(kept: KeptRows, query: HistoryQuery, hidden: number): IterableIterator<HistoryRow> {
    const { sql, values } = findStatement(kept, query, query.limit + hidden)
    const rows = this.tables.prepare(sql).raw().safeIntegers()
    const found = new FoundRows(this.tables.name, kept, query)
    for (const row of rows.iterate(...values) as IterableIterator<KeptRow>) {
      yield this.items.restored(kept, found.take(row))
    }
  }
}
