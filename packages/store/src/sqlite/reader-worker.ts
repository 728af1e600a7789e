/** A reader's thread: history reads and checks of what is on the disk, so that neither takes the engine's time. */
import { existsSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import type { HistoryQuery } from '@stemma/core/image'
import type { ChainReport, Damage, StoreSchema } from '../port.js'
import { loadSchema, type SchemaSource } from '../schema-source.js'
import { type Files, openToRead, reading } from './files.js'
import { Reader } from './reader.js'
import { isMadeFor } from './schema.js'
import { tableDamage } from './table-digest.js'
import { verifyChain } from './verify.js'
import { serveCalls } from './worker-link.js'

export interface FindCall {
  readonly table: string
  readonly query: HistoryQuery
}

export interface ReaderStart extends SchemaSource {
  readonly files: Files
}

serveCalls(async () => {
  const { files, ...source } = workerData as ReaderStart
  const schema = await loadSchema(source)
  let reader: Reader | null = null
  // Both files are there once the book is loaded; nobody reads before.
  const opened = (): Reader => {
    reader ??= new Reader(schema, openToRead(files.journal), openToRead(files.tables))
    return reader
  }
  return {
    find: ({ table, query }: FindCall) => opened().find(table, query),
    resultOf: (sequence: number) => opened().resultOf(sequence),
    damagedRows: () => damagedRows(files, schema),
    verify: (): ChainReport => verifyChain(files, schema),
  }
})

/** Damaged rows of tables that a start wants to load; none where it has to make them anew. */
function damagedRows({ tables: file }: Files, schema: StoreSchema): Damage[] {
  if (!existsSync(file)) return []
  const tables = openToRead(file)
  try {
    return reading(file, () => (isMadeFor(tables, schema) ? tableDamage(file, tables, schema) : []))
  } finally {
    tables.close()
  }
}
