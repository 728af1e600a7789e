/** Reading the journal: records in order, each checked against the chain. */
import type { KeyedResult } from '@stemma/core/image'
import type Database from 'better-sqlite3'
import type { Damage } from '../port.js'
import { CHAIN_START, type ChainHead } from '../record/chain.js'
import { assertReadable, damageOf, type RecordRow, resultsOf, START } from '../record/checked.js'
import { isDropped } from '../record/codec.js'
import { FORMAT_VERSION } from '../record/upgrades.js'

const RECORD_COLUMNS = `batch, book, epoch, version, first_sequence AS firstSequence, last_sequence AS lastSequence,
  head, events, images, results, events_hash AS eventsHash, images_hash AS imagesHash, results_hash AS resultsHash, hash`

export const INSERT_RECORD = `INSERT INTO records (batch, book, epoch, version, first_sequence, last_sequence, head,
    events, images, results, events_hash, images_hash, results_hash, hash)
  VALUES ($batch, $book, $epoch, $version, $firstSequence, $lastSequence, $head, $events, $images, $results,
    $eventsHash, $imagesHash, $resultsHash, $hash)`

export const rowsAfter = (journal: Database.Database, batch: number): IterableIterator<RecordRow> =>
  journal
    .prepare(`SELECT ${RECORD_COLUMNS} FROM records WHERE batch > ? ORDER BY batch`)
    .iterate(batch) as IterableIterator<RecordRow>

/** Where the journal ends. */
export const lastHead = (journal: Database.Database): ChainHead =>
  (journal.prepare('SELECT batch, hash FROM records ORDER BY batch DESC LIMIT 1').get() as
    | ChainHead
    | undefined) ?? START

/** The hash of a record as the journal has it, or undefined. */
export const hashAt = (journal: Database.Database, batch: number): string | undefined =>
  batch === 0
    ? CHAIN_START
    : (journal.prepare('SELECT hash FROM records WHERE batch = ?').pluck().get(batch) as string | undefined)

/**
 * Some of the rows after `batch`, read at once: whoever takes long over each must not hold the journal open meanwhile,
 * since its writer could then never begin its log anew.
 */
export function someRowsAfter(
  journal: Database.Database,
  batch: number,
  max: { readonly records: number; readonly bytes: number },
): RecordRow[] {
  const rows: RecordRow[] = []
  let bytes = 0
  for (const row of rowsAfter(journal, batch)) {
    rows.push(row)
    bytes += row.events.length + row.images.length + row.results.length
    if (rows.length >= max.records || bytes >= max.bytes) break
  }
  return rows
}

/** The record that holds a sequence, or undefined. Numbers and sequences rise together, so it is found by halving. */
export function recordHolding(journal: Database.Database, sequence: number): RecordRow | undefined {
  const lastOf = journal.prepare('SELECT last_sequence FROM records WHERE batch = ?').pluck()
  let low = 1
  let high = lastHead(journal).batch
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if ((lastOf.get(middle) as number) < sequence) low = middle + 1
    else high = middle
  }
  const found = journal.prepare(`SELECT ${RECORD_COLUMNS} FROM records WHERE batch = ?`).get(low)
  const row = found as RecordRow | undefined
  return row === undefined || sequence < row.firstSequence || sequence > row.lastSequence ? undefined : row
}

/** The keyed results of the records up to `batch`, the newest record first, as far back as there are any. */
export function* resultsUpTo(
  file: string,
  journal: Database.Database,
  batch: number,
): IterableIterator<readonly KeyedResult[]> {
  const rows = journal
    .prepare(`SELECT ${RECORD_COLUMNS} FROM records WHERE batch <= ? ORDER BY batch DESC`)
    .iterate(batch) as IterableIterator<RecordRow>
  for (const row of rows) {
    if (isDropped(row.results)) return
    yield resultsOf(file, row)
  }
}

/** Every record that is not as the chain has it, and where the chain ends. */
export function chainDamage(
  file: string,
  journal: Database.Database,
  droppedThrough: number,
): { readonly head: ChainHead; readonly damage: Damage[] } {
  const damage: Damage[] = []
  let previous = START
  try {
    for (const row of rowsAfter(journal, 0)) {
      const found = damageOf(file, row, previous, droppedThrough)
      if (found !== null) damage.push(found)
      previous = { batch: row.batch, hash: row.hash }
    }
  } catch (error) {
    const batch = previous.batch + 1
    damage.push({
      file,
      batch,
      message: `${file}: record ${batch} cannot be read: ${(error as Error).message}`,
    })
  }
  return { head: previous, damage }
}

/** As `chainDamage`, of a journal that is to be read: throws where a record is of a newer format. */
export function recordDamage(file: string, journal: Database.Database, droppedThrough: number): Damage[] {
  const newer = journal.prepare('SELECT batch, version FROM records WHERE version > ?').get(FORMAT_VERSION)
  if (newer !== undefined) assertReadable(file, newer as RecordRow)
  return chainDamage(file, journal, droppedThrough).damage
}
