/**
 * The follower's hand for one primary table: takes after-images of many batches, keeps the last of each row, and writes
 * those in the order of their ids.
 */
import type { Plain, TableImages } from '@stemma/core/image'
import type Database from 'better-sqlite3'
import type { TableShape } from '../port.js'
import { RowDigest } from './row-digest.js'
import { type SqlValue, toSql } from './row-values.js'
import { quoted } from './schema.js'

interface Pending {
  /** Null: the row went. */
  readonly row: readonly Plain[] | null
  readonly places: readonly number[]
}

export class PrimaryWriter {
  private readonly upsert: Database.Statement
  private readonly digestOf: Database.Statement
  private readonly drop: Database.Statement
  private readonly digest = new RowDigest()
  private readonly pending = new Map<number, Pending>()

  constructor(
    database: Database.Database,
    private readonly shape: TableShape,
    private readonly place: number,
  ) {
    const name = quoted(shape.name)
    this.upsert = database.prepare(
      `INSERT OR REPLACE INTO ${name} VALUES (${['?', ...shape.columns.map(() => '?'), '?'].join(', ')})`,
    )
    this.digestOf = database.prepare(`SELECT row_digest FROM ${name} WHERE id = ?`).pluck()
    this.drop = database.prepare(`DELETE FROM ${name} WHERE id = ?`)
  }

  take({ columns, rows, removed }: TableImages): void {
    const places = this.shape.columns.map(({ name }) => columns.indexOf(name) + 1)
    for (const row of rows) this.pending.set(row[0] as number, { row, places })
    for (const id of removed) this.pending.set(id, { row: null, places })
  }

  /** Writes what was taken, and says by how much the sum of the row digests changes. */
  flush(): bigint {
    const ids = [...this.pending.keys()].sort((left, right) => left - right)
    let change = 0n
    for (const id of ids) {
      const { row, places } = this.pending.get(id) as Pending
      const former = (this.digestOf.get(id) as number | undefined) ?? 0
      const fresh = row === null ? this.remove(id) : this.put(row, places)
      change += BigInt(fresh - former)
    }
    this.pending.clear()
    return change
  }

  forget(): void {
    this.pending.clear()
  }

  private remove(id: number): number {
    this.drop.run(id)
    return 0
  }

  private put(row: readonly Plain[], places: readonly number[]): number {
    const { columns } = this.shape
    const values: SqlValue[] = [row[0] as number]
    for (let index = 0; index < columns.length; index += 1) {
      values.push(toSql((columns[index] as Column).kind, row[places[index] as number] as Plain))
    }
    const digest = this.digest.of(this.place, values)
    values.push(digest)
    this.upsert.run(values)
    return digest
  }
}

type Column = TableShape['columns'][number]
