/**
 * What the tables keep once of the data of events. A list whose items are the rows of another history table (the
 * entries of a posting) is kept as those rows, and with the event only how many there are; a column that is a field of
 * the event's data (the order in its report) is kept with the event alone. Reading puts both back.
 */
import {
  EVENTS,
  type HistoryRow,
  type HistoryTable,
  type ItemsOfEvents,
  type Plain,
} from '@stemma/core/image'
import type Database from 'better-sqlite3'
import { fromText } from '../record/plain-text.js'
import { fromSql, type SqlValue } from './row-values.js'
import { historyName, quoted } from './schema.js'

type Data = { readonly [key: string]: Plain }

/** How a list that is kept as rows is written: how many they are, under a name that no event has. */
const ROWS = '$rows'

const hasItems = (table: HistoryTable): table is HistoryTable & { readonly itemsOf: ItemsOfEvents } =>
  table.itemsOf !== undefined

/** The data of an event as the tables keep it. */
export function dataKept(data: Data, history: readonly HistoryTable[]): Data {
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

/** Puts items back into the data of event rows, and fields of that data into other rows. */
export class EventItems {
  private readonly data: Database.Statement
  private readonly lists: readonly {
    readonly of: ItemsOfEvents
    readonly kinds: readonly HistoryTable['columns'][number]['kind'][]
    readonly select: Database.Statement
  }[]

  constructor(tables: Database.Database, history: readonly HistoryTable[]) {
    this.data = tables
      .prepare(`SELECT data FROM ${historyName(EVENTS)} WHERE sequence = ? AND position = ?`)
      .pluck()
    this.lists = history.filter(hasItems).map((table) => ({
      of: table.itemsOf,
      kinds: table.itemsOf.columns.map((wanted) => kindOf(table, wanted)),
      select: tables
        .prepare(
          `SELECT ${table.itemsOf.columns.map(quoted).join(', ')} FROM ${historyName(table)}
            WHERE sequence = ? AND position >= ? AND position < ? ORDER BY position`,
        )
        .raw()
        .safeIntegers(),
    }))
  }

  /** The row as its event made it. */
  restored(table: HistoryTable, row: HistoryRow): HistoryRow {
    if (table.name === EVENTS.name) return this.withItems(row)
    return table.fieldsOfEvent === undefined ? row : this.withFields(table.fieldsOfEvent, row)
  }

  private withFields(fields: NonNullable<HistoryTable['fieldsOfEvent']>, row: HistoryRow): HistoryRow {
    const text = this.data.get(row.sequence, row.position) as string | undefined
    if (text === undefined)
      throw new Error(`expected event ${row.sequence}.${row.position} in the tables, was none`)
    const data = fromText(text) as Data
    const found = Object.entries(fields).map(([column, field]) => [column, data[field] ?? null])
    return { ...row, ...Object.fromEntries(found) }
  }

  private withItems(row: HistoryRow): HistoryRow {
    let data = row.data as Data
    for (const { of, kinds, select } of this.lists) {
      const kept = data[of.field] as { readonly [ROWS]?: number } | null | undefined
      const count = kept?.[ROWS]
      if (count === undefined) continue
      const first = Number(row.position) * of.positionsOfEvent
      const rows = select.all(row.sequence, first, first + of.positionsOfEvent) as SqlValue[][]
      if (rows.length !== count)
        throw new Error(
          `expected ${count} ${of.field} of event ${row.sequence}.${row.position} in the tables, were ${rows.length}`,
        )
      data = { ...data, [of.field]: rows.map(itemOf(of.columns, kinds)) }
    }
    return data === row.data ? row : { ...row, data }
  }
}

const itemOf =
  (columns: readonly string[], kinds: readonly HistoryTable['columns'][number]['kind'][]) =>
  (values: readonly SqlValue[]): Plain =>
    Object.fromEntries(
      columns.map((name, index) => [
        name,
        fromSql(kinds[index] as HistoryTable['columns'][number]['kind'], values[index] as SqlValue),
      ]),
    )

function kindOf(table: HistoryTable, name: string): HistoryTable['columns'][number]['kind'] {
  const column = table.columns.find((candidate) => candidate.name === name)
  if (column === undefined) throw new Error(`expected a column of ${table.name}, was ${name}`)
  return column.kind
}
