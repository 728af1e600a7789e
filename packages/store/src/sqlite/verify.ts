/** The walk over all that is on the disk: the chain, the head that is kept apart, and the tables. */
import { existsSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { type ChainReport, type Damage, StoreRefusal, type StoreSchema } from '../port.js'
import type { ChainHead } from '../record/chain.js'
import { type Files, openToRead } from './files.js'
import { reachedBy } from './follower.js'
import { HeadFile } from './head-file.js'
import { historyDamage } from './history-check.js'
import { chainDamage, hashAt, lastHead } from './records.js'
import { isMadeFor } from './schema.js'
import { partsOf, provenSnapshot } from './snapshots.js'
import { tableDamage } from './table-digest.js'

export function verifyChain(files: Files, schema: StoreSchema): ChainReport {
  // What lies behind the journal is read before it: it may go on meanwhile.
  const kept = keptHead(files)
  const tables = existsSync(files.tables) ? openToRead(files.tables) : null
  const journal = openToRead(files.journal)
  try {
    const found: Damage[] = [...kept.damage]
    const ofTables =
      tables === null ? null : inOneRead(tables, () => tablesReport(files, { tables, journal }, schema))
    const snapshot = snapshotReport(files.journal, journal)
    const { head, damage } = chainDamage(files.journal, journal, snapshot.batch)
    found.push(...damage, ...snapshot.damage)
    if (kept.head !== null) found.push(...missingFrom(files, journal, kept.head, files.head))
    if (ofTables?.reached !== undefined)
      found.push(...missingFrom(files, journal, ofTables.reached, files.tables))
    found.push(...(ofTables?.damage ?? []))
    return { batches: head.batch, hash: head.hash, damage: found }
  } finally {
    tables?.close()
    journal.close()
  }
}

/** Damage where the journal does not hold the record that something else was made from. */
export function missingFrom(files: Files, journal: Database.Database, head: ChainHead, by: string): Damage[] {
  const { batch } = head
  const hash = hashAt(journal, batch)
  if (hash === head.hash) return []
  const file = files.journal
  const message =
    hash === undefined
      ? `${file} ends at record ${lastHead(journal).batch}, but ${by} has seen record ${batch}`
      : `${file}: record ${batch} is not the one that ${by} has seen`
  return [{ file, batch, message }]
}

/** The head that is kept apart from the journal, or why there is none. */
export function keptHead({ head: file }: Files): {
  readonly head: ChainHead | null
  readonly damage: Damage[]
} {
  if (!existsSync(file)) return { head: null, damage: [{ file, message: `${file} is missing` }] }
  const head = HeadFile.read(file)
  return head === null
    ? { head, damage: [{ file, message: `${file} cannot be read: neither of its places is whole` }] }
    : { head, damage: [] }
}

/** The record up to which a snapshot stands in, or 0, and what is wrong with it. */
function snapshotReport(
  file: string,
  journal: Database.Database,
): { readonly batch: number; readonly damage: readonly Damage[] } {
  let batch = 0
  try {
    const snapshot = provenSnapshot(journal)
    if (snapshot === null) return { batch, damage: [] }
    batch = snapshot.batch
    for (const _part of partsOf(file, journal, snapshot));
    return { batch, damage: [] }
  } catch (error) {
    const message = error instanceof StoreRefusal ? error.message : unreadable(file, error).message
    return { batch, damage: [{ file, message, ...(batch > 0 ? { batch } : {}) }] }
  }
}

interface TablesReport {
  readonly reached?: ChainHead
  readonly damage: readonly Damage[]
}

function tablesReport(
  { tables: file }: Files,
  { tables, journal }: { readonly tables: Database.Database; readonly journal: Database.Database },
  schema: StoreSchema,
): TablesReport {
  try {
    if (!isMadeFor(tables, schema)) return { damage: [] }
    const damage = [
      ...tableDamage(file, tables, schema),
      ...historyDamage(journal, tables, schema),
      ...indexDamage(file, tables),
    ]
    return { reached: reachedBy(tables), damage }
  } catch (error) {
    return { damage: [unreadable(file, error)] }
  }
}

/** What SQLite itself finds: pages and indexes that do not fit the rows, so that a read would miss some. */
const indexDamage = (file: string, tables: Database.Database): readonly Damage[] =>
  (tables.prepare('PRAGMA integrity_check').pluck().all() as readonly string[])
    .filter((says) => says !== 'ok')
    .map((says) => ({ file, message: `${file}: ${says}` }))

const unreadable = (file: string, error: unknown): Damage => ({
  file,
  message: `${file} cannot be read: ${(error as Error).message}`,
})

const inOneRead = <Result>(database: Database.Database, read: () => Result): Result =>
  database.transaction(read)()
