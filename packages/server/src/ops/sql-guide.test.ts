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
  expect(QUERIES.length).toBe(11)
})

test.each(QUERIES)('%s', async (_title, query) => {
  expect((await ask(query)).length).toBeGreaterThan(0)
})

test('the trial balance is nothing in every currency', async () => {
  const query = QUERIES.find(([title]) => title === 'The trial balance')?.[1] ?? ''
  const rows = await ask(query)
  expect(rows.map(({ currency }) => currency)).toEqual(['BTC', 'DKK', 'ETH', 'EUR', 'USD', 'USDC'])
  for (const { total } of rows) expect(Number(total)).toBe(0)
})

test('the tables say what they mean', async () => {
  const comments = await database.query<{ says: string | null }>(
    "SELECT obj_description(relation::regclass) AS says FROM unnest(ARRAY['book_0.accounts', 'book_0.history_entries']) AS relation",
  )
  expect(comments.map(({ says }) => says)).toEqual([
    'Current state of the accounts, some seconds behind the journal.',
    'History of the entries, for ever, some seconds behind the journal.',
  ])
  // An account belongs to a party: its number is looked for by an index.
  const [found] = await database.query<{ indexdef: string }>(
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'book_0' AND indexname = 'accounts_by_party'",
  )
  expect(found?.indexdef).toContain('(party) WHERE (party IS NOT NULL)')
})
