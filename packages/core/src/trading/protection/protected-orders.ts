/** Protected orders that are open, by account and index; quotes by their group too. Derived from the orders. */
import type { AccountId } from '../../hierarchy/index.js'
import type { Derived, Plain, Row, Table } from '../../image/index.js'
import type { Market } from '../../market/index.js'
import type { OrderId, orderFields } from '../fields.js'

type Key = `${AccountId} ${string}`

/** The name of an index has no space. */
const keyFor = (account: AccountId, index: string, group: string | null): Key =>
  group === null ? `${account} ${index}` : `${account} ${index} ${group}`

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
  of(account: AccountId, index: string, group: string | null): readonly Row[] {
    const { orders } = this
    return [...(this.rows.get(keyFor(account, index, group)) ?? [])].sort(
      (left, right) => orders.id(left) - orders.id(right),
    )
  }

  /** In no order: for sums. */
  each(account: AccountId, index: string, group: string | null): Iterable<Row> {
    return this.rows.get(keyFor(account, index, group)) ?? []
  }

  count(account: AccountId, index: string, group: string | null): number {
    return this.rows.get(keyFor(account, index, group))?.size ?? 0
  }

  *canonical(): Iterable<Plain> {
    for (const key of [...this.rows.keys()].sort()) {
      const ids = [...(this.rows.get(key) ?? [])].map((row) => this.orders.id(row))
      if (ids.length > 0) yield [key, ...ids.sort((left, right) => left - right)]
    }
  }

  private keyOf(row: Row): Key | null {
    const { orders, market } = this
    const { isProtected, quote } = orders.terms.get(row)
    if (isProtected !== true) return null
    const instrument = market.instruments.row(orders.instrument.get(row))
    const index = market.instruments.derivative.get(instrument)?.index
    return index === undefined ? null : keyFor(orders.account.get(row), index, quote?.group ?? null)
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
