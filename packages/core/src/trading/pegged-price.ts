/**
 * Option orders whose price is pegged: to dollars, where the option is priced in coin, or to a volatility. It is what the
 * index makes of that, and of a volatility the time that is left in whole minutes, on the tick that is no worse for the
 * sender. It is priced anew in the step behind a price of the index, or behind a full minute, and loses its place then
 * (deribit section 6.1, `advanced`).
 */
import { after, type Instant, MINUTE, NO_ROW, type Row, STEP_PAUSE } from '../image/index.js'
import { type InstrumentId, type Market, optionTermsAt, priceAtVolatility } from '../market/index.js'
import { divide, ONE, type Price, type Rate } from '../money/index.js'
import { type Fault, fault } from './faults.js'
import type { OrderTerms } from './fields.js'
import type { Order } from './order.js'

/** Pegged orders that an instrument has: each is looked at behind every price of its index. */
export const PEGGED_ORDERS_MAX = 100
/** So long before the option expires no order is pegged to a volatility any more (deribit section 10, 11046). */
export const VOLATILITY_ENDS = 5 * MINUTE

type Pegged = Pick<Order, 'side' | 'terms' | 'instrument'>

export const isPegged = ({ usdPrice, volatility }: OrderTerms): boolean =>
  usdPrice !== undefined || volatility !== undefined

const minuteOf = (at: Instant): Instant => (Math.floor(at / MINUTE) * MINUTE) as Instant

/**
 * When a price that follows a volatility is looked at next: behind a full minute, and where it ends. Minutes that passed
 * meanwhile are not made up for one by one.
 */
export function nextLook(market: Market, instrument: Row, now: Instant, horizon: Instant): Instant {
  if (minuteOf(horizon) > now) return after(horizon, STEP_PAUSE)
  const minute = after(minuteOf(horizon), MINUTE)
  const expiresAt = market.instruments.expiresAt.get(instrument)
  const end = expiresAt === null ? minute : after(expiresAt, -VOLATILITY_ENDS)
  return end > horizon && end < minute ? end : minute
}

/** The limit of now; null of what is not pegged, and where the index has no price. */
export function peggedPrice(market: Market, { side, terms, instrument }: Pegged, now: Instant): Price | null {
  const row = market.instruments.row(instrument)
  const worth = worthAt(market, row, terms, now)
  if (worth === null) return null
  const { tick } = market.termsOf(row)
  const ticks = divide(worth.count, worth.of * tick, side === 'buy' ? 'floor' : 'ceiling')
  return (ticks * tick) as Price
}

/** What it is pegged to as a price, exact: one number by another. */
function worthAt(
  market: Market,
  row: Row,
  { usdPrice, volatility }: OrderTerms,
  now: Instant,
): { readonly count: bigint; readonly of: bigint } | null {
  if (usdPrice !== undefined) {
    const index = market.indexPrice(row)
    return index === null ? null : { count: usdPrice * ONE, of: index }
  }
  const price = volatility === undefined ? null : volatilityPrice(market, row, volatility, now)
  return price === null ? null : { count: price, of: 1n }
}

function volatilityPrice(market: Market, row: Row, volatility: Rate, now: Instant): Price | null {
  const { derivative, expiresAt } = market.instruments
  const terms = derivative.get(row)
  const model = optionTermsAt(terms, expiresAt.get(row), market.indexPrice(row), minuteOf(now))
  return terms === null || model === null ? null : priceAtVolatility(terms, model, volatility)
}

/**
 * Whether the order has to be looked at, since it may not stand any more or belongs at another price. What `retreats` from
 * the other side goes first, so that no order trades with one that only has not followed yet.
 */
export function leftBehind(
  market: Market,
  order: Pegged & Pick<Order, 'price'>,
  now: Instant,
): 'retreats' | 'advances' | null {
  if (order.terms.volatility !== undefined && isNearlyOver(market, order.instrument, now)) return 'retreats'
  const price = peggedPrice(market, order, now)
  if (price === null || order.price === null || price === order.price) return null
  return price < order.price === (order.side === 'buy') ? 'retreats' : 'advances'
}

function isNearlyOver(market: Market, instrument: InstrumentId, now: Instant): boolean {
  const row = market.instruments.row(instrument)
  const [state, expiresAt] = [market.state(row), market.instruments.expiresAt.get(row)]
  if (state === 'expired' || state === 'terminated') return true
  return expiresAt !== null && expiresAt - now <= VOLATILITY_ENDS
}

/** What this needs of the rooms. */
interface Priced {
  readonly market: Market
  readonly trading: { readonly peggedOrders: { count(instrument: InstrumentId): number } }
  readonly now: Instant
}

/** What stands against an order that is pegged, or null. */
export function pegFault({ market, trading, now }: Priced, order: Order, replaces: Row): Fault | null {
  const { terms, instrument, price, type } = order
  if (!isPegged(terms)) return null
  const found = contractFault(market, order)
  if (found !== null) return found
  if (terms.postOnly) return fault('peg_post_only', 'an order that follows its index may take')
  if (type !== 'limit') return fault('order_type_invalid', 'only a limit order follows its index')
  if (terms.volatility !== undefined && isNearlyOver(market, instrument, now))
    return fault('volatility_too_late', 'the option expires within five minutes, or is over', {
      state: market.state(market.instruments.row(instrument)),
    })
  if (price === null) return fault('no_reference_price', 'the index has no price yet')
  if (price <= 0n) return fault('price_out_of_bounds', 'it is worth less than a tick')
  return replaces === NO_ROW && trading.peggedOrders.count(instrument) >= PEGGED_ORDERS_MAX
    ? fault(
        'pegged_orders_limit',
        `an instrument has at most ${PEGGED_ORDERS_MAX} orders that follow its index`,
        { limit: PEGGED_ORDERS_MAX },
      )
    : null
}

function contractFault({ instruments }: Market, { terms, instrument }: Order): Fault | null {
  const derivative = instruments.derivative.get(instruments.row(instrument))
  if (terms.volatility !== undefined)
    return derivative?.option == null ? fault('peg_not_option', 'only an option has a volatility') : null
  return derivative?.option == null || derivative.style !== 'inverse'
    ? fault('peg_not_option', 'only an option that is priced in coin can be priced in dollars')
    : null
}
