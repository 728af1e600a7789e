/** What an order without a price is reckoned at, and what is left of one stands at, where the book does not say it. */
import type { Row } from '../image/index.js'
import { divide, type Price } from '../money/index.js'
import type { Order } from './order.js'
import type { TradingContext } from './trading.js'

/** What a market order is reckoned at where nobody offers: the last trade, else a mark, else the close. */
export const referencePrice = ({ market }: TradingContext, instrument: Row): Price | null =>
  market.lastPrice(instrument) ?? market.valuationPrice(instrument)

/**
 * The rest of a market-to-limit order becomes a limit at the last price that it traded at, else at the reference, on the
 * tick that is no worse for it; null where there is none, and then it does not rest.
 */
export function remainderPrice(context: TradingContext, order: Order): Price | null {
  const instrument = context.market.instruments.row(order.instrument)
  if (order.filled > 0n) return context.market.lastPrice(instrument)
  const reference = referencePrice(context, instrument)
  if (reference === null) return null
  const { tick } = context.market.termsOf(instrument)
  return (divide(reference, tick, order.side === 'buy' ? 'floor' : 'ceiling') * tick) as Price
}
