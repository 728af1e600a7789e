/**
 * Amounts of money: whole counts of 10^-scale of a currency. The type says that a bigint is money; the
 * currency stands beside it where the amount is kept, and no operator mixes two.
 */
import type { Currency } from './currency.js'
import { type DecimalFault, formatDecimal, parseDecimal, powerOfTen } from './decimal.js'
import { divide, type Rounding } from './rounding.js'

export type Amount = bigint & { readonly __brand: 'Amount' }

export const ZERO = 0n as Amount

/** The widest amount that a leaf (an account that is not the house's) may hold, either way: 2^63 - 1. */
export const LEAF_AMOUNT_MAX = (2n ** 63n - 1n) as Amount

export const amount = (count: bigint): Amount => count as Amount
export const add = (left: Amount, right: Amount): Amount => (left + right) as Amount
export const subtract = (left: Amount, right: Amount): Amount => (left - right) as Amount
export const negate = (value: Amount): Amount => -value as Amount

/** Reads decimal text of at most the currency's output precision. */
export function parseAmount(text: string, currency: Currency): Amount | DecimalFault {
  const count = parseDecimal(text, currency.precision)
  return typeof count === 'bigint' ? amount(count * powerOfTen(currency.scale - currency.precision)) : count
}

/** Plain decimal text with at least the output precision; guard digits are shown where they are not zero. */
export function formatAmount(value: Amount, currency: Currency): string {
  return formatDecimal(value, currency.scale, currency.precision)
}

/** `value` at the currency's output precision, rounded as named; still counted at full scale. */
export function toOutputPrecision(value: Amount, currency: Currency, rounding: Rounding): Amount {
  const unit = powerOfTen(currency.scale - currency.precision)
  return amount(divide(value, unit, rounding) * unit)
}

/** value × numerator / denominator, rounded once. Conversions and rates go through here, never through a stored inverse. */
export function multiplyDivide(
  value: Amount,
  numerator: bigint,
  denominator: bigint,
  rounding: Rounding,
): Amount {
  return amount(divide(value * numerator, denominator, rounding))
}

/**
 * Shares of `value` in proportion to `weights`. The parts always add up to the whole: each is rounded towards
 * zero and the units left over go one by one to the parts in order.
 */
export function split(value: Amount, weights: readonly bigint[]): Amount[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0n)
  if (total <= 0n || weights.some((weight) => weight < 0n))
    throw new Error('expected weights of at least 0 with a sum above 0')
  const parts = weights.map((weight) => (value * weight) / total)
  let left = value - parts.reduce((sum, part) => sum + part, 0n)
  const unit = left < 0n ? -1n : 1n
  for (let index = 0; left !== 0n; index = (index + 1) % parts.length) {
    if (weights[index] === 0n) continue
    parts[index] = (parts[index] ?? 0n) + unit
    left -= unit
  }
  return parts.map(amount)
}
