/**
 * SQL of the tables: one ordinary table for each primary table of the image, and one for each history table, in a
 * schema of the book, so that an analyst can query them. Amounts are whole counts of 10^-scale. Structured values are
 * JSON text. Text is ordered by its bytes, whatever language the database is set to.
 */
import type { HistoryColumn, HistoryTable } from '@stemma/core/image'
import { columnsKept } from '../history/event-items.js'
import type { StoreSchema, TableShape } from '../port.js'
import { CHAIN_START, sha256 } from '../record/chain.js'
import { FORMAT_VERSION } from '../record/upgrades.js'
import { historyName, quoted } from '../tables/names.js'
import { readMeta, TABLES_META, writeMeta } from './meta.js'
import { type PostgresPlace, schemaOf } from './place.js'
import type { Session } from './session.js'

type Kind = HistoryColumn['kind']

const TYPES: Readonly<Record<Kind, string>> = {
  number: 'BIGINT',
  flag: 'BOOLEAN',
  text: 'TEXT COLLATE "C"',
  json: 'TEXT COLLATE "C"',
  amount: 'NUMERIC',
}

/** What a list of values of a kind is called as a parameter. */
const LISTS: Readonly<Record<Kind, string>> = {
  number: 'bigint[]',
  flag: 'boolean[]',
  text: 'text[]',
  json: 'text[]',
  amount: 'numeric[]',
}

/** Many rows in one statement: the parameters are lists, one for each column. */
export const rowsOfLists = (kinds: readonly Kind[]): string =>
  `SELECT * FROM unnest(${kinds.map((kind, index) => `$${index + 1}::${LISTS[kind]}`).join(', ')})`

const column = ({ name, kind }: HistoryColumn): string => `${quoted(name)} ${TYPES[kind]}`

const primaryTable = ({ name, columns }: TableShape): string[] => [
  `CREATE TABLE ${quoted(name)} (id BIGINT PRIMARY KEY, ${columns.map(column).join(', ')}, row_digest BIGINT NOT NULL)`,
]

function historyTable(table: HistoryTable): string[] {
  const name = historyName(table)
  const key = table.key.map(quoted).join(', ')
  return [
    `CREATE TABLE ${name} (${columnsKept(table).map(column).join(', ')}, PRIMARY KEY (${key}))`,
    ...table.indexes.map(
      (columns, index) =>
        `CREATE INDEX "history_${table.name}_${index}" ON ${name} (${columns.map(quoted).join(', ')}) WHERE ${quoted(columns[0] as string)} IS NOT NULL`,
    ),
  ]
}

/** Every statement that makes the tables, in order. */
const statementsOf = ({ tables, history }: StoreSchema): string[] => [
  ...tables.flatMap(primaryTable),
  ...history.flatMap(historyTable),
]

/** Says for which schema and by which upgrades tables were made: where it differs they are made anew. */
export const fingerprintOf = (schema: StoreSchema): string =>
  sha256([`format ${FORMAT_VERSION}`, ...statementsOf(schema)].join(';\n'))

/** Makes the tables, anew where they were made for another schema: the journal holds all that they need. */
export async function makeTables(session: Session, place: PostgresPlace, schema: StoreSchema): Promise<void> {
  const fingerprint = fingerprintOf(schema)
  if ((await readMeta(session, place))?.fingerprint === fingerprint) return
  const book = schemaOf(place)
  await session.writing(async () => {
    await session.statements([`CREATE SCHEMA IF NOT EXISTS ${book}`])
    const { rows } = await session.query<{ table_name: string }>(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = $1 AND table_type = 'BASE TABLE'",
      [book],
    )
    const drops = rows.map(({ table_name: name }) => `DROP TABLE "${name}"`)
    await session.statements([...drops, TABLES_META, ...statementsOf(schema), 'SELECT 1'])
    await writeMeta(session, {
      fingerprint,
      reached: '0',
      reached_hash: CHAIN_START,
      digest: '0',
    })
  })
}
