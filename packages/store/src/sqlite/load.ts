/** Filling an image: the tables, then the tail of the journal behind them. */
import { type ColumnKind, DAY, type Image, type Plain, type UsedKey } from '@stemma/core/image'
import type Database from 'better-sqlite3'
import { withoutResult } from '../memory/memory-store.js'
import { type Loaded, StoreRefusal, type StoreSchema, type TableShape } from '../port.js'
import { decodeHead } from '../record/codec.js'
import { fromText } from '../record/plain-text.js'
import { type Files, reading } from './files.js'
import { reachedBy } from './follower.js'
import { assertReadable, readRecords } from './records.js'
import { quoted } from './schema.js'
import { SharedTexts } from './shared-texts.js'

export interface LoadFrom {
  readonly files: Files
  readonly schema: StoreSchema
  readonly journal: Database.Database
  readonly tables: Database.Database
}

/** The tables are those of this schema and no row of them is damaged: whoever calls has seen to that. */
export function loadImage({ files, schema, journal, tables }: LoadFrom, image: Image): Loaded {
  const reached = reachedBy(tables)
  const keys: UsedKey[] = []
  if (reached.batch > 0) {
    reading(files.tables, () => {
      for (const shape of schema.tables) fillTable(tables, shape, image)
    })
    reading(files.journal, () => {
      image.head = headAt(files, journal, reached.batch)
    })
    keys.push(...recentKeys(tables, image.head.time - DAY))
  }
  let { batch, hash } = reached
  reading(files.journal, () => {
    for (const record of readRecords(files.journal, journal, reached)) {
      image.apply(record.batch.images, record.batch.head)
      keys.push(...record.batch.results.map(withoutResult))
      ;({ number: batch, hash } = record)
    }
  })
  const oldest = image.head.time - DAY
  return { batch, hash, results: keys.filter(({ at }) => at >= oldest) }
}

function fillTable(tables: Database.Database, shape: TableShape, image: Image): void {
  const columns = shape.columns.map(({ name }) => name)
  const count = tables
    .prepare(`SELECT count(*) FROM ${quoted(shape.name)}`)
    .pluck()
    .get() as number
  image.fill(shape.name, columns, rowsOf(tables, shape), count)
}

function* rowsOf(tables: Database.Database, shape: TableShape): IterableIterator<Plain[]> {
  const jsonPlaces = placesOf(shape, 'json')
  const texts = placesOf(shape, 'text').map((place) => ({ place, shared: new SharedTexts() }))
  const rows = tables.prepare(selectOf(shape)).raw().iterate() as IterableIterator<Plain[]>
  for (const row of rows) {
    for (const place of jsonPlaces) {
      const text = row[place] as string | null
      if (text !== null) row[place] = fromText(text)
    }
    for (const { place, shared } of texts) row[place] = shared.of(row[place] as string | null)
    yield row
  }
}

const placesOf = ({ columns }: TableShape, wanted: ColumnKind): number[] =>
  columns.flatMap(({ kind }, index) => (kind === wanted ? [index + 1] : []))

/**
 * Amounts beyond what a number holds come as text; the column turns both into bigints. Asking the driver for bigints
 * would make one of every id and count as well.
 */
function selectOf({ name, columns }: TableShape): string {
  const values = columns.map(({ name: column, kind }) =>
    kind === 'amount'
      ? `CASE WHEN ${quoted(column)} BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}
          THEN ${quoted(column)} ELSE CAST(${quoted(column)} AS TEXT) END`
      : quoted(column),
  )
  return `SELECT ${['id', ...values].join(', ')} FROM ${quoted(name)} ORDER BY id`
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
function recentKeys(tables: Database.Database, oldest: number): UsedKey[] {
  const rows = tables
    .prepare('SELECT sequence, "at", owner, operation, "key", body_hash FROM results ORDER BY sequence DESC')
    .raw()
    .iterate() as IterableIterator<[number, number, number, string, string, string]>
  const keys: UsedKey[] = []
  for (const [sequence, at, owner, operation, key, bodyHash] of rows) {
    if (at < oldest) break
    keys.push({ sequence, at, owner, operation, key, bodyHash } as unknown as UsedKey)
  }
  return keys.reverse()
}
