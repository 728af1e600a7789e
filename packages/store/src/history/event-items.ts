/**
 * What the tables keep once of the data of events. A list whose items are the rows of another history table (the
 * entries of a posting) is kept as those rows, and with the event only how many there are; a column that is a field of
 * the event's data (the order in its report) is kept with the event alone. Reading puts both back.
 */
import {
  EVENTS,
  type Event,
  type HistoryRow,
  type HistoryTable,
  type ItemsOfEvents,
  type Plain,
} from '@stemma/core/image'

type Data = { readonly [key: string]: Plain }

/** How a list that is kept as rows is written: how many they are, under a name that no event has. */
export const ROWS = '$rows'

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

/** Those that its table has: what is a field of the event stands with the event. */
export const columnsKept = ({ columns, fieldsOfEvent = {} }: HistoryTable): HistoryTable['columns'] =>
  columns.filter(({ name }) => fieldsOfEvent[name] === undefined)
