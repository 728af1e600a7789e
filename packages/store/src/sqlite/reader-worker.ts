/** A reader's thread: history reads and checks of what is on the disk, so that neither takes the engine's time. */
import { workerData } from 'node:worker_threads'
import type { ChainReport, Damage, StoreSchema } from '../port.js'
import { loadSchema, type SchemaSource } from '../schema-source.js'
import type { FindCall } from '../tables/tabled-store.js'
import { serveCalls } from '../worker/worker-link.js'
import { type Files, openToRead, reading, readingJournal, readingTables } from './files.js'
import { Reader } from './reader.js'
import { recordDamage } from './records.js'
import { isMadeFor } from './schema.js'
import { provenSnapshot } from './snapshots.js'
import { tableDamage } from './table-digest.js'
import { verifyChain } from './verify.js'

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
    find: ({ table, query }: FindCall) => reading(files.tables, () => opened().find(table, query)),
    resultOf: (sequence: number) => opened().resultOf(sequence),
    damageAtStart: () => damageAtStart(files, schema),
    close: () => reader?.close(),
    verify: (): ChainReport => verifyChain(files, schema),
  }
})

/**
 * What keeps a start from loading: damaged rows of the tables, or, where those have to be made anew, damage in the
 * journal that they would be made from; for until that is found whole the old ones are not given up.
 */
function damageAtStart(files: Files, schema: StoreSchema): readonly Damage[] {
  const damage = readingTables(files, (tables) =>
    isMadeFor(tables, schema) ? tableDamage(files.tables, tables, schema) : null,
  )
  return (
    damage ??
    readingJournal(files, (journal) =>
      recordDamage(files.journal, journal, provenSnapshot(journal)?.batch ?? 0),
    )
  )
}
