/** The follower's hand for one primary table: writes what it took in the order of the ids. */
import type { TableImages } from '@stemma/core/image'
import type Database from 'better-sqlite3'
import type { TableShape } from '../port.js'
import { quoted } from '../tables/names.js'
import { PendingRows } from '../tables/pending-rows.js'
import { RowDigest } from '../tables/row-digest.js'
import type { SqlValue } from '../tables/row-values.js'

export class PrimaryWriter {
  private readonly upsert: Database.Statement
  private readonly digestOf: Database.Statement
  private readonly drop: Database.Statement
  private readonly dropAll: Database.Statement
  private readonly digest = new RowDigest()
  private readonly pending: PendingRows

  constructor(
    database: Database.Database,
    shape: TableShape,
    private readonly place: number,
  ) {
    const name = quoted(shape.name)
    this.pending = new PendingRows(shape)
    this.upsert = database.prepare(
      `INSERT OR REPLACE INTO ${name} VALUES (${['?', ...shape.columns.map(() => '?'), '?'].join(', ')})`,
    )
    this.digestOf = database.prepare(`SELECT row_digest FROM ${name} WHERE id = ?`).pluck()
    this.drop = database.prepare(`DELETE FROM ${name} WHERE id = ?`)
    this.dropAll = database.prepare(`DELETE FROM ${name}`)
  }

  take(images: TableImages): void {
    this.pending.take(images)
  }

  /** Writes what was taken, and says by how much the sum of the row digests changes. */
  flush(): bigint {
    let change = 0n
    for (const { id, values } of this.pending.inOrder()) {
      const former = (this.digestOf.get(id) as number | undefined) ?? 0
      const fresh = values === null ? this.remove(id) : this.put(values)
      change += BigInt(fresh - former)
    }
    this.pending.clear()
    return change
  }

  /** Takes every row away: what comes next is the whole table. */
  clear(): void {
    this.pending.clear()
    this.dropAll.run()
  }

  forget(): void {
    this.pending.clear()
  }

  private remove(id: number): number {
    this.drop.run(id)
    return 0
  }

  private put(values: SqlValue[]): number {
    const digest = this.digest.of(this.place, values)
    values.push(digest)
    this.upsert.run(values)
    return digest
  }
}
