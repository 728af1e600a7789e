/** What the open orders of a protection may come to, on a side of an instrument. */
import type { Row } from '../../image/index.js'
import { formatPrice, type Price } from '../../money/index.js'
import { cancelOpenOrder } from '../ending.js'
import { type Fault, fault } from '../faults.js'
import { type Order, orderAt } from '../order.js'
import type { TradingContext } from '../trading.js'
import { coinIn, under } from './standing.js'

/** With the other open orders of its side the order may be too much for its protection. */
export function sideFault(context: TradingContext, row: Row, order: Order, replaces: Row): Fault | null {
  const { protections, protectedOrders, orders } = context.trading
  const most = protections.sideQuantityMax.get(row)
  if (most === null) return null
  let sum = coinIn(context, order)
  const index = protections.index.get(row)
  for (const other of protectedOrders.each(order.account, index, protections.group.get(row)))
    if (
      other !== replaces &&
      orders.side.get(other) === order.side &&
      orders.instrument.get(other) === order.instrument
    )
      sum += coinIn(context, orderAt(orders, other))
  return sum <= most
    ? null
    : fault(
        'quantity_limit',
        `at most ${formatPrice(most as Price)} of the coin may be open on a side under the protection`,
      )
}

/** What is open beyond the most that a side may come to by now ends, the newest of it. */
export function curtail(context: TradingContext, row: Row): void {
  const { protections, orders } = context.trading
  const most = protections.sideQuantityMax.get(row)
  if (most === null) return
  const sums = new Map<string, bigint>()
  for (const each of under(context, row)) {
    const order = orderAt(orders, each)
    const side = `${order.instrument} ${order.side}`
    const sum = (sums.get(side) ?? 0n) + coinIn(context, order)
    if (sum > most) cancelOpenOrder(context, each, 'protection_curtailed')
    else sums.set(side, sum)
  }
}
