/**
 * Records that were just appended, on their way from the writer to the follower of the same process, so that the tables
 * need not read them from the database again. It holds so much and no more: of what is dropped here nothing is lost, the
 * follower then reads the journal.
 */
import type { RecordRow } from '../record/checked.js'
import { sizeOf } from '../record/codec.js'
import type { Bounds, Step } from './records.js'

const BYTES_MAX = 32 * 2 ** 20

export class RecentRecords {
  /** In the order of their numbers, without gaps. */
  private rows: RecordRow[] = []
  private bytes = 0

  /** Durable ones, each the next of the one before. */
  add(rows: readonly RecordRow[]): void {
    for (const row of rows) {
      if (this.bytes > BYTES_MAX || (this.rows.at(-1)?.batch ?? row.batch - 1) !== row.batch - 1) this.take()
      this.rows.push(row)
      this.bytes += sizeOf(row)
    }
  }

  /** Gives all that it has away. */
  take(): RecordRow[] {
    const { rows } = this
    this.rows = []
    this.bytes = 0
    return rows
  }

  /** What comes after a record, at least one and no more than the bounds; null where the journal has to be read. */
  after(batch: number, { records, bytes }: Bounds): Step | null {
    this.forgetThrough(batch)
    if (this.rows[0]?.batch !== batch + 1) return null
    let count = 0
    for (let sum = 0; count < this.rows.length && count < records; count += 1) {
      sum += sizeOf(this.rows[count] as RecordRow)
      if (count > 0 && sum > bytes) break
    }
    return { rows: this.rows.slice(0, count), hasMore: count < this.rows.length }
  }

  private forgetThrough(batch: number): void {
    const kept = this.rows.findIndex((row) => row.batch > batch)
    const gone = this.rows.splice(0, kept < 0 ? this.rows.length : kept)
    for (const row of gone) this.bytes -= sizeOf(row)
  }
}

/** The memory behind records, each its own: handed to another thread without being copied. */
export const buffersOf = (rows: readonly RecordRow[]): ArrayBuffer[] =>
  rows.map(({ head }) => head.buffer as ArrayBuffer)
