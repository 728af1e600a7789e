/** What one open order counts with, where those of an account are summed: quantity and money at the price it is reserved at. */
import type { Row } from '../image/index.js'
import { feeReserve, type Market } from '../market/index.js'
import { type Amount, amount, ONE, type Price, type Quantity, ZERO } from '../money/index.js'
import type { Side } from './fields.js'

/** What one order adds: at the price that it is reserved at. */
export interface Contribution {
  readonly isBid: boolean
  readonly quantity: Quantity
  readonly money: Amount
  readonly fees: Amount
  /** What even a close would cost. */
  readonly excess: Amount
}

/** What an open order of these terms is counted with. */
export function contributionOf(
  market: Market,
  instrument: Row,
  order: {
    readonly side: Side
    readonly reservePrice: Price
    readonly feeSchedule: Parameters<Market['feesOf']>[0]
    readonly feeExact: bigint
    readonly takerFees: Amount
  },
  open: Quantity,
  willTake: boolean,
): Contribution {
  const terms = market.termsOf(instrument)
  const isBid = order.side === 'buy'
  const money = terms.notional(order.reservePrice, open, isBid ? 'up' : 'down')
  const fees = market.feesOf(order.feeSchedule)
  if (fees === null) return { isBid, quantity: open, money, fees: ZERO, excess: ZERO }
  const basis = {
    price: order.reservePrice,
    quantity: open,
    quantityScale: terms.quantityScale,
    multiplier: terms.multiplier,
    isInverse: terms.isInverse,
  }
  const rates = willTake ? fees : { ...fees, takerRate: fees.makerRate }
  const currency = market.instruments.currency.get(instrument)
  const before = { exact: order.feeExact, charged: order.takerFees }
  const charged = feeReserve(rates, basis, currency, before)
  const freed = isBid ? terms.notional(ONE as Price, open, 'down') - money : money
  const excess = charged > freed ? amount(charged - freed) : ZERO
  return { isBid, quantity: open, money, fees: charged, excess }
}

export const worsePrice = (side: Side, price: Price, pending: Price | undefined): Price =>
  pending === undefined || (side === 'buy' ? pending <= price : pending >= price) ? price : pending
