/** Whether the rows of the tables are those that the follower wrote, each named that is not. */
import type { Damage, TableShape } from '../port.js'
import { snakeCase } from './names.js'
import { RowDigest, sumDigests } from './row-digest.js'
import type { SqlValue } from './row-values.js'

/** Named one by one only so far; a file that lost a page would name thousands. */
const DAMAGED_ROWS_MAX = 100

export class DigestCheck {
  private readonly digest = new RowDigest()
  private readonly damage: Damage[] = []
  private sum = 0n

  constructor(private readonly file: string) {}

  /** Takes the digest off the end of each row. `place` is the table's in the schema. */
  take({ name }: TableShape, place: number, rows: readonly SqlValue[][]): void {
    for (const row of rows) {
      const kept = row.pop()
      const fresh = this.digest.of(place, row)
      this.sum += BigInt(fresh)
      if (fresh === kept || this.damage.length >= DAMAGED_ROWS_MAX) continue
      const [id, table] = [Number(row[0]), snakeCase(name)]
      const message = `${this.file}: row ${id} of ${table} does not have its digest`
      this.damage.push({ file: this.file, table, row: id, message })
    }
  }

  /** When all rows were taken: what is damaged, where `kept` is the sum that was kept with them. */
  found(kept: string | undefined): readonly Damage[] {
    if (sumDigests(0n, this.sum) !== BigInt(kept ?? '0')) {
      const message = `${this.file}: the digest of all rows is not the one that was kept with them`
      this.damage.push({ file: this.file, message })
    }
    return this.damage
  }
}
