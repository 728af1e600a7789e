/**
 * An open order as it stands after a change: it keeps its place in the queue where nothing but its quantity changes, and
 * that downwards; otherwise it leaves its queue and enters again, as one that may trade (polymarket-us section 4.4).
 */
import type { Id, Row } from '../image/index.js'
import { enter, followUp } from './entering.js'
import type { Order } from './order.js'
import { report } from './reports.js'
import type { TradingSession } from './session.js'
import type { TradingContext } from './trading.js'

export const keepsPriority = (before: Order, after: Order): boolean =>
  before.price === after.price &&
  before.stopPrice === after.stopPrice &&
  after.quantity <= before.quantity &&
  before.terms.allOrNone === after.terms.allOrNone &&
  before.terms.displayQuantity === after.terms.displayQuantity

/** The order stays where it is in its queue. */
export function restate(context: TradingContext, session: TradingSession, row: Row, after: Order): void {
  const { orders } = context.trading
  orders.clientOrderId.set(row, after.clientOrderId)
  orders.quantity.set(row, after.quantity)
  orders.timeInForce.set(row, after.timeInForce)
  orders.expiresAt.set(row, after.expiresAt)
  orders.terms.set(row, after.terms)
  orders.enteredAt.set(row, after.enteredAt)
  orders.updatedAt.set(row, after.updatedAt)
  report(context, after, 'replaced', after.state)
  if (!after.terms.allOrNone) return
  // The book may be able to fill the smaller quantity.
  session.instruments.add(after.instrument)
  followUp(context, session)
}

/** The order leaves its queue and enters again, as one that may trade. */
export function requeue(context: TradingContext, session: TradingSession, row: Row, after: Order): void {
  context.trading.orders.remove(row)
  after.priority = context.image.newId<Id>()
  report(context, after, 'replaced', after.state)
  enter(context, session, after)
  followUp(context, session)
}
