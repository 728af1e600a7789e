/** Options orders that are priced in dollars, by instrument: their price follows the index. Derived from the open orders. */
import { type Derived, NO_ROW, type Plain, type Row, type Table } from '../../image/index.js'
import type { InstrumentId, Market } from '../../market/index.js'
import type { OrderId, orderFields } from '../fields.js'
import { priceOfUsd } from '../usd-price.js'

export class UsdOrders implements Derived {
  readonly name = 'orders priced in dollars'
  private readonly instruments = new Map<InstrumentId, Set<Row>>()

  constructor(
    private readonly orders: Table<OrderId, typeof orderFields>,
    private readonly market: Market,
  ) {
    orders.hooks.push({ inserted: (row) => this.enter(row), removing: (row) => this.leave(row) })
    orders.terms.watch((row) => {
      this.leave(row)
      this.enter(row)
    })
  }

  /** The first in order of ids whose price the index has left behind, or NO_ROW. */
  leftBehind(instrument: InstrumentId): Row {
    const { orders } = this
    const rows = this.instruments.get(instrument)
    if (rows === undefined) return NO_ROW
    let found = NO_ROW
    for (const row of rows) {
      const order = { side: orders.side.get(row), terms: orders.terms.get(row), instrument }
      const price = priceOfUsd(this.market, order)
      if (price === null || price === orders.price.get(row)) continue
      if (found === NO_ROW || orders.id(row) < orders.id(found)) found = row
    }
    return found
  }

  count(instrument: InstrumentId): number {
    return this.instruments.get(instrument)?.size ?? 0
  }

  *canonical(): Iterable<Plain> {
    for (const instrument of [...this.instruments.keys()].sort((left, right) => left - right)) {
      const ids = [...(this.instruments.get(instrument) ?? [])].map((row) => this.orders.id(row))
      if (ids.length > 0) yield [instrument, ...ids.sort((left, right) => left - right)]
    }
  }

  private enter(row: Row): void {
    const { usdPrice, link } = this.orders.terms.get(row)
    if (usdPrice === undefined || link?.isWaiting === true) return
    const instrument = this.orders.instrument.get(row)
    const known = this.instruments.get(instrument)
    if (known === undefined) this.instruments.set(instrument, new Set([row]))
    else known.add(row)
  }

  private leave(row: Row): void {
    const instrument = this.orders.instrument.get(row)
    const known = this.instruments.get(instrument)
    known?.delete(row)
    if (known?.size === 0) this.instruments.delete(instrument)
  }
}
