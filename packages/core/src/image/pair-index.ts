/**
 * The one row for a pair of ids: the position of an account in an instrument. It answers for the pair, and for all
 * rows of the first id, in constant time each.
 */
import type { Plain, Row } from './column.js'
import type { Id } from './ids.js'
import type { Derived } from './image.js'
import { type AnyTable, NO_ROW } from './table.js'

interface Told<T> {
  readonly name: string
  get(row: Row): T
}

/** Both columns are written once, with the row. */
export class PairIndex<L extends Id, R extends Id> implements Derived {
  readonly name: string
  private readonly rows = new Map<L, Map<R, Row>>()

  constructor(
    private readonly table: AnyTable,
    left: Told<L>,
    right: Told<R>,
  ) {
    this.name = `${table.tableName} by ${left.name} and ${right.name}`
    table.hooks.push({
      inserted: (row) => {
        const known = this.rows.get(left.get(row))
        if (known === undefined) this.rows.set(left.get(row), new Map([[right.get(row), row]]))
        else known.set(right.get(row), row)
      },
      removing: (row) => {
        const known = this.rows.get(left.get(row))
        known?.delete(right.get(row))
        if (known?.size === 0) this.rows.delete(left.get(row))
      },
    })
  }

  find(left: L, right: R): Row {
    return this.rows.get(left)?.get(right) ?? NO_ROW
  }

  /** The rows of `left` in order of id. */
  of(left: L): Row[] {
    const rows = [...(this.rows.get(left)?.values() ?? [])]
    return rows.sort((one, other) => this.table.id(one) - this.table.id(other))
  }

  /** The same in no order that may be seen from outside; rows may come and go meanwhile. */
  *each(left: L): IterableIterator<Row> {
    yield* this.rows.get(left)?.values() ?? []
  }

  count(left: L): number {
    return this.rows.get(left)?.size ?? 0
  }

  *canonical(): Iterable<Plain> {
    for (const left of [...this.rows.keys()].sort((one, other) => one - other)) {
      const own = this.rows.get(left) as Map<R, Row>
      for (const right of [...own.keys()].sort((one, other) => one - other))
        yield [left, right, this.table.id(own.get(right) as Row)]
    }
  }
}
