/** Open orders by the primary that they hang on, or are. Derived from the orders. */
import type { Derived, Plain, Row, Table } from '../../image/index.js'
import type { OrderId, orderFields } from '../fields.js'

export class LinkedOrders implements Derived {
  readonly name = 'linked orders'
  private readonly rows = new Map<OrderId, Set<Row>>()

  constructor(private readonly orders: Table<OrderId, typeof orderFields>) {
    orders.hooks.push({ inserted: (row) => this.enter(row), removing: (row) => this.leave(row) })
    orders.terms.watch((row, before) => {
      if (before.link?.primary === orders.terms.get(row).link?.primary) return
      if (before.link !== undefined) this.drop(before.link.primary, row)
      this.enter(row)
    })
  }

  /** In order of ids. */
  of(primary: OrderId): readonly Row[] {
    const { orders } = this
    return [...(this.rows.get(primary) ?? [])].sort((left, right) => orders.id(left) - orders.id(right))
  }

  *canonical(): Iterable<Plain> {
    for (const primary of [...this.rows.keys()].sort((left, right) => left - right)) {
      const ids = this.of(primary).map((row) => this.orders.id(row))
      if (ids.length > 0) yield [primary, ...ids]
    }
  }

  private enter(row: Row): void {
    const primary = this.orders.terms.get(row).link?.primary
    if (primary === undefined) return
    const known = this.rows.get(primary)
    if (known === undefined) this.rows.set(primary, new Set([row]))
    else known.add(row)
  }

  private leave(row: Row): void {
    const primary = this.orders.terms.get(row).link?.primary
    if (primary !== undefined) this.drop(primary, row)
  }

  private drop(primary: OrderId, row: Row): void {
    const known = this.rows.get(primary)
    known?.delete(row)
    if (known?.size === 0) this.rows.delete(primary)
  }
}
