/**
 * What the tables keep once of the data of events. A list whose items are the rows of another history table (the
 * entries of a posting) is kept as those rows, and with the event only how many there are; a column that is a field of
 * the event's data (the order in its report) is kept with the event alone. Reading puts both back.
 */
import {
  type ColumnKind,
  EVENTS,
  type Event,
  type HistoryRow,
  type HistoryTable,
  type ItemsOfEvents,
  type Plain,
} from '@stemma/core/image'
import { fromText } from '../record/plain-text.js'
import { fromSql, type SqlValue } from '../tables/row-values.js'

type Data = { readonly [key: string]: Plain }

/** How a list that is kept as rows is written: how many they are, under a name that no event has. */
const ROWS = '$rows'

const hasItems = (table: HistoryTable): table is HistoryTable & { readonly itemsOf: ItemsOfEvents } =>
  table.itemsOf !== undefined

/** The data of an event as the tables keep it. */
function dataKept(data: Data, history: readonly HistoryTable[]): Data {
  let kept = data
  for (const { itemsOf } of history) {
    if (itemsOf === undefined) continue
    const list = kept[itemsOf.field]
    if (!Array.isArray(list) || list.length === 0) continue
    if (list.every((item) => isRow(item, itemsOf)))
      kept = { ...kept, [itemsOf.field]: { [ROWS]: list.length } }
  }
  return kept
}

/** Whether an item has exactly the fields that its row has columns for: one that has more stays with its event. */
function isRow(item: Plain, { columns }: ItemsOfEvents): boolean {
  if (typeof item !== 'object' || item === null) return false
  let fields = 0
  for (const name in item) {
    if (!columns.includes(name)) return false
    fields += 1
  }
  return fields === columns.length
}

/** The rows that a table has of an event; with the event itself, as the tables keep its data. */
export const rowsKept = (
  table: HistoryTable,
  event: Event,
  history: readonly HistoryTable[],
): readonly HistoryRow[] =>
  table.rows(table.name === EVENTS.name ? { ...event, data: dataKept(event.data, history) } : event)

/** A list that is kept as rows, and what is needed to put it back. */
export interface KeptList {
  readonly of: ItemsOfEvents
  readonly table: HistoryTable
  readonly kinds: readonly ColumnKind[]
}

export const keptLists = (history: readonly HistoryTable[]): KeptList[] =>
  history.filter(hasItems).map((table) => ({
    of: table.itemsOf,
    table,
    kinds: table.itemsOf.columns.map((wanted) => kindOf(table, wanted)),
  }))

/** How many items of a list the tables have for an event row, or null where the list stands in the event itself. */
export function countKept({ data }: HistoryRow, { of }: KeptList): number | null {
  const kept = (data as Data)[of.field] as { readonly [ROWS]?: number } | null | undefined
  return kept?.[ROWS] ?? null
}

/** The position of the first item of an event. */
export const firstPosition = ({ position }: HistoryRow, { of }: KeptList): number =>
  Number(position) * of.positionsOfEvent

/** An event row with the items of a list put back, which come as the values of its columns. */
export function withItems(
  row: HistoryRow,
  list: KeptList,
  items: readonly (readonly SqlValue[])[],
): HistoryRow {
  const { of, kinds } = list
  const count = countKept(row, list)
  if (items.length !== count)
    throw new Error(
      `expected ${count} ${of.field} of event ${row.sequence}.${row.position} in the tables, were ${items.length}`,
    )
  return {
    ...row,
    data: { ...(row.data as Data), [of.field]: items.map((item) => itemOf(of.columns, kinds, item)) },
  }
}

const itemOf = (
  columns: readonly string[],
  kinds: readonly ColumnKind[],
  values: readonly SqlValue[],
): Plain =>
  Object.fromEntries(
    columns.map((name, index) => [name, fromSql(kinds[index] as ColumnKind, values[index] as SqlValue)]),
  )

function kindOf(table: HistoryTable, name: string): ColumnKind {
  const column = table.columns.find((candidate) => candidate.name === name)
  if (column === undefined) throw new Error(`expected a column of ${table.name}, was ${name}`)
  return column.kind
}

/** Those that its table has: what is a field of the event stands with the event. */
export const columnsKept = ({ columns, fieldsOfEvent = {} }: HistoryTable): HistoryTable['columns'] =>
  columns.filter(({ name }) => fieldsOfEvent[name] === undefined)

/** The row with the fields put back that stand in the data of its event, as the tables keep that. */
export function withFields(
  fields: NonNullable<HistoryTable['fieldsOfEvent']>,
  row: HistoryRow,
  data: string | undefined,
): HistoryRow {
  if (data === undefined)
    throw new Error(`expected event ${row.sequence}.${row.position} in the tables, was none`)
  const kept = fromText(data) as Data
  const found = Object.entries(fields).map(([column, field]) => [column, kept[field] ?? null])
  return { ...row, ...Object.fromEntries(found) }
}
