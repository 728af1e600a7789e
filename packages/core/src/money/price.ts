/**
 * Prices and rates: whole counts of 10^-18, of a currency for one unit of an instrument, or of nothing for a rate.
 * They are types of their own, so that a price is never added to an amount.
 */
import { type DecimalFault, formatDecimal, parseDecimal } from './decimal.js'

export type Price = bigint & { readonly __brand: 'Price' }
export type Rate = bigint & { readonly __brand: 'Rate' }

/** Digits after the point of every price and rate. */
export const PRICE_SCALE = 18
/** One, as a price or a rate. */
export const ONE = 10n ** 18n

/** The highest price there may be: far above any quote, and far below what 128 bits of a column hold. */
export const PRICE_MAX = (10n ** 12n * ONE) as Price

export const price = (count: bigint): Price => count as Price
export const rate = (count: bigint): Rate => count as Rate

export function parsePrice(text: string): Price | DecimalFault {
  const count = parseDecimal(text, PRICE_SCALE)
  return typeof count === 'bigint' ? price(count) : count
}

export function parseRate(text: string): Rate | DecimalFault {
  const count = parseDecimal(text, PRICE_SCALE)
  return typeof count === 'bigint' ? rate(count) : count
}

/** Plain decimal text without digits that say nothing: `0.37`. */
export const formatPrice = (value: Price | Rate): string => formatDecimal(value, PRICE_SCALE)
