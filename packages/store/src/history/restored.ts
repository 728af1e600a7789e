/**
 * Puts back into rows that were read what the tables keep once: the items of a list into the data of their event, and
 * fields of that data into other rows.
 */
import { EVENTS, type HistoryRow, type ItemsOfEvents, type Plain } from '@stemma/core/image'
import { StoreRefusal } from '../port.js'
import { fromText } from '../record/plain-text.js'
import { fromSql, type SqlValue } from '../tables/row-values.js'
import { ROWS } from './event-items.js'
import type { KeptRow, KeptRows } from './kept-rows.js'

type Data = { readonly [key: string]: Plain }

/** A list of events whose items are the rows of a table. */
export interface KeptList {
  readonly of: ItemsOfEvents
  readonly items: KeptRows
}

export const keptLists = (history: readonly KeptRows[]): KeptList[] =>
  history.flatMap((items) => (items.table.itemsOf === undefined ? [] : [{ of: items.table.itemsOf, items }]))

/** How many items of a list the tables have for an event row, or null where the list stands in the event itself. */
export function countKept({ data }: HistoryRow, { of }: KeptList): number | null {
  const kept = (data as Data)[of.field] as { readonly [ROWS]?: number } | null | undefined
  return kept?.[ROWS] ?? null
}

/** The position of the first item of an event. */
export const firstPosition = ({ position }: HistoryRow, { of }: KeptList): number =>
  Number(position) * of.positionsOfEvent

/** An event row with the items of a list put back. Throws StoreRefusal where they are not those that were written. */
export function withItems(
  file: string,
  row: HistoryRow,
  list: KeptList,
  items: readonly KeptRow[],
): HistoryRow {
  const count = countKept(row, list)
  const { of } = list
  if (items.length !== count) {
    const expected = `expected ${count} ${of.field} of event ${row.sequence}, ${row.position}`
    throw damaged(file, `${expected} in ${list.items.name}, were ${items.length}`)
  }
  for (const item of items) list.items.assertWhole(file, item)
  return { ...row, data: { ...(row.data as Data), [of.field]: items.map((item) => itemOf(list, item)) } }
}

function itemOf({ of, items: { columns } }: KeptList, item: KeptRow): Plain {
  const fields = columns.flatMap(({ name, kind }, place) =>
    of.columns.includes(name) ? [[name, fromSql(kind, item[place] as SqlValue)] as const] : [],
  )
  return Object.fromEntries(fields)
}

/** The row with the fields put back that stand in the data of its event. Throws StoreRefusal where that is damaged. */
export function withFields(
  file: string,
  fields: Readonly<Record<string, string>>,
  row: HistoryRow,
  { events, event }: { readonly events: KeptRows; readonly event: KeptRow | undefined },
): HistoryRow {
  if (event === undefined)
    throw damaged(file, `expected event ${row.sequence}, ${row.position} in ${events.name}, was none`)
  events.assertWhole(file, event)
  const place = events.columns.findIndex(({ name }) => name === 'data')
  const data = fromText(event[place] as string) as Data
  const found = Object.entries(fields).map(([column, field]) => [column, data[field] ?? null])
  return { ...row, ...Object.fromEntries(found) }
}

export const eventsOf = (history: readonly KeptRows[]): KeptRows =>
  history.find(({ table }) => table.name === EVENTS.name) as KeptRows

const damaged = (file: string, message: string): StoreRefusal =>
  new StoreRefusal('damaged', `${file}: ${message}`, { file })
