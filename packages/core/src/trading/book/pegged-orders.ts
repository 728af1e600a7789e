/** Option orders whose price follows the index, by instrument. Derived from the open orders. */
import { type Derived, type Instant, NO_ROW, type Plain, type Row, type Table } from '../../image/index.js'
import type { InstrumentId, Market } from '../../market/index.js'
import type { OrderId, orderFields } from '../fields.js'
import { isPegged, leftBehind } from '../pegged-price.js'

export class PeggedOrders implements Derived {
  readonly name = 'orders that follow an index'
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

  /** The next that the index or the time has left behind: those that retreat first, in order of ids; or NO_ROW. */
  leftBehind(instrument: InstrumentId, now: Instant): Row {
    const { orders } = this
    const first = { retreats: NO_ROW, advances: NO_ROW }
    for (const row of this.instruments.get(instrument) ?? []) {
      const how = this.howLeftBehind(instrument, row, now)
      if (how === null) continue
      if (first[how] === NO_ROW || orders.id(row) < orders.id(first[how])) first[how] = row
    }
    return first.retreats === NO_ROW ? first.advances : first.retreats
  }

  /** Whether there is one that the index or the time has left behind. */
  isLeftBehind(instrument: InstrumentId, now: Instant): boolean {
    for (const row of this.instruments.get(instrument) ?? [])
      if (this.howLeftBehind(instrument, row, now) !== null) return true
    return false
  }

  /** Whether one of them follows the time as well. */
  followsTime(instrument: InstrumentId): boolean {
    for (const row of this.instruments.get(instrument) ?? [])
      if (this.orders.terms.get(row).volatility !== undefined) return true
    return false
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

  private howLeftBehind(instrument: InstrumentId, row: Row, now: Instant): ReturnType<typeof leftBehind> {
    const { side, terms, price } = this.orders
    const order = { side: side.get(row), terms: terms.get(row), price: price.get(row), instrument }
    return leftBehind(this.market, order, now)
  }

  private enter(row: Row): void {
    const terms = this.orders.terms.get(row)
    if (!isPegged(terms) || terms.link?.isWaiting === true) return
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
