/** A database of its own for a test file, on the PostgreSQL of the test run. */
import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import pg from 'pg'

export interface TestDatabase {
  readonly url: string
  /** Runs a statement as somebody beside the store. */
  query<Row>(statement: string, values?: readonly unknown[]): Promise<Row[]>
  /** A connection beside the store, which the caller ends. `pipeline`: statements do not wait for the answers before. */
  connect(options?: { readonly pipeline?: boolean }): Promise<pg.Client>
  drop(): Promise<void>
}

/** `isolation`: what transactions are that do not say. */
export async function createTestDatabase(isolation = 'read committed'): Promise<TestDatabase> {
  const server = await serverUrl()
  const name = `stemma_test_${randomUUID().replaceAll('-', '')}`
  await runOn(server, `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`)
  await runOn(server, `ALTER DATABASE ${name} SET default_transaction_isolation TO '${isolation}'`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return {
    url: url.href,
    query: (statement, values) => runOn(url.href, statement, values),
    connect: (options) => connected(url.href, options),
    drop: async () => {
      await runOn(server, `DROP DATABASE ${name} WITH (FORCE)`)
    },
  }
}

async function runOn<Row>(url: string, statement: string, values: readonly unknown[] = []): Promise<Row[]> {
  const client = await connected(url)
  try {
    return (await client.query(statement, [...values])).rows as Row[]
  } finally {
    await client.end()
  }
}

/** A connection to a database that somebody else made; the caller ends it. */
export async function connected(
  url: string,
  options: { readonly pipeline?: boolean } = {},
): Promise<pg.Client> {
  // The types of the driver do not know its pipeline yet.
  const client = new pg.Client({ connectionString: url, ...options } as pg.ClientConfig)
  await client.connect()
  return client
}

async function serverUrl(): Promise<string> {
  const given = process.env.STEMMA_TEST_DATABASE_URL
  if (given !== undefined) return given
  const port = process.env.STEMMA_TEST_POSTGRES_PORT
  if (port === undefined)
    throw new Error('expected the PostgreSQL of the test run: start tests with vitest from the root folder')
  const answer = await text(connect(Number(port), '127.0.0.1'))
  if (!answer.startsWith('postgres://')) throw new Error(answer)
  return answer
}
