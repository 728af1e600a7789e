/** The reader's thread: answers history reads and walks the chain, so that neither takes the engine's time. */
import { existsSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import type { HistoryQuery, HistoryTable, Plain } from '@stemma/core/image'
import type Database from 'better-sqlite3'
import type { ChainReport, StoreSchema } from '../port.js'
import { CHAIN_START } from '../record/chain.js'
import { openToRead } from './files.js'
import type { FollowerStart } from './follower-worker.js'
import { readMeta } from './meta.js'
import { findStatement } from './query.js'
import { chainFaults } from './records.js'
import { fromSql, rowDigest, type SqlValue, sumDigests } from './row-values.js'
import { quoted } from './schema.js'
import { serveCalls } from './worker-link.js'

const start = workerData as FollowerStart
const module = (await import(start.schemaModule)) as Record<string, StoreSchema>
const schema = module[start.schemaExport] as StoreSchema
let tables: Database.Database | null = null

/** The follower makes the file; until then there is nothing in it to read. */
function opened(): Database.Database | null {
  if (tables === null && existsSync(start.tables)) tables = openToRead(start.tables)
  return tables
}

function find({
  table: name,
  query,
}: {
  readonly table: string
  readonly query: HistoryQuery
}): Record<string, Plain>[] {
  const table = schema.history.find((candidate) => candidate.name === name) as HistoryTable
  const database = opened()
  if (database === null) return []
  const { sql, values } = findStatement(table, query)
  const rows = database
    .prepare(sql)
    .raw()
    .safeIntegers()
    .all(...values) as SqlValue[][]
  return rows.map((row) =>
    Object.fromEntries(
      table.columns.map(({ name: column, kind }, index) => [column, fromSql(kind, row[index] as SqlValue)]),
    ),
  )
}

function resultOf(sequence: number): unknown {
  return (
    opened()
      ?.prepare(
        'SELECT sequence, "at", owner, operation, "key", body_hash AS bodyHash, result FROM results WHERE sequence = ?',
      )
      .get(sequence) ?? null
  )
}

function verify(): ChainReport {
  const journal = openToRead(start.journal)
  const { batches, hash, faults } = chainFaults(journal, CHAIN_START)
  journal.close()
  const database = opened()
  return {
    batches,
    hash,
    damage: database === null ? faults : [...faults, ...tableFaults(database, batches)],
  }
}

function tableFaults(database: Database.Database, batches: number): string[] {
  const faults: string[] = []
  const reached = Number(readMeta(database, 'reached') ?? '0')
  if (reached > batches)
    faults.push(`journal: ends at record ${batches}, but the tables were made from record ${reached}`)
  let sum = 0n
  schema.tables.forEach(({ name }, place) => {
    for (const row of database
      .prepare(`SELECT * FROM ${quoted(name)}`)
      .raw()
      .safeIntegers()
      .iterate() as IterableIterator<SqlValue[]>) {
      const kept = row.pop() as bigint
      const fresh = rowDigest(place, row)
      if (BigInt(fresh) !== kept) faults.push(`tables: row ${row[0]} of ${name} does not have its digest`)
      sum = sumDigests(sum, BigInt(fresh))
    }
  })
  if (sum !== BigInt(readMeta(database, 'digest') ?? '0'))
    faults.push('tables: the digest of all rows is not the one that was kept')
  return faults
}

serveCalls({ find, resultOf, verify, close: () => tables?.close() })
