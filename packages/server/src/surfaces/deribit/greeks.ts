/** Greeks and implied volatilities of an option as a ticker says them (section 7.3). */
import { type BookView, type Greeks, greeksOf, type Instant, type Price, volatilityOf } from '@stemma/core'
import type { Contract } from './instruments.js'
import { priceOr } from './numbers.js'

/** What a price implied at that index and time, in percent; null where it is no option's, or there was no index. */
export function impliedAt(
  contract: Contract,
  { price, index, time }: { readonly price: Price; readonly index: Price | null; readonly time: Instant },
): number | null {
  const volatility = volatilityOf({ ...contract, indexPrice: index }, price, time)
  return volatility === null ? null : percent(volatility)
}

/** Volatilities in percent with two digits, greeks with five, as the venue does. */
export function optionShown(
  contract: Contract,
  { bids, offers }: Pick<BookView, 'bids' | 'offers'>,
  now: Instant,
): Readonly<Record<string, unknown>> {
  const implied = (price: Price | null | undefined): number =>
    percent(volatilityOf(contract, price ?? null, now) ?? 0)
  return {
    underlying_price: priceOr(contract.indexPrice, 0),
    underlying_index: 'index_price',
    interest_rate: 0,
    mark_iv: implied(contract.valuationPrice),
    bid_iv: implied(bids[0]?.price),
    ask_iv: implied(offers[0]?.price),
    greeks: greeksShown(greeksOf(contract, now)),
  }
}

const greeksShown = (greeks: Greeks): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(greeks).map(([name, value]) => [name, rounded(value, 5)]))

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits)) + 0
const percent = (volatility: number): number => rounded(volatility * 100, 2)
