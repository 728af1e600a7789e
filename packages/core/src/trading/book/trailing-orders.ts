/**
 * Trailing stops that wait, by the price that each has followed so far: the one that a price of now leaves behind first
 * is the last of its list, so nothing else is looked at. Derived from the open orders.
 */
import { type Derived, NO_ROW, type Plain, type Row, type Table } from '../../image/index.js'
import { type InstrumentId, type Market, ORDER_TRIGGERS, type OrderTrigger } from '../../market/index.js'
import { divide } from '../../money/index.js'
import type { OrderId, orderFields, Side } from '../fields.js'
import { triggerOf } from '../triggers.js'
import { insertInOrder } from './sorted-rows.js'

type List = `${Side} ${OrderTrigger}`
const LISTS = ORDER_TRIGGERS.flatMap((trigger) =>
  (['sell', 'buy'] as const).map((side) => ({ list: `${side} ${trigger}` as const, side, trigger })),
)
type Lists = Partial<Record<List, Row[]>>

export class TrailingOrders implements Derived {
  readonly name = 'trailing orders'
  private readonly instruments = new Map<InstrumentId, Lists>()
  private readonly places = new Map<Row, List>()
  /** The price that each has followed: its stop and its offset together. */
  private readonly followed = new Map<Row, bigint>()

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
    for (const column of [orders.isTriggered, orders.stopPrice, orders.priority, orders.terms])
      column.watch(reenter)
  }

  /** One that the prices of now have left behind, the farthest first, or NO_ROW. */
  leftBehind(instrument: InstrumentId): Row {
    const lists = this.instruments.get(instrument)
    if (lists === undefined) return NO_ROW
    const own = this.market.instruments.row(instrument)
    const { tick } = this.market.termsOf(own)
    for (const { list, side, trigger } of LISTS) {
      const first = lists[list]?.at(-1)
      const price = first === undefined ? null : this.market.triggerPrice(own, trigger)
      if (first === undefined || price === null) continue
      const onTick = divide(price, tick, side === 'sell' ? 'floor' : 'ceiling') * tick
      const followed = this.followed.get(first) ?? onTick
      if (side === 'sell' ? followed < onTick : followed > onTick) return first
    }
    return NO_ROW
  }

  count(instrument: InstrumentId): number {
    const lists = this.instruments.get(instrument)
    return lists === undefined ? 0 : Object.values(lists).reduce((sum, rows) => sum + rows.length, 0)
  }

  *canonical(): Iterable<Plain> {
    for (const instrument of [...this.instruments.keys()].sort((left, right) => left - right)) {
      const lists = this.instruments.get(instrument)
      for (const { list } of LISTS) {
        const rows = lists?.[list] ?? []
        if (rows.length > 0) yield [instrument, list, ...rows.map((row) => this.orders.id(row))]
      }
    }
  }

  private enter(row: Row): void {
    const { orders } = this
    const terms = orders.terms.get(row)
    const stopPrice = orders.stopPrice.get(row)
    if (terms.link?.isWaiting === true) return
    if (terms.trailingOffset === undefined || stopPrice === null || orders.isTriggered.get(row)) return
    const [instrument, side] = [orders.instrument.get(row), orders.side.get(row)]
    const list: List = `${side} ${triggerOf(this.market, { terms, instrument })}`
    this.followed.set(
      row,
      side === 'sell' ? stopPrice + terms.trailingOffset : stopPrice - terms.trailingOffset,
    )
    let lists = this.instruments.get(instrument)
    if (lists === undefined) {
      lists = {}
      this.instruments.set(instrument, lists)
    }
    const rows = lists[list] ?? []
    lists[list] = rows
    insertInOrder(rows, row, (other) => this.isBefore(side, row, other))
    this.places.set(row, list)
  }

  private leave(row: Row): void {
    const list = this.places.get(row)
    if (list === undefined) return
    const rows = this.instruments.get(this.orders.instrument.get(row))?.[list]
    rows?.splice(rows.lastIndexOf(row), 1)
    this.places.delete(row)
    this.followed.delete(row)
  }

  /** Whether `left` is left behind after `right`. */
  private isBefore(side: Side, left: Row, right: Row): boolean {
    const [one, other] = [this.followed.get(left) ?? 0n, this.followed.get(right) ?? 0n]
    if (one !== other) return side === 'sell' ? one > other : one < other
    return this.orders.priority.get(left) > this.orders.priority.get(right)
  }
}
