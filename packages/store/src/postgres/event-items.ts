/**
 * Puts items back into the data of event rows, and fields of that data into other rows: one statement for all of them.
 */
import { EVENTS, type HistoryRow, type HistoryTable } from '@stemma/core/image'
import {
  countKept,
  firstPosition,
  type KeptList,
  keptLists,
  withFields,
  withItems,
} from '../history/event-items.js'
import { historyName, quoted } from '../tables/names.js'
import type { SqlValue } from '../tables/row-values.js'
import type { Session } from './session.js'

const DATA = `SELECT wanted.place, event.data
  FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS wanted (place, sequence, position)
  JOIN ${historyName(EVENTS)} AS event ON event.sequence = wanted.sequence AND event.position = wanted.position`

export class EventItems {
  private readonly lists: readonly { readonly list: KeptList; readonly select: string }[]

  constructor(history: readonly HistoryTable[]) {
    this.lists = keptLists(history).map((list) => ({
      list,
      select: `SELECT wanted.place, ${list.of.columns.map((name) => `item.${quoted(name)}`).join(', ')}
        FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS wanted (place, sequence, first)
        JOIN ${historyName(list.table)} AS item ON item.sequence = wanted.sequence
          AND item.position >= wanted.first AND item.position < wanted.first + $4
        ORDER BY wanted.place, item.position`,
    }))
  }

  /** The rows as their events made them. */
  async restored(
    session: Session,
    table: HistoryTable,
    rows: readonly HistoryRow[],
  ): Promise<readonly HistoryRow[]> {
    if (rows.length === 0) return rows
    if (table.name === EVENTS.name) return this.withItems(session, rows)
    return table.fieldsOfEvent === undefined ? rows : fieldsRestored(session, table.fieldsOfEvent, rows)
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
      const items = new Map<number, SqlValue[][]>(places.map((place) => [place, []]))
      for (const [place, ...values] of found) items.get(Number(place))?.push(values)
      whole = whole.map((row, place) => {
        const own = items.get(place)
        return own === undefined ? row : withItems(row, list, own)
      })
    }
    return whole
  }
}

async function fieldsRestored(
  session: Session,
  fields: NonNullable<HistoryTable['fieldsOfEvent']>,
  rows: readonly HistoryRow[],
): Promise<HistoryRow[]> {
  const found = await session.values(DATA, [
    rows.map((_, place) => place),
    rows.map(({ sequence }) => Number(sequence)),
    rows.map(({ position }) => Number(position)),
  ])
  const data = new Map(found.map(([place, text]) => [Number(place), String(text)]))
  return rows.map((row, place) => withFields(fields, row, data.get(place)))
}
