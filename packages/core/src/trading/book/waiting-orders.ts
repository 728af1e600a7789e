/**
 * Orders that wait beside the book: stops by the price that triggers them, and all-or-none orders by priority. Derived
 * from the open orders. The next one to act is always the last of its list.
 */
import { type Derived, NO_ROW, type Plain, type Row, type Table } from '../../image/index.js'
import type { InstrumentId } from '../../market/index.js'
import type { Price } from '../../money/index.js'
import type { OrderId, orderFields } from '../fields.js'

const LISTS = ['buy stops', 'sell stops', 'all or none'] as const
type List = (typeof LISTS)[number]

interface Lists {
  readonly 'buy stops': Row[]
  readonly 'sell stops': Row[]
  readonly 'all or none': Row[]
}

export class WaitingOrders implements Derived {
  readonly name = 'waiting orders'
  private readonly instruments = new Map<InstrumentId, Lists>()
  private readonly places = new Map<Row, List>()

  constructor(private readonly orders: Table<OrderId, typeof orderFields>) {
    const enter = (row: Row): void => this.enter(row)
    const leave = (row: Row): void => this.leave(row)
    orders.hooks.push({ inserted: enter, removing: leave })
    const reenter = (row: Row): void => {
      this.leave(row)
      this.enter(row)
    }
    for (const column of [orders.isTriggered, orders.stopPrice, orders.priority, orders.state, orders.terms])
      column.watch(reenter)
  }

  /** The stop that a trade at `last` triggers next, or NO_ROW: buys at or above their stop, sells at or below. */
  triggered(instrument: InstrumentId, last: Price): Row {
    const lists = this.instruments.get(instrument)
    const buy = lists?.['buy stops'].at(-1)
    if (buy !== undefined && (this.orders.stopPrice.get(buy) ?? 0n) <= last) return buy
    const sell = lists?.['sell stops'].at(-1)
    if (sell !== undefined && (this.orders.stopPrice.get(sell) ?? 0n) >= last) return sell
    return NO_ROW
  }

  /** All-or-none orders of the instrument, first in priority first. */
  allOrNone(instrument: InstrumentId): readonly Row[] {
    return this.instruments.get(instrument)?.['all or none'].toReversed() ?? []
  }

  countAllOrNone(instrument: InstrumentId): number {
    return this.instruments.get(instrument)?.['all or none'].length ?? 0
  }

  *canonical(): Iterable<Plain> {
    for (const instrument of [...this.instruments.keys()].sort((left, right) => left - right)) {
      const lists = this.instruments.get(instrument)
      for (const list of LISTS) {
        const rows = lists?.[list] ?? []
        if (rows.length > 0) yield [instrument, list, ...rows.map((row) => this.orders.id(row))]
      }
    }
  }

  private listOf(row: Row): List | null {
    const { orders } = this
    const state = orders.state.get(row)
    if (state !== 'new' && state !== 'partially_filled') return null
    if (orders.stopPrice.get(row) !== null && !orders.isTriggered.get(row))
      return orders.side.get(row) === 'buy' ? 'buy stops' : 'sell stops'
    return orders.terms.get(row).allOrNone ? 'all or none' : null
  }

  private enter(row: Row): void {
    const list = this.listOf(row)
    if (list === null) return
    const instrument = this.orders.instrument.get(row)
    let lists = this.instruments.get(instrument)
    if (lists === undefined) {
      lists = { 'buy stops': [], 'sell stops': [], 'all or none': [] }
      this.instruments.set(instrument, lists)
    }
    const rows = lists[list]
    let low = 0
    let high = rows.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.acts(list, row, rows[middle] as Row)) high = middle
      else low = middle + 1
    }
    // The lists end with what acts first, so a row goes behind all that act after it.
    rows.splice(low, 0, row)
    this.places.set(row, list)
  }

  private leave(row: Row): void {
    const list = this.places.get(row)
    if (list === undefined) return
    const rows = this.instruments.get(this.orders.instrument.get(row))?.[list]
    rows?.splice(rows.indexOf(row), 1)
    this.places.delete(row)
  }

  /** Whether `left` acts after `right`. */
  private acts(list: List, left: Row, right: Row): boolean {
    const { stopPrice, priority } = this.orders
    if (list !== 'all or none') {
      const [one, other] = [stopPrice.get(left) ?? 0n, stopPrice.get(right) ?? 0n]
      if (one !== other) return list === 'buy stops' ? one > other : one < other
    }
    return priority.get(left) > priority.get(right)
  }
}
