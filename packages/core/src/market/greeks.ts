/**
 * The greeks of a contract at what it is valued at, and the volatility that a price of it implies (deribit section 7.3).
 * Plain numbers: they are shown, and no money follows from them.
 */
import type { Instant } from '../image/index.js'
import type { Price } from '../money/index.js'
import type { DerivativeTerms } from './derivatives.js'
import { type Greeks, greeksAt, impliedVolatility, optionTermsAt, worthOfPrice } from './option-model.js'

/** A contract as it stands now, in the words of its view. */
export interface Modelled {
  readonly derivative: DerivativeTerms | null
  readonly expiresAt: Instant | null
  readonly indexPrice: Price | null
  readonly valuationPrice: Price | null
}

export const NO_GREEKS: Greeks = { delta: 0, gamma: 0, rho: 0, theta: 0, vega: 0 }

/** Of a year, 0.65 for 65 percent; null without a price above zero, and of what is no option, is over, or has no index. */
export function volatilityOf(
  { derivative, expiresAt, indexPrice }: Modelled,
  price: Price | null,
  at: Instant,
): number | null {
  const terms = optionTermsAt(derivative, expiresAt, indexPrice, at)
  if (terms === null || derivative === null || price === null || price <= 0n) return null
  return impliedVolatility(terms, worthOfPrice(derivative, terms, price))
}

/** Of one coin of it, in dollars; nothing where no volatility is known. */
export function greeksOf(contract: Modelled, at: Instant): Greeks {
  const { derivative, expiresAt, indexPrice, valuationPrice } = contract
  const terms = optionTermsAt(derivative, expiresAt, indexPrice, at)
  const volatility = volatilityOf(contract, valuationPrice, at)
  return terms === null || volatility === null ? NO_GREEKS : greeksAt(terms, volatility)
}

export const scaledGreeks = ({ delta, gamma, rho, theta, vega }: Greeks, size: number): Greeks => ({
  delta: delta * size,
  gamma: gamma * size,
  rho: rho * size,
  theta: theta * size,
  vega: vega * size,
})

export const addedGreeks = (left: Greeks, right: Greeks): Greeks => ({
  delta: left.delta + right.delta,
  gamma: left.gamma + right.gamma,
  rho: left.rho + right.rho,
  theta: left.theta + right.theta,
  vega: left.vega + right.vega,
})
