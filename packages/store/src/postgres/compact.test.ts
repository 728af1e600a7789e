import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describeCompacting, type JournalUnderTest } from '../compact-suite.js'
import { TEST_SCHEMA, TEST_SOURCE } from '../testing/book.js'
import { temporaryDirectory } from '../testing/data-directory.js'
import { createTestDatabase } from '../testing/test-database.js'
import { PostgresStore } from './postgres-store.js'

async function inDatabase(): Promise<JournalUnderTest> {
  const database = await createTestDatabase()
  const folder = temporaryDirectory()
  const forEachTable = (...statements: string[]): Promise<unknown> =>
    database.query(`DO $$ DECLARE each record; BEGIN
      FOR each IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'book_0' LOOP
        ${statements.map((statement) => `EXECUTE format('${statement}', each.name);`).join('\n')}
      END LOOP;
    END $$`)
  return {
    at: { databaseUrl: database.url, book: 0 },
    freshPath: join(folder, 'backup'),
    open: () => new PostgresStore({ url: database.url, book: 0, schema: TEST_SCHEMA, ...TEST_SOURCE }),
    edit: async (statement) => {
      await database.query(`SET search_path TO stemma_journal; ${statement}`)
    },
    bytes: (hex) => `'\\x${hex}'::bytea`,
    imagesDropped: async () => {
      const rows = await database.query<{ batch: number }>(
        'SELECT batch::int FROM stemma_journal.records WHERE octet_length(images) = 0 ORDER BY batch',
      )
      return rows.map(({ batch }) => batch)
    },
    removeTables: async () => {
      await database.query('DROP SCHEMA book_0 CASCADE')
    },
    keepTables: async () => {
      await database.query('CREATE SCHEMA old')
      await forEachTable('CREATE TABLE old.%1$I AS TABLE book_0.%1$I')
    },
    bringTablesBack: async () => {
      await forEachTable('TRUNCATE book_0.%1$I', 'INSERT INTO book_0.%1$I SELECT * FROM old.%1$I')
    },
    another: inDatabase,
    clean: async () => {
      rmSync(folder, { recursive: true })
      await database.drop()
    },
  }
}

describeCompacting('PostgreSQL', inDatabase)
