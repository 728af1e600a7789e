/** What is open under a protection, and what it comes to in the coin that its contracts deal in. */
import type { Row } from '../../image/index.js'
import type { Price, Quantity } from '../../money/index.js'
import { type Order, openQuantityOf } from '../order.js'
import type { TradingContext } from '../trading.js'

/** Open orders under a protection, the oldest first. */
export const under = (
  { trading: { protections, protectedOrders } }: TradingContext,
  row: Row,
): readonly Row[] =>
  protectedOrders.of(protections.account.get(row), protections.index.get(row), protections.group.get(row))

/** What a quantity is in the coin that the contract deals in, in 10^-18, rounded up. */
export function coinOf(
  { market }: TradingContext,
  { instrument }: Order,
  quantity: Quantity,
  price: Price,
): bigint {
  return market.termsOf(market.instruments.row(instrument)).coin(price, quantity, 'up')
}

/** What is open of an order in the coin that its contract deals in, at its limit; nothing of one at no price. */
export const coinIn = (context: TradingContext, order: Order): bigint =>
  order.price === null || order.price <= 0n ? 0n : coinOf(context, order, openQuantityOf(order), order.price)
