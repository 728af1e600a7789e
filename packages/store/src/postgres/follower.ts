/**
 * The follower: reads the journal behind the writer and keeps the SQL tables, many records to a transaction. The record
 * that they have reached, its hash, and the digests of all rows are part of the same transaction. Two followers
 * of a book, where one writer is not yet known to be deposed, do no harm: a step goes on from where the tables are, or
 * not at all.
 */
import type { TableImages } from '@stemma/core/image'
import { KeptRows } from '../history/kept-rows.js'
import type { StoreSchema } from '../port.js'
import { type ReadRecord, readRecords } from '../record/checked.js'
import { imagesIn, type SnapshotHead } from '../record/snapshot.js'
import { HistoryDigests } from '../tables/history-digests.js'
import { sumDigests } from '../tables/row-digest.js'
import type { Connection } from './connection.js'
import { HistoryWriter } from './history-writer.js'
import { reachedBy, readMeta, type TablesMeta, writeMeta } from './meta.js'
import { journalName, type PostgresPlace } from './place.js'
import { PrimaryWriter } from './primary-writer.js'
import { RecentRecords } from './recent-records.js'
import { stepAfter } from './records.js'
import { fingerprintOf, makeTables } from './schema.js'
import type { Session } from './session.js'
import { partsOf, provenSnapshot } from './snapshots.js'

const BOUNDS = { records: 2_048, bytes: 4 * 2 ** 20 }

export class Follower {
  /** What the process that this follower belongs to has just appended. */
  readonly recent = new RecentRecords()
  private readonly primary: ReadonlyMap<string, PrimaryWriter>
  private readonly history: readonly HistoryWriter[]
  private readonly fingerprint: string

  constructor(
    private readonly connection: Connection,
    private readonly place: PostgresPlace,
    private readonly schema: StoreSchema,
    private readonly bounds = BOUNDS,
  ) {
    this.primary = new Map(schema.tables.map((shape, index) => [shape.name, new PrimaryWriter(shape, index)]))
    this.history = schema.history.map((table) => new HistoryWriter(new KeptRows(table, schema)))
    this.fingerprint = fingerprintOf(schema)
  }

  /** Makes the tables, anew where they are of another schema. */
  prepare(): Promise<void> {
    return this.connection.run((session) => makeTables(session, this.place, this.schema))
  }

  /** One transaction of what the journal has more. Gives the record reached, and whether there may be more. */
  follow(): Promise<{ readonly reached: number; readonly isBehind: boolean }> {
    return this.connection.run((session) => session.writingUnflushed(() => this.step(session)))
  }

  private async step(session: Session): Promise<{ readonly reached: number; readonly isBehind: boolean }> {
    for (const writer of [...this.primary.values(), ...this.history]) writer.forget()
    const meta = await readMeta(session, this.place)
    if (meta?.fingerprint !== this.fingerprint)
      throw new Error('expected the tables to be those of this version, another process has made them anew')
    const from = reachedBy(meta)
    const { bounds, place, recent } = this
    const step = recent.after(from.batch, bounds) ?? (await stepAfter(session, place, from.batch, bounds))
    const { rows, hasMore } = step
    const last = rows.at(-1)
    if (last === undefined) return { reached: from.batch, isBehind: false }
    // Behind the records: what was dropped of them is seen together with the snapshot that stands in for it.
    const snapshot = await this.snapshotAhead(session, from.batch)
    if (!(await this.claim(session, meta, last.batch))) return { reached: from.batch, isBehind: true }
    let digest = BigInt(meta.digest)
    if (snapshot !== null && last.batch >= snapshot.batch) digest = await this.startFrom(session, snapshot)
    let head = from
    for (const record of readRecords(journalName(this.place), rows, from, snapshot?.batch)) {
      this.take(record, snapshot)
      head = { batch: record.number, hash: record.hash }
    }
    for (const writer of this.primary.values()) digest = sumDigests(digest, await writer.flush(session))
    const digests = HistoryDigests.in(meta.history_digests)
    for (const writer of this.history) digests.change(writer.kept.table.name, await writer.flush(session))
    await writeMeta(session, {
      reached_hash: head.hash,
      digest: String(digest),
      history_digests: digests.text(),
    })
    return { reached: head.batch, isBehind: hasMore }
  }

  /** The row says who goes on: another follower that reads the same state waits here, and then finds it changed. */
  private async claim(session: Session, { reached }: TablesMeta, batch: number): Promise<boolean> {
    const { count } = await session.query(
      "UPDATE stemma_meta SET value = $2 WHERE name = 'reached' AND value = $1",
      [reached, String(batch)],
    )
    return count === 1
  }

  /** What the rows come from where images before it may have been dropped; null where the tables have passed it. */
  private async snapshotAhead(session: Session, reached: number): Promise<SnapshotHead | null> {
    const snapshot = await provenSnapshot(session, this.place)
    return snapshot !== null && reached < snapshot.batch ? snapshot : null
  }

  /** Every row as the snapshot has it, in place of whatever is there. Gives the digest of all of them. */
  private async startFrom(session: Session, snapshot: SnapshotHead): Promise<bigint> {
    for (const writer of this.primary.values()) await writer.clear(session)
    let digest = 0n
    for await (const part of partsOf(session, this.place, snapshot)) {
      this.takeImages(imagesIn(part))
      for (const writer of this.primary.values()) digest = sumDigests(digest, await writer.flush(session))
    }
    return digest
  }

  private take({ number, batch: { images, events } }: ReadRecord, snapshot: SnapshotHead | null): void {
    if (snapshot === null || number > snapshot.batch) this.takeImages(images)
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
}
