/**
 * SQL of the tables: one ordinary table for each primary table of the image, and one for each history table, in a
 * schema of the book, so that an analyst can query them. Amounts are whole counts of 10^-scale. Structured values are
 * JSON text. Text is ordered by its bytes, whatever language the database is set to.
 */
import type { ColumnMeaning, HistoryColumn, HistoryTable } from '@stemma/core/image'
import { columnsKept } from '../history/event-items.js'
import type { StoreSchema, TableShape } from '../port.js'
import { CHAIN_START, sha256 } from '../record/chain.js'
import { FORMAT_VERSION } from '../record/upgrades.js'
import { HistoryDigests } from '../tables/history-digests.js'
import { historyName, quoted, snakeCase } from '../tables/names.js'
import type { SqlValue } from '../tables/row-values.js'
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

/** Rows as such parameters. */
export const listsOf = (rows: readonly (readonly SqlValue[])[], width: number): SqlValue[][] =>
  Array.from({ length: width }, (_, place) => rows.map((row) => row[place] as SqlValue))

/** New values of many rows that are there, in one statement: the parameters are lists, one for each of `columns`. */
export function updateOfLists(
  table: string,
  key: readonly string[],
  columns: readonly HistoryColumn[],
): string {
  const others = columns.filter(({ name }) => !key.includes(name)).map(({ name }) => quoted(name))
  return `UPDATE ${table} AS kept SET ${others.map((name) => `${name} = changed.${name}`).join(', ')}
    FROM (${rowsOfLists(columns.map(({ kind }) => kind))})
      AS changed (${columns.map(({ name }) => quoted(name)).join(', ')})
    WHERE ${key.map((name) => `kept.${quoted(name)} = changed.${quoted(name)}`).join(' AND ')}`
}

const column = ({ name, kind }: HistoryColumn): string => `${quoted(name)} ${TYPES[kind]}`

function primaryTable({ name, columns }: TableShape): string[] {
  const table = quoted(name)
  const kept = columns.map(column).join(', ')
  return [
    `CREATE TABLE ${table} (id BIGINT PRIMARY KEY, ${kept}, row_digest BIGINT NOT NULL)`,
    ...columns
      .filter(({ meaning }) => meaning === 'reference')
      .map((reference) => index(`${name}_by_${reference.name}`, table, [reference.name])),
    commentOn(table, `Current state of the ${inWords(name)}, some seconds behind the journal.`),
    digestComment(table),
    ...commentsOn(table, columns),
  ]
}

function historyTable(table: HistoryTable): string[] {
  const name = historyName(table)
  const columns = columnsKept(table)
  const key = table.key.map(quoted).join(', ')
  return [
    `CREATE TABLE ${name} (${columns.map(column).join(', ')}, row_digest BIGINT NOT NULL, PRIMARY KEY (${key}))`,
    ...table.indexes.map((found, place) => index(`history_${table.name}_${place}`, name, found)),
    commentOn(name, `History of the ${inWords(table.name)}, for ever, some seconds behind the journal.`),
    digestComment(name),
    ...commentsOn(name, columns),
  ]
}

/** What is absent is never looked for by an index. */
const index = (name: string, table: string, columns: readonly string[]): string =>
  `CREATE INDEX ${quoted(name)} ON ${table} (${columns.map(quoted).join(', ')}) WHERE ${quoted(columns[0] as string)} IS NOT NULL`

const inWords = (name: string): string => snakeCase(name).replaceAll('_', ' ')

const commentOn = (table: string, says: string): string => `COMMENT ON TABLE ${table} IS '${says}'`

const digestComment = (table: string): string =>
  `COMMENT ON COLUMN ${table}.row_digest IS 'For noticing damage, and nothing else.'`

const commentsOn = (table: string, columns: readonly DescribedColumn[]): string[] =>
  columns.flatMap((described) => {
    const says = meaningOf(described)
    return says === null ? [] : [`COMMENT ON COLUMN ${table}.${quoted(described.name)} IS '${says}'`]
  })

type DescribedColumn = HistoryColumn & { readonly meaning?: ColumnMeaning }

/** Of columns that do not explain themselves. */
function meaningOf({ name, kind, meaning }: DescribedColumn): string | null {
  if (kind === 'amount') return 'A whole count of 10^-scale of its currency, price or quantity.'
  if (kind === 'json') return 'JSON text; {"$": "12"} in it is a whole number of any width.'
  if (kind !== 'number') return null
  if (meaning === 'reference')
    return 'The id of a row of another table, without the kind that the API shows before it.'
  return /^time$|(?:At|_at)$/.test(name) ? 'Microseconds since 1970-01-01T00:00:00Z.' : null
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
      history_digests: new HistoryDigests().text(),
    })
  })
}
