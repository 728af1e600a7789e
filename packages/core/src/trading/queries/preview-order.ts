/**
 * `orders.preview`: what an order would meet: whether it would be accepted and why not, what it would trade at once, at
 * which prices and fees. It only reads; the whole outcome with all its effects is what a dry run of `orders.place` tells.
 */
import { query } from '../../image/index.js'
import { instrumentRow } from '../../market/index.js'
import { type Amount, type Price, type Quantity, ZERO } from '../../money/index.js'
import { tradeNeeds } from '../access.js'
import { feesAhead } from '../contribution.js'
import type { Fault } from '../faults.js'
import type { OrderId } from '../fields.js'
import { judge } from '../judging.js'
import { find } from '../matching.js'
import { type OrderTold, openQuantityOf, orderTold } from '../order.js'
import { checkShape, orderOf, type PlaceOrder } from '../placing.js'
import type { TradingContext } from '../trading.js'

export interface OrderPreview {
  readonly order: OrderTold
  readonly fault: Fault | null
  /** What it would trade with at once. */
  readonly quantity: Quantity
  readonly worth: Amount
  readonly bestPrice: Price | null
  readonly worstPrice: Price | null
  /** The most that taking this would be charged, in the currency of its fees. */
  readonly fees: Amount
}

export const previewOrder = query({
  name: 'orders.preview',
  scope: 'orders:read',
  needs: (_context: TradingContext, { account }: PlaceOrder) => tradeNeeds(account, 'read'),
  read(context, input): OrderPreview {
    const { market } = context
    const row = instrumentRow(market, input.instrument)
    checkShape(input, context.now)
    // A preview has no id and no place in the queue: it leaves nothing behind.
    const { order, fault } = orderOf(context, input, { id: 0 as OrderId, priority: Number.MAX_SAFE_INTEGER })
    // Who asks and places nothing learns no more than the book shows.
    const found = find(context, order, openQuantityOf(order), 'shown')
    const symbol = market.instruments.symbol.get(row)
    const fees =
      found.worst === null
        ? ZERO
        : feesAhead(market, row, { ...order, reservePrice: found.worst }, found.quantity, true)
    return {
      order: orderTold(order, symbol, 'new'),
      fault: fault ?? judge(context, order),
      quantity: found.quantity,
      worth: found.worth,
      bestPrice: found.best,
      worstPrice: found.worst,
      fees,
    }
  },
})
