// Every query of the guide to SQL, asked of the demo world.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase, type TestDatabase } from '@stemma/store'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningServer, startServer } from '../server.js'
import { readConfiguration } from './configuration.js'

const GUIDE = readFileSync(new URL('../../../../docs/operating/sql.md', import.meta.url), 'utf8')
const QUERIES = [...GUIDE.matchAll(/^## ([^\n]+)\n(?:(?!^## )[\s\S])*?```sql\n([\s\S]*?)```/gm)].map(
  ([, title = '', query = '']) => [title, query] as const,
)

const directory = mkdtempSync(join(tmpdir(), 'stemma-sql-'))
let database: TestDatabase
let server: RunningServer

beforeAll(async () => {
  database = await createTestDatabase()
  const variables = {
    STEMMA_PORT: '0',
    STEMMA_GRPC_PORT: '0',
    STEMMA_DATA: directory,
    STEMMA_DEMO: '1',
    STEMMA_STORE: database.url,
    STEMMA_LOG_LEVEL: 'silent',
  }
  server = await startServer({ configuration: readConfiguration(variables) })
  await server.store.settled()
})

afterAll(async () => {
  await server.stop()
  await database.drop()
  rmSync(directory, { recursive: true })
})

async function ask(query: string): Promise<Record<string, unknown>[]> {
  const client = await database.connect()
  try {
    await client.query('SET search_path TO book_0')
    return (await client.query(query)).rows
  } finally {
    await client.end()
  }
}

test('the guide has its queries', () => {
  expect(QUERIES.length).toBe(12)
})

test.each(QUERIES)('%s', async (_title, query) => {
  expect((await ask(query)).length).toBeGreaterThan(0)
})

const answerOf = (wanted: string): Promise<Record<string, unknown>[]> =>
  ask(QUERIES.find(([title]) => title === wanted)?.[1] ?? '')

test('the trial balance is nothing in every currency', async () => {
  const rows = await answerOf('The trial balance')
  expect(rows.map(({ currency }) => currency)).toEqual(['BTC', 'DKK', 'ETH', 'EUR', 'USD', 'USDC'])
  for (const { total } of rows) expect(Number(total)).toBe(0)
})

test('entries add up to the balances that the book has', async () => {
  const { balances } = server.engine.rooms.ledger
  const expected = [...balances.each()]
    .filter((row) => balances.currency.get(row) === 'USD')
    .map((row): [number, bigint] => [
      balances.account.get(row),
      balances.credits.get(row) - balances.debits.get(row),
    ])
    .filter(([, amount]) => amount !== 0n)
  const rows = await answerOf('Balances as of the end of a day')
  const shown = rows.map(({ account, amount }) => [Number(account), BigInt(Math.round(Number(amount) * 1e6))])
  expect(shown).toEqual(expected.sort(([one], [other]) => one - other))
})

test('every table says what it holds', async () => {
  const comments = await database.query<{ name: string; says: string | null }>(
    `SELECT format('%s.%s', schemaname, tablename) AS name, obj_description(format('%I.%I', schemaname, tablename)::regclass) AS says
      FROM pg_tables WHERE schemaname IN ('book_0', 'stemma_journal') ORDER BY name`,
  )
  // What the store keeps for itself, and nobody asks about.
  const own = ['book_0.stemma_meta', 'stemma_journal.meta']
  expect(comments.filter(({ says }) => says === null).map(({ name }) => name)).toEqual(own)
  expect(comments).toContainEqual({
    name: 'book_0.accounts',
    says: 'Current state of the accounts, some seconds behind the journal.',
  })
  expect(comments).toContainEqual({
    name: 'book_0.history_entries',
    says: 'History of the entries, for ever, some seconds behind the journal.',
  })
})

interface Column {
  readonly table: string
  readonly name: string
  readonly type: string
  readonly says: string | null
}

const columns = (): Promise<Column[]> =>
  database.query<Column>(
    `SELECT table_name AS table, column_name AS name, data_type AS type,
        col_description(format('%I.%I', table_schema, table_name)::regclass, ordinal_position) AS says
      FROM information_schema.columns WHERE table_schema = 'book_0' AND table_name <> 'stemma_meta'`,
  )

test('no column holds a number that could be rounded, and amounts of any width are numeric', async () => {
  const all = await columns()
  expect([...new Set(all.map(({ type }) => type))].sort()).toEqual(['bigint', 'boolean', 'numeric', 'text'])
  const numeric = all.filter(({ type }) => type === 'numeric')
  for (const { table, name, says } of numeric)
    expect([table, name, says]).toEqual([table, name, expect.stringContaining('A whole count of 10^-scale')])
  for (const name of ['credits', 'debits', 'held'])
    expect(numeric).toContainEqual(expect.objectContaining({ table: 'balances', name }))
})

test('every column that refers to a row of another table is found by an index, as a foreign key would be', async () => {
  const indexes = await database.query<{ indexdef: string }>(
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'book_0'",
  )
  const references = (await columns()).filter(({ says }) => says?.startsWith('The id of a row') === true)
  expect(references).toContainEqual(expect.objectContaining({ table: 'accounts', name: 'party' }))
  const isFound = ({ table, name }: Column): boolean =>
    indexes.some(({ indexdef }) =>
      new RegExp(` ON book_0\\."?${table}"? .*\\("?${name}"?[,)]`).test(indexdef),
    )
  expect(references.filter((column) => !isFound(column))).toEqual([])
})
