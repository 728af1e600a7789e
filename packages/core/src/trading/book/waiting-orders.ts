/**
 * Orders that wait beside the book: stops and takes by the price that triggers them, and all-or-none orders by priority. Derived
 * from the open orders. The next one to act is always the last of its list.
 */
import { type Derived, NO_ROW, type Plain, type Row, type Table } from '../../image/index.js'
import { type InstrumentId, type Market, ORDER_TRIGGERS, type OrderTrigger } from '../../market/index.js'
import type { OrderId, orderFields } from '../fields.js'
import { triggerOf, waitsForRise } from '../triggers.js'
import { insertInOrder } from './sorted-rows.js'

type Waiting = `${'rising' | 'falling'} ${OrderTrigger}`
type List = Waiting | 'all or none'

/** Of what a price triggers, that which waits for a rise acts first. */
const TRIGGERED: readonly {
  readonly list: Waiting
  readonly trigger: OrderTrigger
  readonly rises: boolean
}[] = ORDER_TRIGGERS.flatMap((trigger) => [
  { list: `rising ${trigger}` as const, trigger, rises: true },
  { list: `falling ${trigger}` as const, trigger, rises: false },
])
const LISTS: readonly List[] = [...TRIGGERED.map(({ list }) => list), 'all or none']

type Lists = Partial<Record<List, Row[]>>

export class WaitingOrders implements Derived {
  readonly name = 'waiting orders'
  private readonly instruments = new Map<InstrumentId, Lists>()
  private readonly places = new Map<Row, List>()

  constructor(
    private readonly orders: Table<OrderId, typeof orderFields>,
    private readonly market: Market,
  ) {
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

  /** The order that a price of now triggers next, or NO_ROW. */
  triggered(instrument: InstrumentId): Row {
    const lists = this.instruments.get(instrument)
    if (lists === undefined) return NO_ROW
    for (const { list, trigger, rises } of TRIGGERED) {
      const first = lists[list]?.at(-1)
      if (first === undefined) continue
      const price = this.market.triggerPrice(this.market.instruments.row(instrument), trigger)
      const stopPrice = this.orders.stopPrice.get(first) ?? 0n
      if (price !== null && (rises ? stopPrice <= price : stopPrice >= price)) return first
    }
    return NO_ROW
  }

  /** All-or-none orders of the instrument, first in priority first. */
  allOrNone(instrument: InstrumentId): readonly Row[] {
    return this.instruments.get(instrument)?.['all or none']?.toReversed() ?? []
  }

  countAllOrNone(instrument: InstrumentId): number {
    return this.instruments.get(instrument)?.['all or none']?.length ?? 0
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
    if (orders.terms.get(row).link?.isWaiting === true) return null
    if (orders.stopPrice.get(row) !== null && !orders.isTriggered.get(row)) {
      const [side, type] = [orders.side.get(row), orders.type.get(row)]
      const order = { terms: orders.terms.get(row), instrument: orders.instrument.get(row) }
      return `${waitsForRise({ side, type }) ? 'rising' : 'falling'} ${triggerOf(this.market, order)}`
    }
    return orders.terms.get(row).allOrNone ? 'all or none' : null
  }

  private enter(row: Row): void {
    const list = this.listOf(row)
    if (list === null) return
    const instrument = this.orders.instrument.get(row)
    let lists = this.instruments.get(instrument)
    if (lists === undefined) {
      lists = {}
      this.instruments.set(instrument, lists)
    }
    const rows = lists[list] ?? []
    lists[list] = rows
    // The lists end with what acts first, so a row goes behind all that act after it.
    insertInOrder(rows, row, (other) => this.acts(list, row, other))
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
      if (one !== other) return list.startsWith('rising') ? one > other : one < other
    }
    return priority.get(left) > priority.get(right)
  }
}
