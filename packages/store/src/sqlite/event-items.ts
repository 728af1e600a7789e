/** Puts items back into the data of event rows, and fields of that data into other rows. */
import { EVENTS, type HistoryRow } from '@stemma/core/image'
import type Database from 'better-sqlite3'
import type { KeptRow, KeptRows } from '../history/kept-rows.js'
import {
  countKept,
  eventsOf,
  firstPosition,
  type KeptList,
  keptLists,
  withFields,
  withItems,
} from '../history/restored.js'

export class EventItems {
  private readonly events: KeptRows
  private readonly selectEvent: Database.Statement
  private readonly lists: readonly { readonly list: KeptList; readonly select: Database.Statement }[]

  constructor(
    private readonly tables: Database.Database,
    history: readonly KeptRows[],
  ) {
    const select = ({ names, name }: KeptRows, where: string): Database.Statement =>
      tables
        .prepare(`SELECT ${names.join(', ')} FROM ${name} WHERE ${where}`)
        .raw()
        .safeIntegers()
    this.events = eventsOf(history)
    this.selectEvent = select(this.events, 'sequence = ? AND position = ?')
    this.lists = keptLists(history).map((list) => ({
      list,
      select: select(list.items, 'sequence = ? AND position >= ? AND position < ? ORDER BY position'),
    }))
  }

  /** The row as its event made it. */
  restored({ table }: KeptRows, row: HistoryRow): HistoryRow {
    if (table.name === EVENTS.name) return this.withItems(row)
    if (table.fieldsOfEvent === undefined) return row
    const event = this.selectEvent.get(row.sequence, row.position) as KeptRow | undefined
    return withFields(this.tables.name, table.fieldsOfEvent, row, { events: this.events, event })
  }

  private withItems(row: HistoryRow): HistoryRow {
    let whole = row
    for (const { list, select } of this.lists) {
      if (countKept(row, list) === null) continue
      const first = firstPosition(row, list)
      const items = select.all(row.sequence, first, first + list.of.positionsOfEvent) as KeptRow[]
      whole = withItems(this.tables.name, whole, list, items)
    }
    return whole
  }
}
