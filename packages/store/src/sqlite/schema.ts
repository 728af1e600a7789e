/**
 * SQL of the tables: one ordinary table for each primary table of the image, and one for each history table, so that
 * an analyst can query them. Amounts are whole counts of 10^-scale: integers where they fit 64 bits, text beyond, in a
 * column without affinity so that SQLite never rounds one. Structured values are JSON text.
 */
import type { HistoryColumn, HistoryTable } from '@stemma/core/image'
import type Database from 'better-sqlite3'
import { columnsKept } from '../history/event-items.js'
import type { StoreSchema, TableShape } from '../port.js'
import { CHAIN_START } from '../record/chain.js'
import { FORMAT_VERSION } from '../record/upgrades.js'
import { HistoryDigests } from '../tables/history-digests.js'
import { historyName, quoted } from '../tables/names.js'
import { readMeta, TABLES_META, writeMeta } from './meta.js'

const AFFINITY: Readonly<Record<HistoryColumn['kind'], string>> = {
  number: 'INTEGER',
  flag: 'INTEGER',
  text: 'TEXT',
  json: 'TEXT',
  amount: '',
}

const column = ({ name, kind }: HistoryColumn): string => `${quoted(name)} ${AFFINITY[kind]}`.trim()

const primaryTable = ({ name, columns }: TableShape): string =>
  `CREATE TABLE ${quoted(name)} (id INTEGER PRIMARY KEY, ${columns.map(column).join(', ')}, row_digest INTEGER NOT NULL)`

/**
 * Where a key of one number is the row's own, it needs no tree of its own. Nor does a longer key, as long as rows are
 * short: of one that holds a structure, SQLite would move most to a page for itself.
 */
function historyTable(table: HistoryTable): string[] {
  const name = historyName(table)
  const columns = columnsKept(table)
  const [first, second] = table.key.map((key) => columns.find((candidate) => candidate.name === key))
  const isRowNumber = first?.kind === 'number' && second === undefined
  const isShort = columns.every(({ kind }) => kind !== 'json')
  const key = `PRIMARY KEY (${table.key.map(quoted).join(', ')})`
  return [
    `CREATE TABLE ${name} (${columns.map(column).join(', ')}, row_digest INTEGER NOT NULL, ${key})${isShort && !isRowNumber ? ' WITHOUT ROWID' : ''}`,
    ...table.indexes.map(
      (columns, index) =>
        `CREATE INDEX "history_${table.name}_${index}" ON ${name} (${columns.map(quoted).join(', ')}) WHERE ${quoted(columns[0] as string)} IS NOT NULL`,
    ),
  ]
}

/** Every statement that makes the tables, in order. */
const statementsOf = ({ tables, history }: StoreSchema): string[] => [
  ...tables.map(primaryTable),
  ...history.flatMap(historyTable),
]

/**
 * Says whether tables were made for this schema and by these upgrades: where it differs they are made anew. What a
 * projection does is not in it; one that changes says so by a new format or a new column.
 */
const fingerprintOf = (schema: StoreSchema): string =>
  [`format ${FORMAT_VERSION}`, ...statementsOf(schema)].join(';\n')

export const isMadeFor = (tables: Database.Database, schema: StoreSchema): boolean =>
  hasMeta(tables) && readMeta(tables, 'fingerprint') === fingerprintOf(schema)

const hasMeta = (database: Database.Database): boolean =>
  database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'stemma_meta'").get() !== undefined

/** Makes the tables, anew where they were made for another schema: the journal holds all that they need. */
export function makeTables(database: Database.Database, schema: StoreSchema): void {
  if (isMadeFor(database, schema)) return
  database.transaction(() => {
    const names = database
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .pluck()
      .all()
    for (const name of names) database.exec(`DROP TABLE "${String(name)}"`)
    for (const statement of [TABLES_META, ...statementsOf(schema)]) database.exec(statement)
    writeMeta(database, {
      fingerprint: fingerprintOf(schema),
      reached: '0',
      reached_hash: CHAIN_START,
      digest: '0',
      history_digests: new HistoryDigests().text(),
    })
  })()
}
