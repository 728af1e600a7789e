/**
 * The follower: reads the journal behind the writer and keeps the SQL tables, many records to a transaction. The batch
 * that they have reached, its hash, and the digests of all rows are part of the same transaction.
 */
import type { TableImages } from '@stemma/core/image'
import type Database from 'better-sqlite3'
import { KeptRows } from '../history/kept-rows.js'
import type { StoreSchema } from '../port.js'
import type { ChainHead } from '../record/chain.js'
import { type ReadRecord, readRecords } from '../record/checked.js'
import { imagesIn, type SnapshotHead } from '../record/snapshot.js'
import { HistoryDigests } from '../tables/history-digests.js'
import { sumDigests } from '../tables/row-digest.js'
import { HistoryWriter } from './history-writer.js'
import { readMeta, writeMeta } from './meta.js'
import { PrimaryWriter } from './primary-writer.js'
import { someRowsAfter } from './records.js'
import { makeTables } from './schema.js'
import { partsOf, provenSnapshot } from './snapshots.js'

/** Records of one transaction, by count and by bytes of the journal. */
const RECORDS_MAX = 2_048
const BYTES_MAX = 32 * 2 ** 20

export interface FollowerFiles {
  readonly file: string
  readonly journal: Database.Database
  readonly tables: Database.Database
}

export class Follower {
  private readonly primary: ReadonlyMap<string, PrimaryWriter>
  private readonly history: readonly HistoryWriter[]
  private readonly transaction: () => boolean
  /** What the rows come from where images before it may have been dropped; null where the tables have passed it. */
  private readonly snapshot: SnapshotHead | null
  private digest: bigint
  private head: ChainHead

  constructor(
    private readonly files: FollowerFiles,
    schema: StoreSchema,
    private readonly recordsMax = RECORDS_MAX,
  ) {
    const { tables } = files
    makeTables(tables, schema)
    this.primary = new Map(
      schema.tables.map((shape, place) => [shape.name, new PrimaryWriter(tables, shape, place)]),
    )
    this.history = schema.history.map((table) => new HistoryWriter(tables, new KeptRows(table, schema)))
    this.digest = BigInt(readMeta(tables, 'digest') ?? '0')
    this.head = reachedBy(tables)
    const snapshot = provenSnapshot(files.journal)
    this.snapshot = snapshot !== null && this.head.batch < snapshot.batch ? snapshot : null
    const transaction = tables.transaction(() => this.step())
    this.transaction = () => transaction.immediate()
  }

  get reached(): number {
    return this.head.batch
  }

  /** One transaction of what the journal has more. Says whether there was anything. A failure leaves all as it was. */
  follow(): boolean {
    const { head, digest } = this
    try {
      return this.transaction()
    } catch (error) {
      this.head = head
      this.digest = digest
      for (const writer of [...this.primary.values(), ...this.history]) writer.forget()
      throw error
    }
  }

  private step(): boolean {
    const { file, journal } = this.files
    const rows = someRowsAfter(journal, this.head.batch, { records: this.recordsMax, bytes: BYTES_MAX })
    if (rows.length === 0) return false
    for (const record of readRecords(file, rows, this.head, this.snapshot?.batch)) {
      this.take(record)
      this.head = { batch: record.number, hash: record.hash }
    }
    for (const writer of this.primary.values()) this.digest = sumDigests(this.digest, writer.flush())
    const { tables } = this.files
    const digests = HistoryDigests.in(readMeta(tables, 'history_digests'))
    for (const writer of this.history) digests.change(writer.kept.table.name, writer.flush())
    writeMeta(tables, {
      reached: String(this.head.batch),
      reached_hash: this.head.hash,
      digest: String(this.digest),
      history_digests: digests.text(),
    })
    return true
  }

  private take({ number, batch: { images, events } }: ReadRecord): void {
    const { snapshot } = this
    if (snapshot === null || number > snapshot.batch) this.takeImages(images)
    else if (number === snapshot.batch) this.startFrom(snapshot)
    // One table after the other, so that its pages are at hand.
    for (const writer of this.history) for (const event of events) writer.take(event)
  }

  private takeImages(images: readonly TableImages[]): void {
    for (const image of images) {
      const writer = this.primary.get(image.table)
      if (writer === undefined)
        throw new Error(`expected a table that this version knows, was ${image.table}`)
      writer.take(image)
    }
  }

  /** Every row as the snapshot has it, in place of whatever is there. */
  private startFrom(snapshot: SnapshotHead): void {
    const { file, journal } = this.files
    for (const writer of this.primary.values()) writer.clear()
    this.digest = 0n
    for (const part of partsOf(file, journal, snapshot)) {
      this.takeImages(imagesIn(part))
      for (const writer of this.primary.values()) this.digest = sumDigests(this.digest, writer.flush())
    }
  }
}

/** The record that tables have reached. */
export const reachedBy = (tables: Database.Database): ChainHead => ({
  batch: Number(readMeta(tables, 'reached')),
  hash: readMeta(tables, 'reached_hash') ?? '',
})
