/** Greeks and implied volatilities as they are shown (sections 5.3 and 7.3), by the model that the core has of options. */
import {
  type BookView,
  type Greeks,
  greeksAt,
  type Instant,
  impliedVolatility,
  type OptionTerms,
  optionTermsAt,
  type Price,
  worthOfPrice,
} from '@stemma/core'
import { type Contract, markOf } from './instruments.js'
import { priceOr } from './numbers.js'

export const NO_GREEKS: Greeks = { delta: 0, gamma: 0, rho: 0, theta: 0, vega: 0 }

const modelOf = ({ derivative, expiresAt, indexPrice }: Contract, now: Instant): OptionTerms | null =>
  optionTermsAt(derivative, expiresAt, indexPrice, now)

/** The volatility that a price implies; null where there is no price. */
function volatilityAt({ derivative }: Contract, terms: OptionTerms, price: Price | null): number | null {
  if (derivative === null || price === null || price <= 0n) return null
  return impliedVolatility(terms, worthOfPrice(derivative, terms, price))
}

/** What a price implied at that index and time, in percent; null where it is no option's, or there was no index. */
export function impliedAt(
  contract: Pick<Contract, 'derivative' | 'expiresAt'>,
  { price, index, time }: { readonly price: Price; readonly index: Price | null; readonly time: Instant },
): number | null {
  const { derivative, expiresAt } = contract
  const terms = optionTermsAt(derivative, expiresAt, index, time)
  if (derivative === null || terms === null || price <= 0n) return null
  return percent(impliedVolatility(terms, worthOfPrice(derivative, terms, price)))
}

/** Of one coin of a contract; nothing where it is no option, is over, or a price is missing. */
export function greeksOf(contract: Contract, now: Instant): Greeks {
  const terms = modelOf(contract, now)
  const volatility = terms === null ? null : volatilityAt(contract, terms, markOf(contract))
  return terms === null || volatility === null ? NO_GREEKS : greeksAt(terms, volatility)
}

/** What a ticker says of an option: volatilities in percent with two digits, greeks with five, as the venue does. */
export function optionShown(
  contract: Contract,
  { bids, offers }: Pick<BookView, 'bids' | 'offers'>,
  now: Instant,
): Readonly<Record<string, unknown>> {
  const terms = modelOf(contract, now)
  const implied = (price: Price | null): number | null =>
    terms === null ? null : volatilityAt(contract, terms, price)
  const mark = implied(markOf(contract))
  const greeks = terms === null || mark === null ? NO_GREEKS : greeksAt(terms, mark)
  return {
    underlying_price: priceOr(contract.indexPrice, 0),
    underlying_index: 'index_price',
    interest_rate: 0,
    mark_iv: percent(mark),
    bid_iv: percent(implied(bids[0]?.price ?? null)),
    ask_iv: percent(implied(offers[0]?.price ?? null)),
    greeks: Object.fromEntries(Object.entries(greeks).map(([name, value]) => [name, rounded(value, 5)])),
  }
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits)) + 0
const percent = (volatility: number | null): number => rounded((volatility ?? 0) * 100, 2)

export const scaled = ({ delta, gamma, rho, theta, vega }: Greeks, size: number): Greeks => ({
  delta: delta * size,
  gamma: gamma * size,
  rho: rho * size,
  theta: theta * size,
  vega: vega * size,
})

export const summed = (all: readonly Greeks[]): Greeks =>
  all.reduce(
    (sum, each) => ({
      delta: sum.delta + each.delta,
      gamma: sum.gamma + each.gamma,
      rho: sum.rho + each.rho,
      theta: sum.theta + each.theta,
      vega: sum.vega + each.vega,
    }),
    NO_GREEKS,
  )
