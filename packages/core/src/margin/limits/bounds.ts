/** What a limit may say: every bound is checked here, at its edge and beyond. */
import type { InstrumentId } from '../../market/index.js'
import { instrumentRow, type MarketContext } from '../../market/index.js'
import {
  type Amount,
  type CurrencyCode,
  LEAF_AMOUNT_MAX,
  ONE,
  PRICE_MAX,
  type Price,
  type Rate,
} from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import { type NodeId, UNITS_MAX, type Units } from './fields.js'

export const LIMITS_OF_NODE_MAX = 1_000
export const OPEN_ORDERS_LIMIT_MAX = 1_000_000
export const ORDER_RATE_LIMIT_MAX = 1_000_000

export type Bounds = {
  readonly orderQuantity: Units | null
  readonly orderNotional: Amount | null
  readonly position: Units | null
  readonly priceLow: Price | null
  readonly priceHigh: Price | null
  readonly priceDeviation: Rate | null
  readonly openOrders: number | null
  readonly orderRate: number | null
  readonly dailyLoss: Amount | null
}

export type SetRiskLimit = Bounds & {
  readonly node: NodeId
  /** The node, or one above it, whose administrators alone may change the limit; null: the node itself. */
  readonly authority: NodeId | null
  readonly instrument: InstrumentId | null
  readonly currency: CurrencyCode | null
  readonly liftsDaily: boolean
}

/** The currency that the limit's amounts are in, once everything about it is as it may be. */
export function checkBounds({ market }: MarketContext, input: SetRiskLimit): CurrencyCode | null {
  const { instrument, priceLow, priceHigh, dailyLoss, orderNotional } = input
  const own = instrument === null ? null : market.instruments.currency.get(instrumentRow(market, instrument))
  const currency = input.currency ?? own
  if (own !== null && currency !== own)
    refuse('malformed', 'expected the currency of the instrument', { field: '/currency' })
  checkNumbers(input)
  if (instrument === null && (priceLow !== null || priceHigh !== null))
    refuse('malformed', 'a price says something of one instrument only', { field: '/instrument' })
  if (priceLow !== null && priceHigh !== null && priceLow > priceHigh)
    refuse('malformed', 'expected a low price of at most the high one', { field: '/price_low' })
  if (instrument !== null && dailyLoss !== null)
    refuse('malformed', 'a loss is limited over all instruments together', { field: '/instrument' })
  if (currency === null && (dailyLoss !== null || orderNotional !== null))
    refuse('malformed', 'an amount needs a currency', { field: '/currency' })
  return currency
}

const NUMBERS = [
  ['orderQuantity', UNITS_MAX, '/order_quantity'],
  ['orderNotional', LEAF_AMOUNT_MAX, '/order_notional'],
  ['position', UNITS_MAX, '/position'],
  ['priceLow', PRICE_MAX, '/price_low'],
  ['priceHigh', PRICE_MAX, '/price_high'],
  ['priceDeviation', 1_000n * ONE, '/price_deviation'],
  ['openOrders', OPEN_ORDERS_LIMIT_MAX, '/open_orders'],
  ['orderRate', ORDER_RATE_LIMIT_MAX, '/order_rate'],
  ['dailyLoss', LEAF_AMOUNT_MAX, '/daily_loss'],
] as const

function checkNumbers(input: Bounds): void {
  if (NUMBERS.every(([name]) => input[name] === null)) refuse('malformed', 'expected at least one limit')
  for (const [name, most, field] of NUMBERS) {
    const given = input[name]
    if (given !== null && (given < 0 || given > most))
      refuse('malformed', 'expected a limit of at least zero that can be reached', { field })
  }
}
