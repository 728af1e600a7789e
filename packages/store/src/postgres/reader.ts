/**
 * History reads: the SQL tables and, merged with them, the tail of the journal that they have not reached. One read
 * transaction shows both as of one moment; whatever the journal has behind the tables is projected here, and kept while
 * it is short.
 */
import {
  type HistoryQuery,
  type HistoryRow,
  type HistoryTable,
  type KeyedResult,
  matchesQuery,
  type Plain,
} from '@stemma/core/image'
import { findStatement, rowFound } from '../history/find-statement.js'
import { PassingTail } from '../history/passing-tail.js'
import { Tail } from '../history/tail.js'
import type { StoreSchema } from '../port.js'
import { resultsOf } from '../record/checked.js'
import { decodeEventsOf } from '../record/codec.js'
import type { Connection } from './connection.js'
import { EventItems } from './event-items.js'
import { reachedBy, readMeta } from './meta.js'
import { JOURNAL, journalName, type PostgresPlace } from './place.js'
import { recordHolding, recordsAfter } from './records.js'
import { fingerprintOf } from './schema.js'
import type { Session } from './session.js'

/** Of a longer tail nothing is kept between reads: a kept sequence takes about 3 KB. */
const SEQUENCES_KEPT_MAX = 100_000

/** Rows that are read at once where it is not known how many of them count. */
const ROWS_AT_ONCE = 1_000

export class Reader {
  private readonly tail: Tail
  private readonly items: EventItems
  private readonly fingerprint: string

  constructor(
    private readonly connection: Connection,
    private readonly place: PostgresPlace,
    private readonly schema: StoreSchema,
    private readonly keptMax = SEQUENCES_KEPT_MAX,
  ) {
    this.tail = new Tail(schema.history)
    this.items = new EventItems(schema.history)
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
    return tail.merge(name, query, await this.settled(session, batch, this.tableOf(name), query, hides))
  }

  private async findPassing(
    session: Session,
    batch: number,
    name: string,
    query: HistoryQuery,
  ): Promise<readonly HistoryRow[]> {
    this.tail.clear()
    const table = this.tableOf(name)
    const passing = new PassingTail(table, query)
    for await (const rows of recordsAfter(session, this.place, batch))
      for (const row of rows) passing.take(decodeEventsOf(row))
    const hides = (row: HistoryRow): boolean => passing.hides(row)
    return passing.merge(await this.settled(session, batch, table, query, hides))
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

  private tableOf(name: string): HistoryTable {
    const table = this.schema.history.find((candidate) => candidate.name === name)
    if (table === undefined) throw new Error(`expected a history table, was ${name}`)
    return table
  }

  /** So many rows of the tables as the query asks for that nothing hides, in its order. */
  private async settled(
    session: Session,
    batch: number,
    table: HistoryTable,
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
      const rows = await this.rowsOf(session, table, page, atOnce)
      for (const row of rows) {
        const isContained = contains === undefined || matchesQuery(row, { contains, limit: 1 })
        if (isContained && !hides(row)) found.push(row)
      }
      const last = rows.at(-1)
      if (last === undefined || rows.length < atOnce || found.length >= query.limit) break
      after = table.order.map((column) => last[column] as Plain)
    }
    const shown = found.slice(0, query.limit)
    return this.items.restored(session, table, shown)
  }

  private async rowsOf(
    session: Session,
    table: HistoryTable,
    query: HistoryQuery,
    limit: number,
  ): Promise<HistoryRow[]> {
    const { sql, values } = findStatement(table, query, limit)
    let marks = 0
    const numbered = sql.replaceAll('?', () => `$${++marks}`)
    return (await session.values(numbered, values)).map((row) => rowFound(table, row))
  }
}
