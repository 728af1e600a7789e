/** What an order waits for: a price that rises to it or falls to it. */
import type { Row } from '../image/index.js'
import type { Market, OrderTrigger } from '../market/index.js'
import { type Fault, fault } from './faults.js'
import type { OrderType } from './fields.js'
import type { Order } from './order.js'

type Waiting = Pick<Order, 'side' | 'type' | 'terms' | 'instrument'>

/** The types that wait for a price before they are orders like others. */
export const isWaitingType = (type: OrderType): boolean =>
  type === 'stop' ||
  type === 'stop_limit' ||
  type === 'take' ||
  type === 'take_limit' ||
  type === 'trailing_stop'

/** A stop follows the market away from a position, a take lets it come: a buy stop and a sell take wait for a rise. */
export const waitsForRise = ({ side, type }: Pick<Waiting, 'side' | 'type'>): boolean =>
  (side === 'buy') === (type === 'stop' || type === 'stop_limit' || type === 'trailing_stop')

/** The price that it looks at: the one that it names, else that of its instrument. */
export const triggerOf = (
  market: Market,
  { terms, instrument }: Pick<Waiting, 'terms' | 'instrument'>,
): OrderTrigger => terms.trigger ?? market.instruments.stopTrigger.get(market.instruments.row(instrument))

/** Whether the price is there that it waits for. */
export function isTriggeredBy(market: Market, order: Waiting & Pick<Order, 'stopPrice'>): boolean {
  const row: Row = market.instruments.row(order.instrument)
  const price = market.triggerPrice(row, triggerOf(market, order))
  if (price === null || order.stopPrice === null) return false
  return waitsForRise(order) ? price >= order.stopPrice : price <= order.stopPrice
}

/** What stands against an order that has to wait, and would act at once; null of those that may. */
export function reachedFault(market: Market, order: Order): Fault | null {
  if (order.terms.mustWait !== true || order.isTriggered || !isTriggeredBy(market, order)) return null
  return fault('trigger_price_invalid', 'the price that it would wait for is there already')
}
