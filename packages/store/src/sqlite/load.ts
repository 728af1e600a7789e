/** Filling an image: the tables, or a snapshot that they have not reached, then the tail of the journal behind. */
import { DAY, type Image, type KeyedResult, type Plain, type UsedKey } from '@stemma/core/image'
import type Database from 'better-sqlite3'
import { withoutResult } from '../memory/memory-store.js'
import { type Loaded, StoreRefusal, type StoreSchema, type TableShape } from '../port.js'
import type { ChainHead } from '../record/chain.js'
import { assertReadable, readRecords } from '../record/checked.js'
import { decodeHead } from '../record/codec.js'
import { fromText } from '../record/plain-text.js'
import { fillFrom, type SnapshotHead } from '../record/snapshot.js'
import { quoted } from '../tables/names.js'
import { type Files, reading } from './files.js'
import { reachedBy } from './follower.js'
import { hashAt, resultsUpTo, rowsAfter } from './records.js'
import { partsOf, provenSnapshot } from './snapshots.js'
import { tableRows } from './table-rows.js'

export interface LoadFrom {
  readonly files: Files
  readonly schema: StoreSchema
  readonly journal: Database.Database
  readonly tables: Database.Database
}

/** The tables are those of this schema and no row of them is damaged: whoever calls has seen to that. */
export function loadImage({ files, schema, journal, tables }: LoadFrom, image: Image): Loaded {
  const base = baseOf(files, journal, tables)
  const keys: UsedKey[] = []
  if (base.snapshot !== null) fillFrom(partsOf(files.journal, journal, base.snapshot), image)
  else if (base.batch > 0)
    reading(files.tables, () => {
      for (const shape of schema.tables) fillTable(tables, shape, image)
    })
  if (base.batch > 0)
    reading(files.journal, () => {
      image.head = headAt(files, journal, base.batch)
      for (const key of recentKeys(files, journal, base.batch, image.head.time - DAY)) keys.push(key)
    })
  let { batch, hash } = base
  reading(files.journal, () => {
    for (const record of readRecords(files.journal, rowsAfter(journal, base.batch), base)) {
      image.apply(record.batch.images, record.batch.head)
      keys.push(...record.batch.results.map(withoutResult))
      ;({ number: batch, hash } = record)
    }
  })
  const oldest = image.head.time - DAY
  return { batch, hash, results: keys.filter(({ at }) => at >= oldest) }
}

/** Where the image is taken up: what the tables have reached, or the snapshot where that is later. */
function baseOf(
  { journal: file }: Files,
  journal: Database.Database,
  tables: Database.Database,
): ChainHead & { readonly snapshot: SnapshotHead | null } {
  const reached = reachedBy(tables)
  return reading(file, () => {
    const snapshot = provenSnapshot(journal)
    if (snapshot === null || reached.batch >= snapshot.batch) return { ...reached, snapshot: null }
    return { batch: snapshot.batch, hash: hashAt(journal, snapshot.batch) ?? '', snapshot }
  })
}

function fillTable(tables: Database.Database, shape: TableShape, image: Image): void {
  const columns = shape.columns.map(({ name }) => name)
  const count = tables
    .prepare(`SELECT count(*) FROM ${quoted(shape.name)}`)
    .pluck()
    .get() as number
  image.fill(shape.name, columns, rowsOf(tables, shape), count)
}

function* rowsOf(tables: Database.Database, shape: TableShape): IterableIterator<Plain[][]> {
  const jsonPlaces = shape.columns.flatMap(({ kind }, index) => (kind === 'json' ? [index + 1] : []))
  for (const rows of tableRows(tables, shape)) {
    for (const place of jsonPlaces) readJson(rows, place)
    yield rows
  }
}

function readJson(rows: readonly Plain[][], place: number): void {
  for (const row of rows) {
    const text = row[place] as string | null
    if (text !== null) row[place] = fromText(text)
  }
}

function headAt({ journal: file }: Files, journal: Database.Database, batch: number): Image['head'] {
  const row = journal.prepare('SELECT version, head FROM records WHERE batch = ?').get(batch) as
    | { readonly version: number; readonly head: Uint8Array }
    | undefined
  if (row === undefined)
    throw new StoreRefusal('damaged', `${file}: record ${batch} is missing`, { file, batch })
  assertReadable(file, { batch, version: row.version })
  return decodeHead(row.head)
}

/** Keys are used in the order of sequences and of time alike, so the newest are read until one is too old. */
function recentKeys(
  { journal: file }: Files,
  journal: Database.Database,
  batch: number,
  oldest: number,
): UsedKey[] {
  const keys: UsedKey[] = []
  for (const results of resultsUpTo(file, journal, batch)) {
    for (let index = results.length - 1; index >= 0; index -= 1) {
      const result = results[index] as KeyedResult
      if (result.at < oldest) return keys.reverse()
      keys.push(withoutResult(result))
    }
  }
  return keys.reverse()
}
