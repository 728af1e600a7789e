/** Whether the rows of the tables are those that the follower wrote, each named that is not. */
import type Database from 'better-sqlite3'
import type { Damage, StoreSchema, TableShape } from '../port.js'
import { snakeCase } from '../tables/names.js'
import { RowDigest, sumDigests } from '../tables/row-digest.js'
import { readMeta } from './meta.js'
import { tableRows } from './table-rows.js'

/** Named one by one only so far; a file that lost a page would name thousands. */
const DAMAGED_ROWS_MAX = 100

export function tableDamage(file: string, tables: Database.Database, schema: StoreSchema): Damage[] {
  const damage: Damage[] = []
  let sum = 0n
  schema.tables.forEach((shape, place) => {
    sum = sumDigests(sum, checkTable(file, tables, shape, place, damage))
  })
  if (sum !== BigInt(readMeta(tables, 'digest') ?? '0')) {
    damage.push({ file, message: `${file}: the digest of all rows is not the one that was kept with them` })
  }
  return damage
}

function checkTable(
  file: string,
  tables: Database.Database,
  shape: TableShape,
  place: number,
  damage: Damage[],
): bigint {
  const digest = new RowDigest()
  const table = snakeCase(shape.name)
  let sum = 0n
  for (const rows of tableRows(tables, shape, ['row_digest'])) {
    for (const row of rows) {
      const kept = row.pop()
      const fresh = digest.of(place, row)
      sum += BigInt(fresh)
      if (fresh === kept || damage.length >= DAMAGED_ROWS_MAX) continue
      const id = Number(row[0])
      const message = `${file}: row ${id} of ${table} does not have its digest`
      damage.push({ file, table, row: id, message })
    }
  }
  return sum
}
