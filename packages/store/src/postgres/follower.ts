/**
 * The follower: reads the journal behind the writer and keeps the SQL tables, many records to a transaction. The record
 * that they have reached, its hash, and the digest of all primary rows are part of the same transaction. Two followers
 * of a book, where one writer is not yet known to be deposed, do no harm: a step goes on from where the tables are, or
 * not at all.
 */
import type { Batch } from '@stemma/core/image'
import type { StoreSchema } from '../port.js'
import { readRecords } from '../record/checked.js'
import { sumDigests } from '../tables/row-digest.js'
import type { Connection } from './connection.js'
import { HistoryWriter } from './history-writer.js'
import { reachedBy, readMeta, type TablesMeta, writeMeta } from './meta.js'
import { journalName, type PostgresPlace } from './place.js'
import { PrimaryWriter } from './primary-writer.js'
import { someRecordsAfter } from './records.js'
import { fingerprintOf, makeTables } from './schema.js'
import type { Session } from './session.js'

const BOUNDS = { records: 2_048, bytes: 8 * 2 ** 20 }

export class Follower {
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
    this.history = schema.history.map((table) => new HistoryWriter(table, schema.history))
    this.fingerprint = fingerprintOf(schema)
  }

  /** Makes the tables, anew where they are of another schema. */
  prepare(): Promise<void> {
    return this.connection.run((session) => makeTables(session, this.place, this.schema))
  }

  /** One transaction of what the journal has more. Gives the record reached, and whether there may be more. */
  follow(): Promise<{ readonly reached: number; readonly isBehind: boolean }> {
    return this.connection.run((session) => session.writing(() => this.step(session)))
  }

  private async step(session: Session): Promise<{ readonly reached: number; readonly isBehind: boolean }> {
    for (const writer of [...this.primary.values(), ...this.history]) writer.forget()
    const meta = await readMeta(session, this.place)
    if (meta?.fingerprint !== this.fingerprint)
      throw new Error('expected the tables to be those of this version, another process has made them anew')
    let head = reachedBy(meta)
    const rows = await someRecordsAfter(session, this.place, head.batch, this.bounds)
    if (rows.length === 0) return { reached: head.batch, isBehind: false }
    for (const record of readRecords(journalName(this.place), rows, head)) {
      this.take(record.batch)
      head = { batch: record.number, hash: record.hash }
    }
    if (!(await this.claim(session, meta, head.batch)))
      return { reached: Number(meta.reached), isBehind: true }
    let digest = BigInt(meta.digest)
    for (const writer of this.primary.values()) digest = sumDigests(digest, await writer.flush(session))
    for (const writer of this.history) await writer.flush(session)
    await writeMeta(session, { reached_hash: head.hash, digest: String(digest) })
    return { reached: head.batch, isBehind: true }
  }

  /** The row says who goes on: another follower that reads the same state waits here, and then finds it changed. */
  private async claim(session: Session, { reached }: TablesMeta, batch: number): Promise<boolean> {
    const { count } = await session.query(
      "UPDATE stemma_meta SET value = $2 WHERE name = 'reached' AND value = $1",
      [reached, String(batch)],
    )
    return count === 1
  }

  private take({ images, events }: Batch): void {
    for (const image of images) {
      const writer = this.primary.get(image.table)
      if (writer === undefined)
        throw new Error(`expected a table that this version knows, was ${image.table}`)
      writer.take(image)
    }
    for (const writer of this.history) for (const event of events) writer.take(event)
  }
}
