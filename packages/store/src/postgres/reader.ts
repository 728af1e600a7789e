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
import { hasTable } from './migrations.js'
import { JOURNAL, journalName, type PostgresPlace, schemaOf, tablesName } from './place.js'
import { recordHolding, recordsAfter } from './records.js'
import { fingerprintOf } from './schema.js'
import { codeOf, type Session } from './session.js'

/** Of a longer tail nothing is kept between reads: a kept sequence takes about 3 KB. */
const SEQUENCES_KEPT_MAX = 100_000

/** Rows that are read at once where it is not known how many of them count. */
const ROWS_AT_ONCE = 1_000

interface SeenRow {
  readonly fingerprint: string | null
  readonly reached: number | null
  readonly reached_sequence: number | null
  readonly last_sequence: number | null
  readonly last: number | null
}

interface Seen {
  /** The record that the tables have reached, or 0. */
  readonly batch: number
  /** The last record of the journal, or 0. */
  readonly last: number
  /** How many sequences lie between the two. */
  readonly sequencesBehind: number
}

const seenOf =
  (tables: string) =>
  ({ book }: PostgresPlace): string =>
    `SELECT fingerprint, reached,
      (SELECT last_sequence FROM ${JOURNAL}.records WHERE book = ${book} AND batch = tables.reached) AS reached_sequence,
      (SELECT MAX(last_sequence) FROM ${JOURNAL}.records WHERE book = ${book}) AS last_sequence,
      (SELECT MAX(batch) FROM ${JOURNAL}.records WHERE book = ${book}) AS last
    FROM (${tables}) AS tables`

const SEEN = seenOf(`SELECT (SELECT value FROM stemma_meta WHERE name = 'fingerprint') AS fingerprint,
  (SELECT CAST(value AS BIGINT) FROM stemma_meta WHERE name = 'reached') AS reached`)
const SEEN_WITHOUT_TABLES = seenOf('SELECT NULL AS fingerprint, CAST(0 AS BIGINT) AS reached')

const UNDEFINED_TABLE = '42P01'

export class Reader {
  private readonly tail: Tail
  private readonly history: readonly KeptRows[]
  private readonly items: EventItems
  private readonly fingerprint: string
  /** Once they are there they stay, made anew or not, unless somebody removes them by hand. */
  private hasTables = false

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
      this.seeing(session, (seen) =>
        seen.sequencesBehind > this.keptMax
          ? this.findPassing(session, seen, name, query)
          : this.findKept(session, seen, name, query),
      ),
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
    { batch, last }: Seen,
    name: string,
    query: HistoryQuery,
  ): Promise<readonly HistoryRow[]> {
    const { tail } = this
    tail.dropThrough(batch)
    const known = Math.max(batch, tail.last)
    if (known < last)
      for await (const rows of recordsAfter(session, this.place, known))
        for (const row of rows) tail.keep({ events: decodeEventsOf(row), batch: row.batch })
    const hides = (row: HistoryRow): boolean => tail.hides(name, row)
    return tail.merge(name, query, await this.settled(session, batch, this.keptOf(name), query, hides))
  }

  private async findPassing(
    session: Session,
    { batch }: Seen,
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

  /** One state of tables and journal for `work`, which is told how far the tables are in it. */
  private async seeing<Result>(session: Session, work: (seen: Seen) => Promise<Result>): Promise<Result> {
    this.hasTables ||= await hasTable(session, schemaOf(this.place), 'stemma_meta')
    const first = this.hasTables ? SEEN : SEEN_WITHOUT_TABLES
    try {
      return await session.readingFrom<SeenRow, Result>(first(this.place), (row) => work(this.seenIn(row)))
    } catch (error) {
      if (codeOf(error) !== UNDEFINED_TABLE || !this.hasTables) throw error
      this.hasTables = false
      await session.ended
      return this.seeing(session, work)
    }
  }

  /** Tables of another version are those of nobody: all history is then in the tail. */
  private seenIn({ fingerprint, reached, reached_sequence, last_sequence, last }: SeenRow): Seen {
    const isOurs = fingerprint === this.fingerprint
    return {
      batch: isOurs ? Number(reached) : 0,
      last: last ?? 0,
      sequencesBehind: (last_sequence ?? 0) - (isOurs ? (reached_sequence ?? 0) : 0),
    }
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
