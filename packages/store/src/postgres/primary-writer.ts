/**
 * The follower's hand for one primary table: the last image of each row. New rows are copied in, all at once; those that
 * are there are written by one statement for all of them.
 */
import type { HistoryColumn, TableImages } from '@stemma/core/image'
import type { TableShape } from '../port.js'
import { quoted } from '../tables/names.js'
import { PendingRows } from '../tables/pending-rows.js'
import { RowDigest } from '../tables/row-digest.js'
import type { SqlValue } from '../tables/row-values.js'
import { CopyText } from './copy-in.js'
import { listsOf, updateOfLists } from './schema.js'
import type { Session } from './session.js'

export class PrimaryWriter {
  private readonly digest = new RowDigest()
  private readonly pending: PendingRows
  private readonly fresh = new CopyText()
  private readonly name: string
  /** The id, the columns, and the digest. */
  private readonly columns: readonly HistoryColumn[]
  private readonly update: string

  constructor(
    shape: TableShape,
    private readonly place: number,
  ) {
    this.name = quoted(shape.name)
    this.pending = new PendingRows(shape)
    this.columns = [ID, ...shape.columns, ROW_DIGEST]
    this.update = updateOfLists(this.name, [ID.name], this.columns)
  }

  take(images: TableImages): void {
    this.pending.take(images)
  }

  /** Takes every row away: what comes next is the whole table. */
  async clear(session: Session): Promise<void> {
    await session.query(`DELETE FROM ${this.name}`)
  }

  forget(): void {
    this.pending.clear()
    this.fresh.take()
  }

  /** Writes what was taken, and says by how much the sum of the row digests changes. */
  async flush(session: Session): Promise<bigint> {
    const rows: SqlValue[][] = []
    const gone: number[] = []
    let change = 0n
    for (const { id, values } of this.pending.inOrder()) {
      if (values === null) {
        gone.push(id)
        continue
      }
      const digest = this.digest.of(this.place, values)
      change += BigInt(digest)
      values.push(digest)
      rows.push(values)
    }
    if (rows.length + gone.length === 0) return 0n
    const former = await this.formerDigests(session, [...rows.map(([id]) => id as SqlValue), ...gone])
    for (const digest of former.values()) change -= BigInt(digest)
    if (gone.length > 0) await session.query(`DELETE FROM ${this.name} WHERE id = ANY($1::bigint[])`, [gone])
    await this.write(session, rows, former)
    this.pending.clear()
    return change
  }

  private async write(
    session: Session,
    rows: readonly SqlValue[][],
    former: ReadonlyMap<number, number>,
  ): Promise<void> {
    const changed: SqlValue[][] = []
    for (const row of rows) {
      if (former.has(row[0] as number)) changed.push(row)
      else this.fresh.add(row)
    }
    const names = this.columns.map(({ name }) => quoted(name))
    await session.copyIn(this.name, names, this.fresh)
    if (changed.length > 0) await session.query(this.update, listsOf(changed, names.length))
  }

  /** The digests of those rows that the table has in an earlier state. */
  private async formerDigests(session: Session, ids: readonly SqlValue[]): Promise<Map<number, number>> {
    const found = await session.values(
      `SELECT id, row_digest FROM ${this.name} WHERE id = ANY($1::bigint[])`,
      [ids],
    )
    return new Map(found as [number, number][])
  }
}

const ID: HistoryColumn = { name: 'id', kind: 'number' }
const ROW_DIGEST: HistoryColumn = { name: 'row_digest', kind: 'number' }
