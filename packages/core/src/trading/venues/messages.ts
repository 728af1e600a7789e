/** Messages to an outside venue: each is an effect, delivered at least once, under a number of its venue's own. */
import { NO_ROW, type Plain, type Row } from '../../image/index.js'
import type { Order } from '../order.js'
import type { TradingContext } from '../trading.js'

export const VENUE_MESSAGES = ['place', 'replace', 'cancel'] as const
export type VenueMessage = (typeof VENUE_MESSAGES)[number]

/** The row of the venue that an instrument trades at, or NO_ROW where it is matched here. */
export function venueOf(
  { market, trading }: Pick<TradingContext, 'market' | 'trading'>,
  instrument: Row,
): Row {
  const name = market.instruments.venue.get(instrument)
  return name === null ? NO_ROW : trading.venueByName.find(name)
}

/** Sends what is asked of an order. The venue acts on messages in order of their numbers, and on each number once. */
export function send(
  context: TradingContext,
  venue: Row,
  action: VenueMessage,
  order: Order,
  more: { readonly [key: string]: Plain } = {},
): void {
  const { trading, market } = context
  const number = trading.venues.messages.get(venue) + 1
  trading.venues.messages.set(venue, number)
  const instrument = market.instruments.row(order.instrument)
  context.effect('venue', `ven_${trading.venues.id(venue)}`, {
    number,
    action,
    order: order.id,
    instrument: order.instrument,
    symbol: market.instruments.symbol.get(instrument),
    quantityScale: market.instruments.quantityScale.get(instrument),
    side: order.side,
    type: order.type,
    timeInForce: order.timeInForce,
    price: order.price,
    stopPrice: order.stopPrice,
    quantity: order.quantity,
    expiresAt: order.expiresAt,
    allOrNone: order.terms.allOrNone,
    postOnly: order.terms.postOnly,
    ...more,
  })
}
