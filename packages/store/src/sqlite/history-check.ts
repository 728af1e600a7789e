/** Whether the rows of history are those that the events of the journal make, and no others. */
import type { Event } from '@stemma/core/image'
import type Database from 'better-sqlite3'
import { Comparison, sumDamage } from '../history/comparison.js'
import { type KeptRow, KeptRows } from '../history/kept-rows.js'
import type { Damage, StoreSchema } from '../port.js'
import { type RecordRow, soundEventsOf } from '../record/checked.js'
import { HistoryDigests } from '../tables/history-digests.js'
import { quoted } from '../tables/names.js'
import { reachedBy } from './follower.js'
import { readMeta } from './meta.js'
import { someRowsAfter } from './records.js'

/** Named one by one only so far. */
const DAMAGED_ROWS_MAX = 100

/** Records whose events are compared together. */
const AT_ONCE = { records: 1_000, bytes: 8 * 2 ** 20 }

/** Damage of the history of tables. What the chain says of the records that it was made of is not said again. */
export function historyDamage(
  journal: Database.Database,
  tables: Database.Database,
  schema: StoreSchema,
): readonly Damage[] {
  const checks = schema.history.map(
    (table) => new TableCheck(tables, new Comparison(new KeptRows(table, schema))),
  )
  for (const events of eventsUpTo(journal, reachedBy(tables).batch))
    for (const check of checks) check.take(events)
  const digests = HistoryDigests.in(readMeta(tables, 'history_digests'))
  return checks.flatMap((check) => check.found(digests)).slice(0, DAMAGED_ROWS_MAX)
}

/** As far as the journal can be read: what is wrong with it is said elsewhere. */
function* eventsUpTo(journal: Database.Database, reached: number): IterableIterator<readonly Event[]> {
  for (let read = 0; read < reached; ) {
    const rows = someRows(journal, read).filter(({ batch }) => batch <= reached)
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows.flatMap((row) => soundEventsOf(journal.name, row))
    read = last.batch
  }
}

function someRows(journal: Database.Database, behind: number): readonly RecordRow[] {
  try {
    return someRowsAfter(journal, behind, AT_ONCE)
  } catch {
    return []
  }
}

class TableCheck {
  private readonly select: Database.Statement

  constructor(
    private readonly tables: Database.Database,
    private readonly comparison: Comparison,
  ) {
    const { table, name, names } = comparison.kept
    const isKey = table.key.map((column) => `${quoted(column)} = ?`).join(' AND ')
    this.select = tables
      .prepare(`SELECT ${names.join(', ')} FROM ${name} WHERE ${isKey}`)
      .raw()
      .safeIntegers()
  }

  take(events: readonly Event[]): void {
    const { comparison, select } = this
    const expected = comparison.expected(events)
    const rows = [...expected.values()].flatMap((row) => {
      const found = select.get(...comparison.kept.keyOf(row)) as KeptRow | undefined
      return found === undefined ? [] : [found]
    })
    comparison.compare(expected, rows)
  }

  found(digests: HistoryDigests): readonly Damage[] {
    const { comparison, tables } = this
    const { kept } = comparison
    const sums = { kept: digests.of(kept.table.name), found: this.sum() }
    return [...comparison.damage(tables.name), ...sumDamage(tables.name, comparison, sums)]
  }

  /** In halves, since SQLite does not add up beyond 64 bits. */
  private sum(): bigint {
    const { name } = this.comparison.kept
    const halves = 'COALESCE(SUM(row_digest >> 32), 0), COALESCE(SUM(row_digest & 4294967295), 0)'
    const select = this.tables.prepare(`SELECT ${halves} FROM ${name}`).raw().safeIntegers()
    const [upper, lower] = select.get() as [bigint, bigint]
    return (upper << 32n) + lower
  }
}
