/**
 * SQL of the tables: one ordinary table for each primary table of the image, and one for each history table, so that
 * an analyst can query them. Amounts are whole counts of 10^-scale: integers where they fit 64 bits, text beyond, in a
 * column without affinity so that SQLite never rounds one. Structured values are JSON text.
 */
import type { HistoryColumn, HistoryTable } from '@stemma/core/image'
import type { StoreSchema, TableShape } from '../port.js'

export const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
export const quoted = (name: string): string => `"${snakeCase(name)}"`

const AFFINITY: Readonly<Record<HistoryColumn['kind'], string>> = {
  number: 'INTEGER',
  flag: 'INTEGER',
  text: 'TEXT',
  json: 'TEXT',
  amount: '',
}

const column = ({ name, kind }: HistoryColumn): string => `${quoted(name)} ${AFFINITY[kind]}`.trim()

/** History tables have names of their own beside the primary tables. */
export const historyName = (table: HistoryTable): string => quoted(`history_${table.name}`)

const primaryTable = ({ name, columns }: TableShape): string =>
  `CREATE TABLE ${quoted(name)} (id INTEGER PRIMARY KEY, ${columns.map(column).join(', ')}, row_digest INTEGER NOT NULL)`

function historyTable(table: HistoryTable): string[] {
  const name = historyName(table)
  const key = table.key.map(quoted).join(', ')
  return [
    `CREATE TABLE ${name} (${table.columns.map(column).join(', ')}, PRIMARY KEY (${key})) WITHOUT ROWID`,
    ...table.indexes.map(
      (columns, index) =>
        `CREATE INDEX "history_${table.name}_${index}" ON ${name} (${columns.map(quoted).join(', ')})`,
    ),
  ]
}

const RESULTS = `CREATE TABLE results (sequence INTEGER PRIMARY KEY, "at" INTEGER NOT NULL, owner INTEGER NOT NULL,
  operation TEXT NOT NULL, "key" TEXT NOT NULL, body_hash TEXT NOT NULL, result TEXT NOT NULL)`

/** Every statement that makes the tables, in order. */
export const statementsOf = ({ tables, history }: StoreSchema): string[] => [
  ...tables.map(primaryTable),
  ...history.flatMap(historyTable),
  RESULTS,
  'CREATE INDEX results_at ON results ("at")',
]

/** Says whether tables were made for this schema: where it differs they are made anew from the journal. */
export const fingerprintOf = (schema: StoreSchema): string => statementsOf(schema).join(';\n')
