/**
 * Puts items back into the data of event rows, and fields of that data into other rows: one statement for all of them.
 */
import { EVENTS, type HistoryRow } from '@stemma/core/image'
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
import type { SqlValue } from '../tables/row-values.js'
import type { Session } from './session.js'

const namesOf = ({ names }: KeptRows, table: string): string =>
  names.map((name) => `${table}.${name}`).join(', ')

export class EventItems {
  private readonly events: KeptRows
  private readonly selectEvents: string
  private readonly lists: readonly { readonly list: KeptList; readonly select: string }[]

  constructor(
    private readonly file: string,
    history: readonly KeptRows[],
  ) {
    this.events = eventsOf(history)
    this.selectEvents = `SELECT wanted.place, ${namesOf(this.events, 'event')}
      FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS wanted (place, sequence, position)
      JOIN ${this.events.name} AS event ON event.sequence = wanted.sequence AND event.position = wanted.position`
    this.lists = keptLists(history).map((list) => ({
      list,
      select: `SELECT wanted.place, ${namesOf(list.items, 'item')}
        FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS wanted (place, sequence, first)
        JOIN ${list.items.name} AS item ON item.sequence = wanted.sequence
          AND item.position >= wanted.first AND item.position < wanted.first + $4
        ORDER BY wanted.place, item.position`,
    }))
  }

  /** The rows as their events made them. */
  async restored(
    session: Session,
    { table }: KeptRows,
    rows: readonly HistoryRow[],
  ): Promise<readonly HistoryRow[]> {
    if (rows.length === 0) return rows
    if (table.name === EVENTS.name) return this.withItems(session, rows)
    return table.fieldsOfEvent === undefined ? rows : this.withFields(session, table.fieldsOfEvent, rows)
  }

  private async withItems(session: Session, rows: readonly HistoryRow[]): Promise<HistoryRow[]> {
    let whole = [...rows]
    for (const { list, select } of this.lists) {
      const places = rows.flatMap((row, place) => (countKept(row, list) === null ? [] : [place]))
      if (places.length === 0) continue
      const wanted = places.map((place) => rows[place] as HistoryRow)
      const found = await session.values(select, [
        places,
        wanted.map(({ sequence }) => Number(sequence)),
        wanted.map((row) => firstPosition(row, list)),
        list.of.positionsOfEvent,
      ])
      const items = new Map<number, KeptRow[]>(places.map((place) => [place, []]))
      for (const [place, ...values] of found) items.get(Number(place))?.push(values)
      whole = whole.map((row, place) => {
        const own = items.get(place)
        return own === undefined ? row : withItems(this.file, row, list, own)
      })
    }
    return whole
  }

  private async withFields(
    session: Session,
    fields: Readonly<Record<string, string>>,
    rows: readonly HistoryRow[],
  ): Promise<HistoryRow[]> {
    const found = await session.values(this.selectEvents, [
      rows.map((_, place) => place),
      rows.map(({ sequence }) => Number(sequence)),
      rows.map(({ position }) => Number(position)),
    ])
    const kept = new Map(found.map(([place, ...event]): [number, SqlValue[]] => [Number(place), event]))
    const { events } = this
    return rows.map((row, place) => withFields(this.file, fields, row, { events, event: kept.get(place) }))
  }
}
