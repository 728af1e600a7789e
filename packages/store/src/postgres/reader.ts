/**
 * History reads: the SQL tables and, merged with them, the tail of the journal that they have not reached. One read
 * transaction shows both as of one moment; whatever the journal has behind the tables is projected here, and kept while
 * it is short.
 */
import {
  type HistoryQuery,
  type HistoryRow,
  type KeyedResult,
  matchesQuery,
  type Plain,
} from '@stemma/core/image'
import { findStatement } from '../history/find-statement.js'
import { FoundRows } from '../history/found-rows.js'
import { KeptRows } from '../history/kept-rows.js'
import { PassingTail } from '../history/passing-tail.js'
import { Tail } from '../history/tail.js'
import type { StoreSchema } from '../port.js'
import { resultsOf } from '../record/checked.js'
import { decodeEventsOf } from '../record/codec.js'
import type { Connection } from './connection.js'
import { EventItems } from './event-items.js'
import { reachedBy, readMeta } from './meta.js'
import { JOURNAL, journalName, type PostgresPlace, tablesName } from './place.js'
import { recordHolding, recordsAfter } from './records.js'
import { fingerprintOf } from './schema.js'
import type { Session } from './session.js'

/** Of a longer tail nothing is kept between reads: a kept sequence takes about 3 KB. */
const SEQUENCES_KEPT_MAX = 100_000

/** Rows that are read at once where it is not known how many of them count. */
const ROWS_AT_ONCE = 1_000

export class Reader {
  private readonly tail: Tail
  private readonly history: readonly KeptRows[]
  private readonly items: EventItems
  private readonly fingerprint: string

  constructor(
    private readonly connection: Connection,
    private readonly place: PostgresPlace,
    schema: StoreSchema,
    private readonly keptMax = SEQUENCES_KEPT_MAX,
  ) {
    this.tail = new Tail(schema.history)
    this.history = schema.history.map((table) => new KeptRows(table, schema))
    this.items = new EventItems(tablesName(place), this.history)
    this.fingerprint = fingerprintOf(schema)
  }

  find(name: string, query: HistoryQuery): Promise<readonly HistoryRow[]> {
    return this.connection.run((session) =>
      session.reading(async () => {
        // Tables of another version are those of nobody: all history is then in the tail.
        const meta = await readMeta(session, this.place)
        const { batch } = reachedBy(meta?.fingerprint === this.fingerprint ? meta : null)
        return (await this.sequencesBehind(session, batch)) > this.keptMax
          ? this.findPassing(session, batch, name, query)
          : this.findKept(session, batch, name, query)
      }),
    )
  }

  resultOf(sequence: number): Promise<KeyedResult | null> {
    return this.connection.run(async (session) => {
      const record = await recordHolding(session, this.place, sequence)
      if (record === undefined) return null
      const results = resultsOf(journalName(this.place), record)
      return results.find((result) => result.sequence === sequence) ?? null
    })
  }

  private async findKept(
    session: Session,
    batch: number,
    name: string,
    query: HistoryQuery,
  ): Promise<readonly HistoryRow[]> {
    const { tail } = this
    tail.dropThrough(batch)
    for await (const rows of recordsAfter(session, this.place, Math.max(batch, tail.last)))
      for (const row of rows) tail.keep({ events: decodeEventsOf(row), batch: row.batch })
    const hides = (row: HistoryRow): boolean => tail.hides(name, row)
    return tail.merge(name, query, await this.settled(session, batch, this.keptOf(name), query, hides))
  }

  private async findPassing(
    session: Session,
    batch: number,
    name: string,
    query: HistoryQuery,
  ): Promise<readonly HistoryRow[]> {
    this.tail.clear()
    const kept = this.keptOf(name)
    const passing = new PassingTail(kept.table, query)
    for await (const rows of recordsAfter(session, this.place, batch))
      for (const row of rows) passing.take(decodeEventsOf(row))
    const hides = (row: HistoryRow): boolean => passing.hides(row)
    return passing.merge(await this.settled(session, batch, kept, query, hides))
  }

  /** How many sequences the journal has behind a record. */
  private async sequencesBehind(session: Session, batch: number): Promise<number> {
    const { rows } = await session.query<{ last: number | null; reached: number | null }>(
      `SELECT MAX(last_sequence) AS last,
          (SELECT last_sequence FROM ${JOURNAL}.records WHERE book = $1 AND batch = $2) AS reached
        FROM ${JOURNAL}.records WHERE book = $1`,
      [this.place.book, batch],
    )
    return (rows[0]?.last ?? 0) - (rows[0]?.reached ?? 0)
  }

  private keptOf(name: string): KeptRows {
    const kept = this.history.find(({ table }) => table.name === name)
    if (kept === undefined) throw new Error(`expected a history table, was ${name}`)
    return kept
  }

  /** So many rows of the tables as the query asks for that nothing hides, in its order. */
  private async settled(
    session: Session,
    batch: number,
    kept: KeptRows,
    query: HistoryQuery,
    hides: (row: HistoryRow) => boolean,
  ): Promise<readonly HistoryRow[]> {
    if (batch === 0) return []
    // What is contained regardless of case is looked for here: databases differ in what they call the same letter.
    const { contains, ...asked } = query
    const atOnce = contains === undefined ? query.limit : Math.max(query.limit, ROWS_AT_ONCE)
    const found: HistoryRow[] = []
    for (let after = query.after; ; ) {
      const page = { ...asked, ...(after === undefined ? {} : { after }) }
      const rows = await this.rowsOf(session, kept, page, atOnce)
      for (const row of rows) {
        const isContained = contains === undefined || matchesQuery(row, { contains, limit: 1 })
        if (isContained && !hides(row)) found.push(row)
      }
      const last = rows.at(-1)
      if (last === undefined || rows.length < atOnce || found.length >= query.limit) break
      after = kept.table.order.map((column) => last[column] as Plain)
    }
    const shown = found.slice(0, query.limit)
    return this.items.restored(session, kept, shown)
  }

  private async rowsOf(
    session: Session,
    kept: KeptRows,
    query: HistoryQuery,
    limit: number,
  ): Promise<HistoryRow[]> {
    const { sql, values } = findStatement(kept, query, limit)
    let marks = 0
    const numbered = sql.replaceAll('?', () => `$${++marks}`)
    const found = new FoundRows(tablesName(this.place), kept, query)
    return (await session.values(numbered, values)).map((row) => found.take(row))
  }
}
