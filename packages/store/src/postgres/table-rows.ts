/** The rows of a primary table in the order of their ids, some at a time, each with its digest at the end. */
import type { TableShape } from '../port.js'
import { quoted } from '../tables/names.js'
import type { SqlValue } from '../tables/row-values.js'
import type { Session } from './session.js'

const ROWS_AT_ONCE = 2_000

export async function* tableRows(
  session: Session,
  { name, columns }: TableShape,
): AsyncGenerator<SqlValue[][]> {
  const selected = ['id', ...columns.map((column) => quoted(column.name)), 'row_digest'].join(', ')
  const select = `SELECT ${selected} FROM ${quoted(name)} WHERE id > $1 ORDER BY id LIMIT ${ROWS_AT_ONCE}`
  for (let last = 0; ; ) {
    const rows = await session.values(select, [last])
    const end = rows.at(-1)
    if (end === undefined) return
    last = Number(end[0])
    yield rows
    if (rows.length < ROWS_AT_ONCE) return
  }
}
