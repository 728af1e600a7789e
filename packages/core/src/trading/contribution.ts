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

/** What is asked of an order to count it. */
interface Counted {
  readonly side: Side
  readonly reservePrice: Price
  readonly feeSchedule: Parameters<Market['feesOf']>[1]
  readonly feeExact: bigint
  readonly takerFees: Amount
}

/** What an open order of these terms is counted with. */
export function contributionOf(
  market: Market,
  instrument: Row,
  order: Counted,
  open: Quantity,
  willTake: boolean,
): Contribution {
  const terms = market.termsOf(instrument)
  const isBid = order.side === 'buy'
  const money = terms.notional(order.reservePrice, open, isBid ? 'up' : 'down')
  const currency = market.feeCurrency(instrument, order.feeSchedule, order.side)
  // What is taken out of what comes in needs no money beside it.
  const isBeside = currency === market.instruments.currency.get(instrument)
  const fees = isBeside ? feesAhead(market, instrument, order, open, willTake) : ZERO
  // A purchase of a pair frees nothing and reserves its fees whole.
  const isPurchase = isBid && market.pairs.base(instrument) !== null
  const freed = isPurchase ? fees : isBid ? terms.notional(ONE as Price, open, 'down') - money : money
  const excess = fees > freed && fees > ZERO ? amount(fees - freed) : ZERO
  return { isBid, quantity: open, money, fees, excess }
}

/** The most that what is open may be charged, in the currency of its fees. */
export function feesAhead(
  market: Market,
  instrument: Row,
  order: Counted,
  open: Quantity,
  willTake: boolean,
): Amount {
  const fees = market.feesOf(instrument, order.feeSchedule, order.side)
  if (fees === null) return ZERO
  const { quantityScale, multiplier, isInverse } = market.termsOf(instrument)
  const basis = { price: order.reservePrice, quantity: open, quantityScale, multiplier, isInverse }
  const rates = willTake ? fees : { ...fees, takerRate: fees.makerRate }
  const before = { exact: order.feeExact, charged: order.takerFees }
  return feeReserve(rates, basis, fees.currency, before)
}

export const worsePrice = (side: Side, price: Price, pending: Price | undefined): Price =>
  pending === undefined || (side === 'buy' ? pending <= price : pending >= price) ? price : pending
