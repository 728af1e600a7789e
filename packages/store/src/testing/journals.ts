/** Journals of both adapters, each in a place of its own that a test damages and takes the tables away from. */
import { copyFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { JournalPlace } from '../archive/places.js'
import type { Store } from '../port.js'
import { PostgresStore } from '../postgres/postgres-store.js'
import { TEST_SCHEMA, TEST_SOURCE } from './book.js'
import { openTestStore, temporaryDirectory } from './data-directory.js'
import { createTestDatabase } from './test-database.js'

export interface JournalUnderTest {
  readonly at: JournalPlace
  open(): Store
  /** Changes `records` and `snapshots` beside the store. */
  edit(statement: string): Promise<void>
  /** Bytes as SQL writes them. */
  bytes(hex: string): string
  /** The numbers of the records that have no images. */
  imagesDropped(): Promise<readonly number[]>
  removeTables(): Promise<void>
  /** Keeps the tables as they stand, beside a store that has them open and has settled. */
  keepTables(): Promise<void>
  bringTablesBack(): Promise<void>
  /** A path where no file is. */
  readonly freshPath: string
  clean(): Promise<void>
}

export async function journalInDirectory(): Promise<JournalUnderTest> {
  const data = temporaryDirectory()
  const files = (prefix: string): string[] => readdirSync(data).filter((name) => name.startsWith(prefix))
  const copyAs = (from: string, to: string): void => {
    for (const file of files(`${from}.sqlite`))
      copyFileSync(join(data, file), join(data, file.replace(from, to)))
  }
  const removeTables = async (): Promise<void> => {
    for (const file of files('tables.sqlite')) rmSync(join(data, file))
  }
  const onJournal = <Result>(work: (journal: Database.Database) => Result): Result => {
    const journal = new Database(join(data, 'journal.sqlite'))
    try {
      return work(journal)
    } finally {
      journal.close()
    }
  }
  return {
    at: { dataDirectory: data, book: 0 },
    freshPath: join(data, 'backup'),
    open: () => openTestStore(data),
    edit: async (statement) => onJournal((journal) => void journal.exec(statement)),
    bytes: (hex) => `x'${hex}'`,
    imagesDropped: async () =>
      onJournal((journal) =>
        journal.prepare('SELECT batch FROM records WHERE length(images) = 0 ORDER BY batch').pluck().all(),
      ) as number[],
    removeTables,
    // Everything is in the file once no reader has it open any more: a copy of both is a copy of the state.
    keepTables: async () => copyAs('tables', 'old'),
    bringTablesBack: async () => {
      await removeTables()
      copyAs('old', 'tables')
    },
    clean: async () => rmSync(data, { recursive: true }),
  }
}

export async function journalInDatabase(): Promise<JournalUnderTest> {
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
    clean: async () => {
      rmSync(folder, { recursive: true })
      await database.drop()
    },
  }
}
