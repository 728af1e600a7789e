/**
 * Trailing stops: they wait a fixed offset behind the best price that their trigger has had since they came, so a sale
 * follows a rise and a purchase a fall, and neither ever goes back (deribit section 6.1).
 */
import { NO_ROW, type Row } from '../image/index.js'
import type { FollowingRoom, Market } from '../market/index.js'
import { divide, type Price } from '../money/index.js'
import type { TrailingOrders } from './book/trailing-orders.js'
import { type Fault, fault } from './faults.js'
import type { SpecialTerms } from './fields.js'
import type { Order, Orders } from './order.js'
import { triggerOf } from './triggers.js'

/** Trailing stops that wait in one instrument: each moves whenever the best price does. */
export const TRAILING_ORDERS_MAX = 500

/** What this needs of the rooms. */
interface Followed {
  readonly market: Market
  readonly trading: { readonly orders: Orders; readonly trailing: TrailingOrders }
}

type Trailing = Pick<Order, 'side' | 'type' | 'terms' | 'instrument' | 'stopPrice'>

/** Where the stop of the order belongs: behind the price of now, or where it is already if that is nearer. */
export function trailedPrice(market: Market, order: Trailing): Price | null {
  const offset = order.terms.trailingOffset
  if (order.type !== 'trailing_stop' || offset === undefined) return order.stopPrice
  const row = market.instruments.row(order.instrument)
  const price = market.triggerPrice(row, triggerOf(market, order))
  if (price === null) return order.stopPrice
  const behind = stopBehind(market, row, order.side, price, offset)
  if (order.stopPrice === null) return behind
  const isNearer = order.side === 'sell' ? behind > order.stopPrice : behind < order.stopPrice
  return isNearer ? behind : order.stopPrice
}

/** So far behind a price, on the tick that is no nearer to it. */
export function stopBehind(
  market: Market,
  instrument: Row,
  side: Order['side'],
  price: Price,
  offset: Price,
): Price {
  const { tick } = market.termsOf(instrument)
  const [exact, rounding] =
    side === 'sell' ? ([price - offset, 'floor'] as const) : ([price + offset, 'ceiling'] as const)
  return (divide(exact, tick, rounding) * tick) as Price
}

/** Where the stop belongs when its offset changes: behind the price that it has followed so far. */
export function trailedAnew(market: Market, before: Trailing, changed: SpecialTerms): Price | null {
  const { side, terms, stopPrice, instrument } = before
  const [old, offset] = [terms.trailingOffset, changed.trailingOffset]
  if (old === undefined || offset === undefined || stopPrice === null) return stopPrice
  const followed = (side === 'sell' ? stopPrice + old : stopPrice - old) as Price
  const moved = stopBehind(market, market.instruments.row(instrument), side, followed, offset)
  return trailedPrice(market, { ...before, terms: { ...terms, ...changed }, stopPrice: moved })
}

export const noReference = (): Fault =>
  fault('no_reference_price', 'its trigger has no price yet that it could follow')

/** What stands against the offset, or against one more that trails. `replaces` is the row that it takes the place of. */
export function trailingFault({ market, trading }: Followed, order: Order, replaces: Row): Fault | null {
  const offset = order.terms.trailingOffset
  if (offset === undefined) return null
  const terms = market.termsOf(market.instruments.row(order.instrument))
  if (!terms.isOnTick(offset))
    return fault('price_off_tick', 'expected an offset that is a whole number of ticks')
  if (order.stopPrice !== null && order.stopPrice <= 0n)
    return fault('trigger_price_invalid', 'the stop would wait for a price of zero or less')
  if (replaces === NO_ROW && trading.trailing.count(order.instrument) >= TRAILING_ORDERS_MAX)
    return fault('trailing_orders_limit', `an instrument has at most ${TRAILING_ORDERS_MAX} trailing stops`, {
      limit: TRAILING_ORDERS_MAX,
    })
  return null
}

/** Moves the trailing stops that the prices of now have left behind, as far as there is room. False where some are left. */
export function trail({ market, trading }: Followed, instrument: Row, room: FollowingRoom): boolean {
  const { trailing, orders } = trading
  const id = market.instruments.id(instrument)
  for (let row = trailing.leftBehind(id); row !== NO_ROW; row = trailing.leftBehind(id)) {
    if (room.left <= 0) return false
    room.left -= 1
    const order = {
      side: orders.side.get(row),
      type: orders.type.get(row),
      terms: orders.terms.get(row),
      instrument: id,
      stopPrice: orders.stopPrice.get(row),
    }
    // What it is reserved at stays: it is judged at the prices of then when it is triggered.
    orders.stopPrice.set(row, trailedPrice(market, order))
  }
  return true
}
