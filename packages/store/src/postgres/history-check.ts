/** Whether the rows of history are those that the events of the journal make, and no others. */
import type { Event } from '@stemma/core/image'
import { Comparison, sumDamage } from '../history/comparison.js'
import { KeptRows } from '../history/kept-rows.js'
import type { Damage, StoreSchema } from '../port.js'
import { type RecordRow, soundEventsOf } from '../record/checked.js'
import { HistoryDigests } from '../tables/history-digests.js'
import type { SqlValue } from '../tables/row-values.js'
import type { TablesMeta } from './meta.js'
import { journalName, type PostgresPlace, tablesName } from './place.js'
import { recordsAfter } from './records.js'
import { rowsOfLists } from './schema.js'
import type { Session } from './session.js'

/** Named one by one only so far. */
const DAMAGED_ROWS_MAX = 100

/** Damage of the history of tables. What the chain says of the records that it was made of is not said again. */
export async function historyDamage(
  session: Session,
  place: PostgresPlace,
  schema: StoreSchema,
  meta: TablesMeta,
): Promise<readonly Damage[]> {
  const checks = schema.history.map((table) => new TableCheck(new Comparison(new KeptRows(table, schema))))
  const reached = Number(meta.reached)
  for await (const rows of recordsAfter(session, place, 0)) {
    const made = rows.filter(({ batch }) => batch <= reached)
    const events = made.flatMap((row) => soundEventsOf(journalName(place), row))
    for (const check of checks) await check.take(session, events)
    if ((rows.at(-1) as RecordRow).batch >= reached) break
  }
  const digests = HistoryDigests.in(meta.history_digests)
  const found: Damage[] = []
  for (const check of checks) found.push(...(await check.found(session, tablesName(place), digests)))
  return found.slice(0, DAMAGED_ROWS_MAX)
}

class TableCheck {
  private readonly select: string

  constructor(private readonly comparison: Comparison) {
    const { table, columns, keyPlaces, name, names } = comparison.kept
    const wanted = table.key.map((_, index) => `key_${index}`)
    const isWanted = keyPlaces.map((place, index) => `kept.${names[place]} = wanted.${wanted[index]}`)
    const kinds = keyPlaces.map((place) => (columns[place] as (typeof columns)[number]).kind)
    this.select = `SELECT ${names.map((column) => `kept.${column}`).join(', ')}
      FROM ${name} AS kept JOIN (${rowsOfLists(kinds)}) AS wanted (${wanted.join(', ')}) ON ${isWanted.join(' AND ')}`
  }

  async take(session: Session, events: readonly Event[]): Promise<void> {
    const { comparison } = this
    const expected = comparison.expected(events)
    if (expected.size === 0) return
    const keys = [...expected.values()].map((row) => comparison.kept.keyOf(row))
    const lists = comparison.kept.keyPlaces.map((_, index) => keys.map((key) => key[index] as SqlValue))
    comparison.compare(expected, await session.values(this.select, lists))
  }

  async found(session: Session, file: string, digests: HistoryDigests): Promise<readonly Damage[]> {
    const { kept } = this.comparison
    const [row] = await session.values(`SELECT CAST(COALESCE(SUM(row_digest), 0) AS TEXT) FROM ${kept.name}`)
    const sums = { kept: digests.of(kept.table.name), found: BigInt(row?.[0] as string) }
    return [...this.comparison.damage(file), ...sumDamage(file, this.comparison, sums)]
  }
}
