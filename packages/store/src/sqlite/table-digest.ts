/** Whether the rows of the tables are those that the follower wrote. */
import type Database from 'better-sqlite3'
import type { Damage, StoreSchema } from '../port.js'
import { DigestCheck } from '../tables/digest-check.js'
import { readMeta } from './meta.js'
import { tableRows } from './table-rows.js'

export function tableDamage(file: string, tables: Database.Database, schema: StoreSchema): readonly Damage[] {
  const check = new DigestCheck(file)
  schema.tables.forEach((shape, place) => {
    for (const rows of tableRows(tables, shape, ['row_digest'])) check.take(shape, place, rows)
  })
  return check.found(readMeta(tables, 'digest'))
}
