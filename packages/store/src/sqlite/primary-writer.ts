/** The follower's hand for one primary table. */
import type { Plain, TableImages } from '@stemma/core/image'
import type Database from 'better-sqlite3'
import type { TableShape } from '../port.js'
import { rowDigest, type SqlValue, toSql } from './row-values.js'
import { quoted } from './schema.js'

/** Writes the after-images of one primary table, and says by how much its digest changed. */
export class PrimaryWriter {
  private readonly upsert: Database.Statement
  private readonly digestOf: Database.Statement
  private readonly drop: Database.Statement

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

  write({ columns, rows, removed }: TableImages): bigint {
    const places = this.shape.columns.map(({ name }) => columns.indexOf(name) + 1)
    let change = 0n
    for (const row of rows) change += this.put(row, places)
    for (const id of removed) {
      change -= this.former(id)
      this.drop.run(id)
    }
    return change
  }

  private put(row: readonly Plain[], places: readonly number[]): bigint {
    const values: SqlValue[] = [row[0] as number]
    this.shape.columns.forEach(({ kind }, index) => {
      values.push(toSql(kind, row[places[index] as number] as Plain))
    })
    const fresh = rowDigest(this.place, values)
    const change = BigInt(fresh) - this.former(row[0] as number)
    this.upsert.run(...values, fresh)
    return change
  }

  private former(id: number): bigint {
    return BigInt((this.digestOf.get(id) as number | undefined) ?? 0)
  }
}
