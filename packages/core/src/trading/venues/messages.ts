/** Messages to an outside venue: each is an effect, delivered at least once, under a number of its venue's own. */
import { type Instant, NO_ROW, type Row } from '../../image/index.js'
import type { InstrumentId } from '../../market/index.js'
import type { CurrencyCode, Price, Quantity } from '../../money/index.js'
import type { OrderId, OrderType, Side, TimeInForce } from '../fields.js'
import type { Order } from '../order.js'
import type { TradingContext } from '../trading.js'

export const VENUE_MESSAGES = ['place', 'replace', 'cancel'] as const
export type VenueMessage = (typeof VENUE_MESSAGES)[number]

/** What is asked, and the order as it is meant to be then. */
export type MessageToVenue = {
  readonly number: number
  readonly action: VenueMessage
  readonly order: OrderId
  readonly instrument: InstrumentId
  readonly symbol: string
  readonly quantityScale: number
  readonly currency: CurrencyCode
  readonly side: Side
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly price: Price | null
  readonly stopPrice: Price | null
  /** Of the whole order, what is filled included. */
  readonly quantity: Quantity
  readonly expiresAt: Instant | null
  readonly allOrNone: boolean
  readonly postOnly: boolean
}

/** The row of the venue that an instrument trades at, or NO_ROW where it is matched here. */
export function venueOf(
  { market, trading }: Pick<TradingContext, 'market' | 'trading'>,
  instrument: Row,
): Row {
  const name = market.instruments.venue.get(instrument)
  return name === null ? NO_ROW : trading.venueByName.find(name)
}

/** Sends what is asked of an order. The venue acts on messages in order of their numbers, and on each number once. */
export function send(context: TradingContext, venue: Row, action: VenueMessage, order: Order): void {
  const { trading, market } = context
  const number = trading.venues.messages.get(venue) + 1
  trading.venues.messages.set(venue, number)
  const instrument = market.instruments.row(order.instrument)
  const message: MessageToVenue = {
    number,
    action,
    order: order.id,
    instrument: order.instrument,
    symbol: market.instruments.symbol.get(instrument),
    quantityScale: market.instruments.quantityScale.get(instrument),
    currency: market.instruments.currency.get(instrument),
    side: order.side,
    type: order.type,
    timeInForce: order.timeInForce,
    price: order.price,
    stopPrice: order.stopPrice,
    quantity: order.quantity,
    expiresAt: order.expiresAt,
    allOrNone: order.terms.allOrNone,
    postOnly: order.terms.postOnly,
  }
  context.effect('venue', `ven_${trading.venues.id(venue)}`, message)
}
