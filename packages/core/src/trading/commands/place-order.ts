/**
 * `orders.place`: an order is judged, accepted, and trades with what is there, all in one step. What fails a business
 * check is refused, or recorded as a rejected order, as the request says.
 */
import { command, NO_ROW } from '../../image/index.js'
import { instrumentRow } from '../../market/index.js'
import { refuse } from '../../refusals/index.js'
import { isReducing, tradeNeeds } from '../access.js'
import { enter, followUp, limitRemainder } from '../entering.js'
import type { Fault } from '../faults.js'
import { judge, noteEntered } from '../judging.js'
import { find } from '../matching.js'
import { type Order, openQuantityOf } from '../order.js'
import { checkFree, checkShape, newNumbers, orderOf, type PlaceOrder } from '../placing.js'
import { faultTold, report } from '../reports.js'
import { TradingSession } from '../session.js'
import type { TradingContext } from '../trading.js'
import { route, venueOf } from '../venues/index.js'

export const placeOrder = command({
  name: 'orders.place',
  scope: 'orders:write',
  needs: (context: TradingContext, input: PlaceOrder) =>
    tradeNeeds(
      input.account,
      input.quantity !== null && isReducing(context, { ...input, quantity: input.quantity })
        ? 'reduce'
        : 'trade',
    ),
  decide(context, input) {
    instrumentRow(context.market, input.instrument)
    checkShape(input, context.now)
    checkFree(context, input.account, input.clientOrderId)
    const { order, fault } = orderOf(context, input, newNumbers(context))
    const found = fault ?? judge(context, order)
    if (found !== null) return decline(context, order, found, input.onReject)
    accept(context, order)
    return { order: order.id, state: stateOf(context, order) }
  },
})

/** Says that the order was accepted, and lets it enter with all that follows. */
function accept(context: TradingContext, order: Order): void {
  noteEntered(context, order)
  const venue = venueOf(context, context.market.instruments.row(order.instrument))
  if (venue !== NO_ROW) {
    route(context, venue, order)
    return
  }
  // Where nobody is there to trade with, it stands at the reference at once.
  if (order.type === 'market_to_limit' && find(context, order, openQuantityOf(order)).quantity === 0n)
    limitRemainder(context, order)
  report(context, order, 'accepted', 'new')
  const session = new TradingSession()
  enter(context, session, order)
  followUp(context, session)
}

function decline(context: TradingContext, order: Order, fault: Fault, onReject: PlaceOrder['onReject']) {
  if (onReject === 'refuse')
    refuse('order_rejected', fault.text, { data: { reason: fault.code, ...fault.data } })
  noteEntered(context, order)
  report(context, order, 'rejected', 'rejected', faultTold(fault))
  return { order: order.id, state: 'rejected' as const }
}

const stateOf = ({ trading }: TradingContext, { id, filled, quantity }: Order) =>
  trading.orders.has(id)
    ? trading.orders.state.get(trading.orders.row(id))
    : filled === quantity
      ? 'filled'
      : 'ended'
