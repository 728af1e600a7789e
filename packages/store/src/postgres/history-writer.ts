/**
 * The follower's hand for one history table: the rows that it makes of events. New rows are copied in, all at once; those
 * that replace an earlier state are written by one statement for all of them.
 */
import type { Event } from '@stemma/core/image'
import { type KeptRow, type KeptRows, ROW_DIGEST } from '../history/kept-rows.js'
import { quoted } from '../tables/names.js'
import type { SqlValue } from '../tables/row-values.js'
import { CopyText } from './copy-in.js'
import { listsOf, rowsOfLists, updateOfLists } from './schema.js'
import type { Session } from './session.js'

export class HistoryWriter {
  private readonly selectFormer: string
  private readonly update: string
  private readonly fresh = new CopyText()
  /** By key, where a later row may replace an earlier one: a statement must not write the same row twice. */
  private readonly pending = new Map<string, KeptRow>()
  /** Of the digests of rows that were taken and are not pending. */
  private digest = 0n

  constructor(readonly kept: KeptRows) {
    const { table, columns, name } = kept
    const key = kept.keyPlaces.map((place) => columns[place] as (typeof columns)[number])
    const names = key.map((column) => quoted(column.name)).join(', ')
    this.selectFormer = `SELECT ${names}, row_digest FROM ${name}
      WHERE (${names}) IN (${rowsOfLists(key.map(({ kind }) => kind))})`
    this.update = updateOfLists(name, table.key, [...columns, ROW_DIGEST])
  }

  take(event: Event): void {
    const { kept } = this
    for (const row of kept.of(event)) {
      if (kept.table.isAppended === true) this.add(row)
      else this.pending.set(keyText(kept.keyOf(row)), row)
    }
  }

  forget(): void {
    this.fresh.take()
    this.pending.clear()
    this.digest = 0n
  }

  /** Writes what was taken, and says by how much the sum of the row digests changes. */
  async flush(session: Session): Promise<bigint> {
    const { kept } = this
    const rows = [...this.pending.values()]
    const former = await this.formerDigests(session, rows)
    const changed: KeptRow[] = []
    for (const row of rows) {
      const digest = former.get(keyText(kept.keyOf(row)))
      if (digest === undefined) this.add(row)
      else {
        changed.push(row)
        this.digest += this.digestOf(row) - BigInt(digest)
      }
    }
    await session.copyIn(kept.name, kept.names, this.fresh)
    if (changed.length > 0) await session.query(this.update, listsOf(changed, kept.names.length))
    const change = this.digest
    this.forget()
    return change
  }

  /** The digests of those rows that the table has in an earlier state, by their keys. */
  private async formerDigests(
    session: Session,
    rows: readonly KeptRow[],
  ): Promise<ReadonlyMap<string, number>> {
    if (rows.length === 0) return new Map()
    const lists = this.kept.keyPlaces.map((place) => rows.map((row) => row[place] as SqlValue))
    const found = await session.values(this.selectFormer, lists)
    return new Map(found.map((row) => [keyText(row.slice(0, -1)), Number(row.at(-1))]))
  }

  private add(row: KeptRow): void {
    this.fresh.add(row)
    this.digest += this.digestOf(row)
  }

  private digestOf(row: KeptRow): bigint {
    return BigInt(this.kept.digestOf(row) as number)
  }
}

const keyText = (key: readonly SqlValue[]): string => key.join(' ')
