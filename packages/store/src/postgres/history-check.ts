/**
 * Whether the rows of history are those that the events of the journal make. A row that a later event replaces differs
 * until that event has come, so what differs is kept until the end; that is little, since events of a row come together.
 */
import type { Event, HistoryTable } from '@stemma/core/image'
import { columnsKept, rowsKept } from '../history/event-items.js'
import { keyOf } from '../history/tail.js'
import { type Damage, StoreRefusal, type StoreSchema } from '../port.js'
import type { RecordRow } from '../record/checked.js'
import { eventsOf } from '../record/checked.js'
import { historyName, quoted, snakeCase } from '../tables/names.js'
import { type SqlValue, toSql } from '../tables/row-values.js'
import { journalName, type PostgresPlace, tablesName } from './place.js'
import { recordsAfter } from './records.js'
import { rowsOfLists } from './schema.js'
import type { Session } from './session.js'

/** Named one by one only so far. */
const DAMAGED_ROWS_MAX = 100

/** Damage of the history that was made of the records up to `reached`. What the chain says of them is not said again. */
export async function historyDamage(
  session: Session,
  place: PostgresPlace,
  { history }: StoreSchema,
  reached: number,
): Promise<readonly Damage[]> {
  const checks = history.map((table) => new TableCheck(table, history))
  for await (const rows of recordsAfter(session, place, 0)) {
    const events = rows.filter(({ batch }) => batch <= reached).flatMap((row) => soundEvents(place, row))
    for (const check of checks) await check.take(session, events)
    if ((rows.at(-1) as RecordRow).batch >= reached) break
  }
  return checks.flatMap((check) => check.found(tablesName(place))).slice(0, DAMAGED_ROWS_MAX)
}

function soundEvents(place: PostgresPlace, row: RecordRow): readonly Event[] {
  try {
    return eventsOf(journalName(place), row)
  } catch (error) {
    if (error instanceof StoreRefusal) return []
    throw error
  }
}

class TableCheck {
  private readonly columns: HistoryTable['columns']
  private readonly keyPlaces: readonly number[]
  private readonly select: string
  private readonly differing = new Map<string, readonly SqlValue[]>()

  constructor(
    private readonly table: HistoryTable,
    private readonly history: readonly HistoryTable[],
  ) {
    const columns = columnsKept(table)
    this.columns = columns
    this.keyPlaces = table.key.map((name) => columns.findIndex((column) => column.name === name))
    const wanted = table.key.map((_, index) => `key_${index}`)
    const isWanted = table.key.map((name, index) => `kept.${quoted(name)} = wanted.${wanted[index]}`)
    this.select = `SELECT ${columns.map(({ name }) => `kept.${quoted(name)}`).join(', ')}
      FROM ${historyName(table)} AS kept
      JOIN (${rowsOfLists(this.keyPlaces.map((at) => (columns[at] as HistoryTable['columns'][number]).kind))})
        AS wanted (${wanted.join(', ')}) ON ${isWanted.join(' AND ')}`
  }

  /** Of rows with the same key the last one counts. */
  async take(session: Session, events: readonly Event[]): Promise<void> {
    const expected = new Map<string, readonly SqlValue[]>()
    for (const event of events) {
      for (const row of rowsKept(this.table, event, this.history)) {
        const values = this.columns.map(({ name, kind }) => toSql(kind, row[name] ?? null))
        expected.set(keyOf(this.table, row), values)
      }
    }
    if (expected.size === 0) return
    const keys = [...expected.values()].map((values) => this.keyIn(values))
    const lists = this.keyPlaces.map((_, index) => keys.map((key) => key[index] as SqlValue))
    const found = new Set((await session.values(this.select, lists)).map(textOf))
    for (const [key, values] of expected) {
      if (found.has(textOf(values))) this.differing.delete(key)
      else this.differing.set(key, this.keyIn(values))
    }
  }

  found(file: string): readonly Damage[] {
    const table = `history_${snakeCase(this.table.name)}`
    return [...this.differing.values()].map((key) => {
      const named = key.map(String).join(', ')
      const message = `${file}: row ${named} of ${table} is not what the events of the journal make of it`
      return { file, table, message }
    })
  }

  private keyIn(values: readonly SqlValue[]): readonly SqlValue[] {
    return this.keyPlaces.map((at) => values[at] as SqlValue)
  }
}

/** Whole numbers are read as numbers or as text. */
const textOf = (values: readonly SqlValue[]): string =>
  JSON.stringify(values.map((value) => (value === null ? null : String(value))))
