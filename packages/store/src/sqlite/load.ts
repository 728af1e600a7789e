/** Filling an image: the tables where they are sound and of this schema, then the tail of the journal. */
import { existsSync } from 'node:fs'
import {
  DAY,
  type Head,
  type Image,
  type KeyedResult,
  type Plain,
  type TableImages,
} from '@stemma/core/image'
import type Database from 'better-sqlite3'
import { type Loaded, StoreRefusal, type StoreSchema, type TableShape } from '../port.js'
import { CHAIN_START } from '../record/chain.js'
import { decodeHead } from '../record/codec.js'
import { fromText } from '../record/plain-text.js'
import { type Files, openToRead } from './files.js'
import { readMeta } from './meta.js'
import { readChecked } from './records.js'
import { fromSql, rowDigest, type SqlValue, sumDigests } from './row-values.js'
import { fingerprintOf, quoted } from './schema.js'

interface Position {
  readonly batch: number
  readonly hash: string
}

const ROWS_AT_ONCE = 10_000
const BEGINNING: Position = { batch: 0, hash: CHAIN_START }

export function loadImage(
  files: Files,
  schema: StoreSchema,
  journal: Database.Database,
  image: Image,
): Loaded {
  const results: KeyedResult[] = []
  let { batch, hash } = loadTables(files, schema, journal, image, results)
  for (const record of readChecked(journal, batch, hash)) {
    image.apply(record.batch.images, record.batch.head)
    results.push(...record.batch.results)
    ;({ number: batch, hash } = record)
  }
  const oldest = image.head.time - DAY
  return { batch, hash, results: results.filter(({ at }) => at >= oldest) }
}

/** Where the tables were made for another schema they are passed over: the follower makes them anew. */
function loadTables(
  files: Files,
  schema: StoreSchema,
  journal: Database.Database,
  image: Image,
  results: KeyedResult[],
): Position {
  if (!existsSync(files.tables)) return BEGINNING
  const tables = openToRead(files.tables)
  try {
    const hasMeta =
      tables.prepare("SELECT 1 FROM sqlite_master WHERE name = 'stemma_meta'").get() !== undefined
    if (!hasMeta || readMeta(tables, 'fingerprint') !== fingerprintOf(schema)) return BEGINNING
    const reached = Number(readMeta(tables, 'reached') ?? '0')
    if (reached === 0) return BEGINNING
    const position = { batch: reached, hash: readMeta(tables, 'reached_hash') ?? '' }
    checkAgainstJournal(files, journal, position)
    fill(files, tables, schema, image)
    image.head = headAt(files, journal, reached)
    results.push(...recentResults(tables, image.head.time - DAY))
    return position
  } finally {
    tables.close()
  }
}

function checkAgainstJournal(files: Files, journal: Database.Database, { batch, hash }: Position): void {
  const kept = journal.prepare('SELECT hash FROM records WHERE batch = ?').pluck().get(batch)
  if (kept === undefined) {
    const last = journal.prepare('SELECT max(batch) FROM records').pluck().get()
    throw new StoreRefusal(
      'damaged',
      `${files.journal} ends at record ${String(last ?? 0)}, but ${files.tables} was made from record ${batch}`,
    )
  }
  if (kept !== hash)
    throw new StoreRefusal(
      'damaged',
      `${files.journal}: record ${batch} is not the one that ${files.tables} was made from`,
    )
}

function fill(files: Files, tables: Database.Database, schema: StoreSchema, image: Image): void {
  let digest = 0n
  schema.tables.forEach((shape, place) => {
    digest = sumDigests(digest, fillTable(files, tables, shape, place, image))
  })
  if (digest !== BigInt(readMeta(tables, 'digest') ?? '0')) {
    throw new StoreRefusal(
      'damaged',
      `${files.tables}: the digest of all rows is not the one that was kept with them`,
    )
  }
}

function fillTable(
  files: Files,
  tables: Database.Database,
  shape: TableShape,
  place: number,
  image: Image,
): bigint {
  const columns = shape.columns.map(({ name }) => name)
  const needsBigInt = shape.columns.some(({ kind }) => kind === 'amount')
  const rows = tables
    .prepare(`SELECT * FROM ${quoted(shape.name)} ORDER BY id`)
    .raw()
    .safeIntegers(needsBigInt)
  let chunk: Plain[][] = []
  let sum = 0n
  const flush = (): void => {
    image.apply([{ table: shape.name, columns, rows: chunk, removed: [] } satisfies TableImages], image.head)
    chunk = []
  }
  for (const row of rows.iterate() as IterableIterator<SqlValue[]>) {
    const kept = Number(row.pop())
    const fresh = rowDigest(place, row)
    if (fresh !== kept)
      throw new StoreRefusal(
        'damaged',
        `${files.tables}: row ${String(row[0])} of ${shape.name} does not have its digest`,
      )
    sum += BigInt(fresh)
    chunk.push(decodeRow(shape, row))
    if (chunk.length === ROWS_AT_ONCE) flush()
  }
  flush()
  return sum
}

function decodeRow({ columns }: TableShape, row: readonly SqlValue[]): Plain[] {
  const decoded: Plain[] = [Number(row[0])]
  for (let index = 0; index < columns.length; index += 1) {
    decoded.push(fromSql((columns[index] as TableShape['columns'][number]).kind, row[index + 1] as SqlValue))
  }
  return decoded
}

function headAt(files: Files, journal: Database.Database, batch: number): Head {
  const bytes = journal.prepare('SELECT head FROM records WHERE batch = ?').pluck().get(batch)
  if (bytes === undefined) throw new StoreRefusal('damaged', `${files.journal}: record ${batch} is missing`)
  return decodeHead(bytes as Uint8Array)
}

function recentResults(tables: Database.Database, since: number): KeyedResult[] {
  const rows = tables
    .prepare(
      'SELECT sequence, "at", owner, operation, "key", body_hash AS bodyHash, result FROM results WHERE "at" >= ? ORDER BY sequence',
    )
    .all(since) as (Omit<KeyedResult, 'result'> & { readonly result: string })[]
  return rows.map((row) => ({ ...row, result: fromText(row.result) }))
}
