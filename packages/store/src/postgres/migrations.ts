/**
 * The schema of the journals, shared by the books of a database. Its steps only go forward, one transaction each; the
 * number of those that were taken is its data version. Records are never rewritten by one.
 */

import { StoreRefusal } from '../port.js'
import { CHAIN_START } from '../record/chain.js'
import { JOURNAL, journalName, type PostgresPlace } from './place.js'
import { codeOf, type Session } from './session.js'

interface Migration {
  readonly note: string
  readonly statements: readonly string[]
}

const MIGRATIONS: readonly Migration[] = [
  {
    note: 'The records of the books, one row for each batch; and who writes each book.',
    statements: [
      `CREATE TABLE ${JOURNAL}.records (
        book BIGINT NOT NULL, batch BIGINT NOT NULL, epoch BIGINT NOT NULL, version BIGINT NOT NULL,
        first_sequence BIGINT NOT NULL, last_sequence BIGINT NOT NULL,
        head BYTEA NOT NULL, events BYTEA NOT NULL, images BYTEA NOT NULL, results BYTEA NOT NULL,
        events_hash TEXT NOT NULL, images_hash TEXT NOT NULL, results_hash TEXT NOT NULL, hash TEXT NOT NULL,
        PRIMARY KEY (book, batch)
      )`,
      `CREATE INDEX records_by_sequence ON ${JOURNAL}.records (book, last_sequence)`,
      `COMMENT ON TABLE ${JOURNAL}.records IS 'The journal: one record for each batch, chained by hashes; cannot be replaced.'`,
      `CREATE TABLE ${JOURNAL}.writer (
        book BIGINT PRIMARY KEY, epoch BIGINT NOT NULL, renewals BIGINT NOT NULL, address TEXT, claim TEXT,
        batch BIGINT NOT NULL, hash TEXT NOT NULL
      )`,
      `COMMENT ON TABLE ${JOURNAL}.writer IS 'Who writes each book, and the last record that the writer has said it wrote.'`,
    ],
  },
  {
    note: 'The wrapped keys of parties, beside the journal and never in it.',
    statements: [
      `CREATE TABLE ${JOURNAL}.party_keys (
        book BIGINT NOT NULL, name TEXT NOT NULL, wrapped_key TEXT NOT NULL, PRIMARY KEY (book, name)
      )`,
      `COMMENT ON TABLE ${JOURNAL}.party_keys IS 'Wrapped keys of parties; a row that is deleted erases what was sealed with it.'`,
    ],
  },
  {
    note: 'The whole image as it was after a record, in parts, for what is dropped behind it.',
    statements: [
      `CREATE TABLE ${JOURNAL}.snapshots (
        book BIGINT NOT NULL, batch BIGINT NOT NULL, part BIGINT NOT NULL, version BIGINT NOT NULL,
        head BYTEA NOT NULL, images BYTEA NOT NULL, PRIMARY KEY (book, batch, part)
      )`,
      `COMMENT ON TABLE ${JOURNAL}.snapshots IS 'The whole state after a record, which stands in for images and results that were dropped; cannot be replaced.'`,
    ],
  },
]

/** What this version writes. A newer one is refused. */
const DATA_VERSION = MIGRATIONS.length

/** Another process makes the same at the same time: a key, a schema or a table is there already. */
const RACES: readonly (string | undefined)[] = ['23505', '42P06', '42P07']

/** Makes the journal's tables on the first start, and the book's row of who writes. Throws StoreRefusal. */
export async function prepareJournal(session: Session, place: PostgresPlace): Promise<void> {
  await checkEncoding(session, place)
  for (let version = await versionOf(session); version < DATA_VERSION; version = await versionOf(session)) {
    try {
      await migrate(session, version)
    } catch (error) {
      if (!RACES.includes(codeOf(error))) throw error
    }
  }
  await checkVersion(session, place)
  // Where the row was lost, the epochs of the records go on.
  await session.query(
    `INSERT INTO ${JOURNAL}.writer (book, epoch, renewals, batch, hash)
      SELECT $1::bigint, COALESCE(MAX(epoch), 0), 0, 0, $2::text FROM ${JOURNAL}.records WHERE book = $1
      ON CONFLICT (book) DO NOTHING`,
    [place.book, CHAIN_START],
  )
}

async function migrate(session: Session, version: number): Promise<void> {
  const { statements } = MIGRATIONS[version] as Migration
  await session.writing(async () => {
    await session.statements([
      `CREATE SCHEMA IF NOT EXISTS ${JOURNAL}`,
      `CREATE TABLE IF NOT EXISTS ${JOURNAL}.meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)`,
      ...statements,
      'SELECT 1',
    ])
    await session.query(
      `INSERT INTO ${JOURNAL}.meta (name, value) VALUES ('data_version', $1)
        ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value`,
      [String(version + 1)],
    )
  })
}

async function versionOf(session: Session): Promise<number> {
  if (!(await hasTable(session, JOURNAL, 'meta'))) return 0
  const { rows } = await session.query<{ value: string }>(
    `SELECT value FROM ${JOURNAL}.meta WHERE name = 'data_version'`,
  )
  return Number(rows[0]?.value ?? 0)
}

export async function hasTable(session: Session, schema: string, table: string): Promise<boolean> {
  const { rows } = await session.query<{ is_there: number }>(
    'SELECT to_regclass($1) IS NOT NULL AS is_there',
    [`${schema}.${table}`],
  )
  return rows[0]?.is_there === 1
}

async function checkVersion(session: Session, place: PostgresPlace): Promise<void> {
  const version = await versionOf(session)
  if (version <= DATA_VERSION) return
  const file = journalName(place)
  const message = `${file} was written by data version ${version}; this version reads up to ${DATA_VERSION}`
  throw new StoreRefusal('newer_version', message, { file })
}

async function checkEncoding(session: Session, place: PostgresPlace): Promise<void> {
  const { rows } = await session.query<{ server_encoding: string }>('SHOW server_encoding')
  const encoding = rows[0]?.server_encoding
  if (encoding === 'UTF8') return
  const file = journalName(place)
  throw new StoreRefusal('unusable', `${file}: expected a database with encoding UTF8, was ${encoding}`, {
    file,
  })
}
