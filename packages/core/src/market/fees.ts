/**
 * Fees of a fill. The exact fee counts 10^-18 of the currency; what is charged is rounded to output precision by the
 * schedule's own rounding. The total of an order is never above its exact total so rounded, however many fills it took;
 * a rebate is rounded fill by fill (polymarket-us section 10, which says so of the order that takes; a schedule that
 * charges makers as well treats them alike, so that what is reserved always suffices).
 */
import {
  type Amount,
  amount,
  type CurrencyCode,
  currencyOf,
  divide,
  ONE,
  PRICE_SCALE,
  type Price,
  powerOfTen,
  type Quantity,
  type Rounding,
} from '../money/index.js'
import type { FeeKind } from './fields.js'

/** How a fee is reckoned once it is known what an order receives: in the base a rate on it is an amount for each unit. */
type ChargeKind = Exclude<FeeKind, 'received'>

export interface FeeTerms {
  readonly kind: ChargeKind
  readonly takerRate: bigint
  readonly makerRate: bigint
  /** Of the notional of a fill: the most that it is charged. */
  readonly capRate: bigint | null
  readonly rounding: Rounding
}

/** What a fee is reckoned from, in the instrument's own units. */
export interface FeeBasis {
  readonly price: Price
  readonly quantity: Quantity
  readonly quantityScale: number
  readonly multiplier: Price
  readonly isInverse: boolean
}

/** The exact fee in 10^-18 of the currency, half-even beyond that; below zero for a rebate. */
export function exactFee(
  kind: ChargeKind,
  rate: bigint,
  { price, quantity, quantityScale, multiplier, isInverse }: FeeBasis,
): bigint {
  const units = powerOfTen(quantityScale)
  switch (kind) {
    case 'quadratic':
      return divide(
        rate * quantity * price * (ONE - price) * multiplier,
        units * ONE * ONE * ONE,
        'half_even',
      )
    case 'notional':
      if (isInverse)
        return price === 0n ? 0n : divide(rate * quantity * multiplier, units * price, 'half_even')
      return divide(rate * quantity * price * multiplier, units * ONE * ONE, 'half_even')
    case 'quantity':
      return divide(rate * quantity, units, 'half_even')
  }
}

/** The exact fee, no more than the cap of the schedule; a rebate has none. */
function cappedFee({ kind, capRate }: FeeTerms, rate: bigint, basis: FeeBasis): bigint {
  const fee = exactFee(kind, rate, basis)
  if (capRate === null || fee <= 0n) return fee
  const most = exactFee('notional', capRate, basis)
  return fee < most ? fee : most
}

/** An exact fee at the currency's output precision, at full scale. */
export function roundedFee(exact: bigint, currency: CurrencyCode, rounding: Rounding): Amount {
  const { precision, scale } = currencyOf(currency)
  const unit = powerOfTen(PRICE_SCALE - precision)
  return amount(divide(exact, unit, rounding) * powerOfTen(scale - precision))
}

/** What was exact and what was charged for an order so far, rebates of its resting part apart. */
export interface FeesSoFar {
  readonly exact: bigint
  readonly charged: Amount
}

const NO_FEES: FeesSoFar = { exact: 0n, charged: amount(0n) }

/** What an order is charged for a fill: as the one that takes, or where a schedule charges the one that rests. */
export function chargedFee(
  fees: FeeTerms,
  rate: bigint,
  basis: FeeBasis,
  currency: CurrencyCode,
  before: FeesSoFar,
): FeesSoFar {
  const { rounding } = fees
  const own = cappedFee(fees, rate, basis)
  const exact = before.exact + own
  const alone = roundedFee(own, currency, rounding)
  const room = amount(roundedFee(exact, currency, rounding) - before.charged)
  return { exact, charged: alone < room ? alone : room }
}

/** What an order that rests gets back for a fill: below zero. */
export const makerRebate = (
  { kind, makerRate, rounding }: FeeTerms,
  basis: FeeBasis,
  currency: CurrencyCode,
): Amount => roundedFee(exactFee(kind, makerRate, basis), currency, rounding)

/**
 * The most that an order may still be charged: reserved with its cost, rounded up; a rebate reserves nothing. A cap is
 * left out: a sale may fill above its limit, where it is higher.
 */
export function feeReserve(
  { kind, takerRate, makerRate }: FeeTerms,
  basis: FeeBasis,
  currency: CurrencyCode,
  before: FeesSoFar = NO_FEES,
): Amount {
  const worst = takerRate > makerRate ? takerRate : makerRate
  const exact = exactFee(kind, worst, basis)
  return exact <= 0n ? amount(0n) : amount(roundedFee(before.exact + exact, currency, 'up') - before.charged)
}
