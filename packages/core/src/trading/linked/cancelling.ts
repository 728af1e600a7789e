/** Of orders that cancel each other, what must not trade any more goes with the fill itself. */
import { type Id, NO_ROW } from '../../image/index.js'
import { quantity } from '../../money/index.js'
import { cancelOpenOrder } from '../ending.js'
import { type Order, orderAt } from '../order.js'
import { report } from '../reports.js'
import type { TradingContext } from '../trading.js'

/** After a fill of one of those that cancel each other: the others end, or are as much smaller. */
export function fillCancelsOthers(context: TradingContext, order: Order, filled: bigint): void {
  const { link } = order.terms
  if (link === undefined || link.cancels.length === 0) return
  if (link.condition === 'complete_fill' && order.filled < order.quantity) return
  const { orders } = context.trading
  const left: Id<'order'>[] = []
  for (const id of link.cancels) {
    const row = orders.find(id)
    if (row === NO_ROW) continue
    const rest = quantity(orders.quantity.get(row) - filled)
    if (link.condition === 'incremental' && rest > orders.filled.get(row)) {
      orders.quantity.set(row, rest)
      report(context, orderAt(orders, row), 'replaced', orders.state.get(row))
      left.push(id)
    } else cancelOpenOrder(context, row, 'other_closed')
  }
  // What it has taken out does not take it out in turn.
  order.terms = { ...order.terms, link: { ...link, cancels: left } }
  const own = orders.find(order.id)
  if (own !== NO_ROW) orders.terms.set(own, { ...orders.terms.get(own), link: { ...link, cancels: left } })
}
