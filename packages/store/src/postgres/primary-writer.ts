/** The follower's hand for one primary table: the last image of each row, written by one statement for all of them. */
import type { TableImages } from '@stemma/core/image'
import type { TableShape } from '../port.js'
import { quoted } from '../tables/names.js'
import { PendingRows } from '../tables/pending-rows.js'
import { RowDigest } from '../tables/row-digest.js'
import type { SqlValue } from '../tables/row-values.js'
import { rowsOfLists } from './schema.js'
import type { Session } from './session.js'

export class PrimaryWriter {
  private readonly digest = new RowDigest()
  private readonly pending: PendingRows
  private readonly name: string
  private readonly upsert: string
  /** The id, the columns, and the digest. */
  private readonly width: number

  constructor(
    shape: TableShape,
    private readonly place: number,
  ) {
    const { columns } = shape
    this.name = quoted(shape.name)
    this.width = columns.length + 2
    this.pending = new PendingRows(shape)
    const changed = [...columns.map(({ name }) => quoted(name)), 'row_digest']
    this.upsert = `INSERT INTO ${this.name} (${['id', ...changed].join(', ')})
      ${rowsOfLists(['number', ...columns.map(({ kind }) => kind), 'number'])}
      ON CONFLICT (id) DO UPDATE SET ${changed.map((name) => `${name} = EXCLUDED.${name}`).join(', ')}`
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
  }

  /** Writes what was taken, and says by how much the sum of the row digests changes. */
  async flush(session: Session): Promise<bigint> {
    const lists: SqlValue[][] = Array.from({ length: this.width }, () => [])
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
      for (let index = 0; index < values.length; index += 1) lists[index]?.push(values[index] as SqlValue)
    }
    const written = lists[0] as SqlValue[]
    if (written.length + gone.length === 0) return 0n
    change -= await this.formerDigests(session, [...written, ...gone])
    if (gone.length > 0) await session.query(`DELETE FROM ${this.name} WHERE id = ANY($1::bigint[])`, [gone])
    if (written.length > 0) await session.query(this.upsert, lists)
    this.pending.clear()
    return change
  }

  private async formerDigests(session: Session, ids: readonly SqlValue[]): Promise<bigint> {
    const { rows } = await session.query<{ row_digest: number }>(
      `SELECT row_digest FROM ${this.name} WHERE id = ANY($1::bigint[])`,
      [ids],
    )
    return rows.reduce((sum, { row_digest: digest }) => sum + BigInt(digest), 0n)
  }
}
