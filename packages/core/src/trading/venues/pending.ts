/**
 * What waits for an outside venue's word. An order counts as open from the moment it is sent; a replacement that asks
 * for more is reserved for while it waits, and becomes the order's own terms when the venue says so.
 */
import type { Row } from '../../image/index.js'
import type { OpenState } from '../fields.js'
import { type Order, orderAt } from '../order.js'
import { report } from '../reports.js'
import type { TradingContext } from '../trading.js'
import { send } from './messages.js'

/** A new order goes to the venue; until it answers the order is pending, and what it may cost is reserved. */
export function route(context: TradingContext, venue: Row, order: Order): void {
  order.state = 'pending_new'
  const { id, ...kept } = order
  context.trading.orders.insert(id, kept)
  report(context, order, 'pending', 'pending_new')
  send(context, venue, 'place', order)
}

/** An order that the venue holds is asked back; it can still be filled before that is known. */
export function requestCancel(context: TradingContext, venue: Row, row: Row): void {
  const { orders } = context.trading
  orders.state.set(row, 'pending_cancel')
  orders.updatedAt.set(row, context.now)
  const order = orderAt(orders, row)
  report(context, order, 'pending', 'pending_cancel')
  send(context, venue, 'cancel', order)
}

export function requestReplace(context: TradingContext, venue: Row, row: Row, after: Order): void {
  const { orders } = context.trading
  orders.pending.set(row, {
    clientOrderId: after.clientOrderId,
    price: after.price,
    stopPrice: after.stopPrice,
    reservePrice: after.reservePrice,
    quantity: after.quantity,
    timeInForce: after.timeInForce,
    expiresAt: after.expiresAt,
    terms: after.terms,
  })
  orders.state.set(row, 'pending_replace')
  orders.updatedAt.set(row, context.now)
  report(context, orderAt(orders, row), 'pending', 'pending_replace')
  send(context, venue, 'replace', after)
}

/** The state that an order goes back to when nothing is pending any more. */
export const restingState = (order: Pick<Order, 'filled'>): OpenState =>
  order.filled > 0n ? 'partially_filled' : 'new'
