/**
 * History: tables that are projections of events. An event carries everything; a projection says which rows it
 * makes of it. The same function serves the SQL tables and the tail in memory that they have not reached yet,
 * so both always agree.
 */
import type { ColumnKind, Plain } from './column.js'
import type { Event } from './event.js'

export interface HistoryColumn {
  readonly name: string
  readonly kind: ColumnKind
}

export interface HistoryTable {
  readonly name: string
  readonly columns: readonly HistoryColumn[]
  /** Columns that identify a row. A later event's row of the same key replaces the earlier one. */
  readonly key: readonly string[]
  /** Column lists that are searched by, besides the key. */
  readonly indexes: readonly (readonly string[])[]
  /** Total order of reading; cursors are made of its values. */
  readonly order: readonly string[]
  /** Said where no event's row ever has the key of an earlier one: it is then written without looking for that. */
  readonly isAppended?: true
  /** Said where the rows are the items of a list in the event's data: a store need not keep that list twice. */
  readonly itemsOf?: ItemsOfEvents
  /**
   * Columns whose value is a field of the event's data, by the name of that field: a store need not keep it twice. The
   * table then has the columns `sequence` and `position` of its event.
   */
  readonly fieldsOfEvent?: Readonly<Record<string, string>>
  rows(event: Event): readonly HistoryRow[]
}

/** A list in the data of events whose items are rows, keyed by the event's sequence and a `position`. */
export interface ItemsOfEvents {
  readonly field: string
  /** The fields of an item, each a column of the same name. */
  readonly columns: readonly string[]
  /** The items of an event have the positions from its index times this on, one after another. */
  readonly positionsOfEvent: number
}

export type HistoryRow = Readonly<Record<string, Plain>>

/** What a history read may ask for; all conditions hold together. */
export interface HistoryQuery {
  readonly equals?: Readonly<Record<string, Plain>>
  readonly oneOf?: Readonly<Record<string, readonly Plain[]>>
  /** Inclusive bounds. */
  readonly from?: Readonly<Record<string, number>>
  readonly to?: Readonly<Record<string, number>>
  /** A text column contains this, regardless of case. */
  readonly contains?: Readonly<Record<string, string>>
  /** At least one of the columns starts with the text: how a subtree's rows are found by their owner paths. */
  readonly startsWith?: { readonly columns: readonly string[]; readonly text: string }
  readonly newestFirst?: boolean
  /** Values of the table's order columns; rows strictly behind them are read. */
  readonly after?: readonly Plain[]
  readonly limit: number
}

const matchesPrefix = (
  row: HistoryRow,
  { columns, text }: NonNullable<HistoryQuery['startsWith']>,
): boolean =>
  columns.some((column) => {
    const value = row[column]
    return typeof value === 'string' && value.startsWith(text)
  })

/** What is absent is within no bounds, as in SQL. */
const isNumber = (plain: Plain | undefined): plain is number => typeof plain === 'number'

/** Whether a row meets every condition of a query, cursor and limit aside. */
export function matchesQuery(row: HistoryRow, query: HistoryQuery): boolean {
  const { equals = {}, oneOf = {}, from = {}, to = {}, contains = {}, startsWith } = query
  return (
    Object.entries(equals).every(([column, wanted]) => row[column] === wanted) &&
    Object.entries(oneOf).every(([column, wanted]) => wanted.includes(row[column] as Plain)) &&
    Object.entries(from).every(([column, bound]) => isNumber(row[column]) && row[column] >= bound) &&
    Object.entries(to).every(([column, bound]) => isNumber(row[column]) && row[column] <= bound) &&
    Object.entries(contains).every(([column, part]) =>
      String(row[column] ?? '')
        .toLowerCase()
        .includes(part.toLowerCase()),
    ) &&
    (startsWith === undefined || matchesPrefix(row, startsWith))
  )
}

/** Every event as a history row: what event reads and audit searches use. */
export const EVENTS: HistoryTable = {
  name: 'events',
  columns: [
    { name: 'sequence', kind: 'number' },
    { name: 'position', kind: 'number' },
    { name: 'time', kind: 'number' },
    { name: 'kind', kind: 'text' },
    { name: 'subject', kind: 'text' },
    { name: 'credential', kind: 'number' },
    { name: 'user', kind: 'number' },
    { name: 'on_behalf_of', kind: 'number' },
    { name: 'path', kind: 'text' },
    { name: 'counter_path', kind: 'text' },
    { name: 'data', kind: 'json' },
    { name: 'reason', kind: 'text' },
    { name: 'request', kind: 'text' },
  ],
  key: ['sequence', 'position'],
  indexes: [
    ['subject', 'sequence'],
    ['path', 'sequence'],
    ['counter_path', 'sequence'],
  ],
  order: ['sequence', 'position'],
  isAppended: true,
  rows: (event) => [
    {
      sequence: event.sequence,
      position: event.index,
      time: event.time,
      kind: event.kind,
      subject: event.subject,
      credential: event.doer.credential,
      user: event.doer.user,
      on_behalf_of: event.doer.onBehalfOf,
      path: event.paths[0] ?? null,
      counter_path: event.paths[1] ?? null,
      data: event.data,
      reason: event.reason,
      request: event.request,
    },
  ],
}
