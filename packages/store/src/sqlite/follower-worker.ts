/**
 * The follower's thread: reads the journal behind the writer and keeps the SQL tables, many records to a transaction.
 * The batch that they have reached, its hash, and the digest of all primary rows are part of the same transaction.
 */
import { workerData } from 'node:worker_threads'
import type { Batch, HistoryRow, HistoryTable } from '@stemma/core/image'
import type Database from 'better-sqlite3'
import type { StoreSchema } from '../port.js'
import { toText } from '../record/plain-text.js'
import { openTables, openToRead } from './files.js'
import { readMeta, writeMeta } from './meta.js'
import { PrimaryWriter } from './primary-writer.js'
import { readRecords } from './records.js'
import { sumDigests, toSql } from './row-values.js'
import { fingerprintOf, historyName, statementsOf } from './schema.js'
import { serveCalls } from './worker-link.js'

export interface FollowerStart {
  readonly journal: string
  readonly tables: string
  /** Module and export that hold the schema: projections are functions and cannot be sent. */
  readonly schemaModule: string
  readonly schemaExport: string
}

export interface Reached {
  readonly reached: number
}

/** Records of one transaction, by count and by bytes of the journal. */
const RECORDS_MAX = 256
const BYTES_MAX = 32 * 2 ** 20

const start = workerData as FollowerStart
const module = (await import(start.schemaModule)) as Record<string, StoreSchema>
const schema = module[start.schemaExport] as StoreSchema
const tables = openTables(start.tables)
makeTables(tables, schema)
const journal = openToRead(start.journal)
const primary = new Map(
  schema.tables.map((shape, place) => [shape.name, new PrimaryWriter(tables, shape, place)]),
)
const history = schema.history.map((table) => ({ table, write: historyWriter(tables, table) }))
const insertResult = tables.prepare('INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?, ?)')
let digest = BigInt(readMeta(tables, 'digest') ?? '0')
let reached = Number(readMeta(tables, 'reached') ?? '0')

const follow = tables.transaction((): boolean => {
  let bytes = 0
  let records = 0
  let last: { batch: number; hash: string; sequence: number } | null = null
  for (const record of readRecords(journal, reached)) {
    write(record.batch)
    last = { batch: record.number, hash: record.hash, sequence: record.batch.head.sequence }
    bytes += record.bytes
    records += 1
    if (records >= RECORDS_MAX || bytes >= BYTES_MAX) break
  }
  if (last === null) return false
  reached = last.batch
  writeMeta(tables, {
    reached: String(last.batch),
    reached_hash: last.hash,
    reached_sequence: String(last.sequence),
    digest: String(digest),
  })
  return true
})

function write(batch: Batch): void {
  for (const images of batch.images) {
    const writer = primary.get(images.table)
    if (writer === undefined) throw new Error(`expected a table that this version knows, was ${images.table}`)
    digest = sumDigests(digest, writer.write(images))
  }
  for (const event of batch.events)
    for (const { table, write } of history) for (const row of table.rows(event)) write(row)
  for (const { sequence, at, owner, operation, key, bodyHash, result } of batch.results) {
    insertResult.run(sequence, at, owner, operation, key, bodyHash, toText(result))
  }
}

const notify = serveCalls({
  /** Follows until the journal has nothing more; says after each transaction how far it came. */
  follow: () => {
    while (follow.immediate()) notify({ reached } satisfies Reached)
    return reached
  },
  close: () => {
    journal.close()
    tables.close()
  },
})
notify({ reached } satisfies Reached)

/** Makes the tables, anew where they were made for another schema: the journal holds all that they need. */
function makeTables(database: Database.Database, wanted: StoreSchema): void {
  const fingerprint = fingerprintOf(wanted)
  if (readMeta(database, 'fingerprint') === fingerprint) return
  database.transaction(() => {
    const names = database
      .prepare(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'stemma_meta'",
      )
      .pluck()
      .all()
    for (const name of names) database.exec(`DROP TABLE "${String(name)}"`)
    for (const statement of statementsOf(wanted)) database.exec(statement)
    database.exec('DELETE FROM stemma_meta')
    writeMeta(database, { fingerprint, reached: '0', digest: '0' })
  })()
}

function historyWriter(database: Database.Database, table: HistoryTable): (row: HistoryRow) => void {
  const marks = table.columns.map(() => '?').join(', ')
  const upsert = database.prepare(`INSERT OR REPLACE INTO ${historyName(table)} VALUES (${marks})`)
  return (row) => {
    upsert.run(...table.columns.map(({ name, kind }) => toSql(kind, row[name] ?? null)))
  }
}
