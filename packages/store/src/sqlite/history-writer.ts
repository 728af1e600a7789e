/**
 * The follower's hand for one history table: the rows that it makes of events. Where a later event replaces the row of
 * an earlier one, only the last of a transaction is written.
 */
import type { Event } from '@stemma/core/image'
import type Database from 'better-sqlite3'
import { type KeptRow, type KeptRows, ROW_DIGEST } from '../history/kept-rows.js'
import { quoted } from '../tables/names.js'
import type { SqlValue } from '../tables/row-values.js'

export class HistoryWriter {
  private readonly insert: Database.Statement
  private readonly replacing: Replacing | null
  /** Of the digests that came since the last flush, less than 2^53 each: the upper and the lower halves of them. */
  private upper = 0
  private lower = 0

  constructor(
    tables: Database.Database,
    readonly kept: KeptRows,
  ) {
    const isAppended = kept.table.isAppended === true
    const marks = kept.names.map(() => '?').join(', ')
    const insert = isAppended ? 'INSERT' : 'INSERT OR REPLACE'
    this.insert = tables.prepare(`${insert} INTO ${kept.name} VALUES (${marks})`)
    this.replacing = isAppended ? null : new Replacing(tables, kept)
  }

  take(event: Event): void {
    for (const row of this.kept.of(event)) {
      if (this.replacing === null) this.write(row)
      else this.replacing.keep(row)
    }
  }

  /** Writes what was kept back; the end of a transaction. Says by how much the sum of the row digests changes. */
  flush(): bigint {
    let former = 0n
    for (const row of this.replacing?.take() ?? []) former += this.replace(row)
    const come = BigInt(this.upper) * HALF + BigInt(this.lower)
    this.forget()
    return come - former
  }

  /** Lets go of what was kept back: the transaction failed. */
  forget(): void {
    this.replacing?.take()
    this.upper = 0
    this.lower = 0
  }

  /** Writes a row in the place of its earlier state, and gives the digest of that, or 0. */
  private replace(row: KeptRow): bigint {
    const replacing = this.replacing as Replacing
    const former = replacing.formerDigest(row)
    if (former === null) {
      this.write(row)
      return 0n
    }
    if (replacing.update(row)) this.count(row)
    else this.write(row)
    return BigInt(former)
  }

  private write(row: KeptRow): void {
    this.insert.run(row)
    this.count(row)
  }

  private count(row: KeptRow): void {
    const digest = this.kept.digestOf(row) as number
    this.upper += Math.floor(digest / Number(HALF))
    this.lower += digest % Number(HALF)
  }
}

const HALF = 2n ** 32n

/** Rows whose key may have been written before. Where no index changes only the row itself is written. */
class Replacing {
  private readonly rows = new Map<string, KeptRow>()
  private readonly selectDigest: Database.Statement
  private readonly updating: Database.Statement
  /** The places of columns that no index has, and of those that the statement finds the row by. */
  private readonly changing: readonly number[]
  private readonly standing: readonly number[]

  constructor(
    tables: Database.Database,
    private readonly kept: KeptRows,
  ) {
    const { table, columns, name, names } = kept
    const found = new Set([...table.key, ...table.indexes.flat()])
    const places = [...columns, ROW_DIGEST].map((column, place) => ({
      place,
      isFound: found.has(column.name),
    }))
    this.changing = places.filter(({ isFound }) => !isFound).map(({ place }) => place)
    this.standing = places.filter(({ isFound }) => isFound).map(({ place }) => place)
    const set = this.changing.map((place) => `${names[place]} = ?`).join(', ')
    const where = this.standing.map(
      (place) => `${names[place]} ${kept.keyPlaces.includes(place) ? '=' : 'IS'} ?`,
    )
    this.updating = tables.prepare(`UPDATE ${name} SET ${set} WHERE ${where.join(' AND ')}`)
    const isKey = table.key.map((column) => `${quoted(column)} = ?`).join(' AND ')
    this.selectDigest = tables.prepare(`SELECT row_digest FROM ${name} WHERE ${isKey}`).pluck()
  }

  keep(row: KeptRow): void {
    this.rows.set(this.kept.keyOf(row).join('\u0000'), row)
  }

  take(): readonly KeptRow[] {
    const rows = [...this.rows.values()]
    this.rows.clear()
    return rows
  }

  /** The digest of the earlier state, or null where there is none. */
  formerDigest(row: KeptRow): number | null {
    return (this.selectDigest.get(...this.kept.keyOf(row)) as number | undefined) ?? null
  }

  /** Whether the row that was there is the same in all that indexes hold. */
  update(row: KeptRow): boolean {
    const values = [...this.changing, ...this.standing].map((place) => row[place] as SqlValue)
    return this.updating.run(values).changes > 0
  }
}
