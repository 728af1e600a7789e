/**
 * Option orders that are priced in dollars where the option is priced in coin: the price follows the index, on the tick
 * that is no worse for the sender. It is priced anew in the step behind a price of the index, and loses its place then
 * (deribit section 6.1, `advanced`).
 */
import { NO_ROW, type Row } from '../image/index.js'
import type { InstrumentId, Market } from '../market/index.js'
import { divide, ONE, type Price } from '../money/index.js'
import { type Fault, fault } from './faults.js'
import type { Order } from './order.js'

/** Orders priced in dollars that an instrument has: each is looked at behind every price of its index. */
export const USD_ORDERS_MAX = 100

/** The limit in coin of now, or null where the index has no price. */
export function priceOfUsd(
  market: Market,
  { side, terms, instrument }: Pick<Order, 'side' | 'terms' | 'instrument'>,
): Price | null {
  const row = market.instruments.row(instrument)
  const index = market.indexPrice(row)
  if (terms.usdPrice === undefined || index === null) return null
  const { tick } = market.termsOf(row)
  const ticks = divide(terms.usdPrice * ONE, index * tick, side === 'buy' ? 'floor' : 'ceiling')
  return (ticks * tick) as Price
}

/** What this needs of the rooms. */
interface Priced {
  readonly market: Market
  readonly trading: { readonly usdOrders: { count(instrument: InstrumentId): number } }
}

/** What stands against a price in dollars, or null. */
export function usdFault({ market, trading }: Priced, order: Order, replaces: Row): Fault | null {
  if (order.terms.usdPrice === undefined) return null
  const derivative = market.instruments.derivative.get(market.instruments.row(order.instrument))
  if (derivative?.option == null || derivative.style !== 'inverse')
    return fault('usd_price_not_option', 'only an option that is priced in coin can be priced in dollars')
  if (order.terms.postOnly) return fault('usd_price_post_only', 'an order that is priced in dollars may take')
  if (order.type !== 'limit') return fault('order_type_invalid', 'only a limit order is priced in dollars')
  if (order.price === null) return fault('no_reference_price', 'the index has no price yet')
  if (order.price <= 0n) return fault('price_out_of_bounds', 'it is worth less than a tick')
  return replaces === NO_ROW && trading.usdOrders.count(order.instrument) >= USD_ORDERS_MAX
    ? fault(
        'usd_orders_limit',
        `an instrument has at most ${USD_ORDERS_MAX} orders that are priced in dollars`,
        {
          limit: USD_ORDERS_MAX,
        },
      )
    : null
}
