/**
 * Migrations of the journal file. They only go forward, one transaction each; the number of those that ran is the data
 * version in its `meta`. Records are never rewritten by one: what is in them is upgraded when they are read. The tables
 * need none, since they are made anew from the journal when they were made for another schema.
 */
import type Database from 'better-sqlite3'
import { readMeta, writeMeta } from './meta.js'

interface Migration {
  readonly note: string
  readonly sql: string
}

const MIGRATIONS: readonly Migration[] = [
  {
    note: 'The records of a book, one row for each batch; hashes of the parts stay when a part is dropped.',
    sql: `CREATE TABLE records (
      batch INTEGER PRIMARY KEY, book INTEGER NOT NULL, epoch INTEGER NOT NULL, version INTEGER NOT NULL,
      first_sequence INTEGER NOT NULL, last_sequence INTEGER NOT NULL,
      head BLOB NOT NULL, events BLOB NOT NULL, images BLOB NOT NULL, results BLOB NOT NULL,
      events_hash TEXT NOT NULL, images_hash TEXT NOT NULL, results_hash TEXT NOT NULL, hash TEXT NOT NULL
    ) STRICT`,
  },
  {
    note: 'The whole image as it was after a record, in parts, for what is dropped behind it.',
    sql: `CREATE TABLE snapshots (
      batch INTEGER NOT NULL, part INTEGER NOT NULL, version INTEGER NOT NULL, head BLOB NOT NULL,
      images BLOB NOT NULL, PRIMARY KEY (batch, part)
    ) STRICT`,
  },
]

/** What this version writes. A data directory of a newer one is refused. */
export const DATA_VERSION = MIGRATIONS.length

const META = 'CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT'

/** Brings a journal, fresh ones included, to the data version of this program. */
export function migrate(journal: Database.Database, migrations = MIGRATIONS): void {
  journal.exec(META)
  for (let version = dataVersionOf(journal); version < migrations.length; version += 1) {
    journal.transaction(() => {
      journal.exec((migrations[version] as Migration).sql)
      writeMeta(journal, { data_version: String(version + 1) }, 'meta')
    })()
  }
}

export const dataVersionOf = (journal: Database.Database): number =>
  Number(readMeta(journal, 'data_version', 'meta') ?? '0')
