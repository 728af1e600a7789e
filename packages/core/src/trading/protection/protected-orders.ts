/** Protected orders that are open, by account and index. Derived from the orders. */
import type { AccountId } from '../../hierarchy/index.js'
import type { Derived, Plain, Row, Table } from '../../image/index.js'
import type { Market } from '../../market/index.js'
import type { OrderId, orderFields } from '../fields.js'

type Key = `${AccountId} ${string}`

export class ProtectedOrders implements Derived {
  readonly name = 'protected orders'
  private readonly rows = new Map<Key, Set<Row>>()

  constructor(
    private readonly orders: Table<OrderId, typeof orderFields>,
    private readonly market: Market,
  ) {
    orders.hooks.push({ inserted: (row) => this.enter(row), removing: (row) => this.leave(row) })
  }

  /** In order of ids. */
  of(account: AccountId, index: string): readonly Row[] {
    const { orders } = this
    return [...(this.rows.get(`${account} ${index}`) ?? [])].sort(
      (left, right) => orders.id(left) - orders.id(right),
    )
  }

  count(account: AccountId, index: string): number {
    return this.rows.get(`${account} ${index}`)?.size ?? 0
  }

  *canonical(): Iterable<Plain> {
    for (const key of [...this.rows.keys()].sort()) {
      const ids = [...(this.rows.get(key) ?? [])].map((row) => this.orders.id(row))
      if (ids.length > 0) yield [key, ...ids.sort((left, right) => left - right)]
    }
  }

  private keyOf(row: Row): Key | null {
    const { orders, market } = this
    if (orders.terms.get(row).isProtected !== true) return null
    const instrument = market.instruments.row(orders.instrument.get(row))
    const index = market.instruments.derivative.get(instrument)?.index
    return index === undefined ? null : `${orders.account.get(row)} ${index}`
  }

  private enter(row: Row): void {
    const key = this.keyOf(row)
    if (key === null) return
    const known = this.rows.get(key)
    if (known === undefined) this.rows.set(key, new Set([row]))
    else known.add(row)
  }

  private leave(row: Row): void {
    const key = this.keyOf(row)
    if (key === null) return
    const known = this.rows.get(key)
    known?.delete(row)
    if (known?.size === 0) this.rows.delete(key)
  }
}
