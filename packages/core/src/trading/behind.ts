/** A post-only order that would trade at once may ask to rest a tick behind instead (deribit section 6.1). */
import type { Price } from '../money/index.js'
import { opposite } from './fields.js'
import type { Order } from './order.js'
import type { TradingContext } from './trading.js'

/** The price that it rests at: its own, or a tick behind the best of the other side; its own too where that is none. */
export function priceBehind(
  { trading, market }: TradingContext,
  order: Pick<Order, 'instrument' | 'side' | 'price' | 'terms'>,
): Price | null {
  const { price, side, terms, instrument } = order
  const best = trading.books.of(instrument)[opposite(side)].level(0)
  if (price === null || !terms.postOnly || !terms.reprices || best === undefined) return price
  const { tick } = market.termsOf(market.instruments.row(instrument))
  const behind = (BigInt(best.ticks) + (side === 'buy' ? -1n : 1n)) * tick
  const isThrough = side === 'buy' ? price > behind : price < behind
  return isThrough && behind > 0n ? (behind as Price) : price
}
