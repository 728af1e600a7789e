/**
 * What is special to futures, perpetuals and options: what they follow, how a price becomes money, and what they pay in
 * the end. A linear contract is worth price × quantity in the currency that it settles in. An inverse one is a quantity
 * of dollars that settles in the coin: it is worth quantity / price of it (deribit section 13.4). The price of an option
 * is money already, in the coin where it is inverse: there only its payoff differs.
 */
import { type CurrencyCode, divide, ONE, type Price, type Rate } from '../money/index.js'
import type { InstrumentKind } from './kinds.js'

export const DERIVATIVE_STYLES = ['linear', 'inverse'] as const
export type DerivativeStyle = (typeof DERIVATIVE_STYLES)[number]

export const OPTION_TYPES = ['call', 'put'] as const
export type OptionType = (typeof OPTION_TYPES)[number]

/**
 * How a perpetual keeps to its index. What the mark is above the index, less `damper`, is what longs pay shorts in eight
 * hours; below the index by more than the damper, shorts pay longs; never more than `cap`. Fractions in 10^-18.
 */
export type FundingTerms = { readonly damper: Rate; readonly cap: Rate }

export type DerivativeTerms = {
  readonly style: DerivativeStyle
  /** The coin that is dealt in. */
  readonly base: CurrencyCode
  /** The name of the index price that it follows: `btc_usd`. */
  readonly index: string
  /** Of options alone. */
  readonly option: { readonly type: OptionType; readonly strike: Price } | null
  /** Of perpetuals alone. */
  readonly funding: FundingTerms | null
}

/** Fractions of the worth of a position, in 10^-18 (deribit section 13.5). They are the operator's to set and to change. */
export type MarginRates = {
  readonly initial: Rate
  readonly maintenance: Rate
  /** Added for each unit of the base coin that the position has, to the rate of all of it. */
  readonly initialPerUnit: Rate
  readonly maintenancePerUnit: Rate
  /** The least initial rate of a short option, however far it is out of the money. */
  readonly optionFloor: Rate
}

export const isDerivative = (kind: InstrumentKind): boolean =>
  kind === 'future' || kind === 'perpetual' || kind === 'option'

/** Whether its results become money session by session; what is paid for at once has none. */
export const hasSessions = (kind: InstrumentKind): boolean => kind === 'future' || kind === 'perpetual'

/** Whether a quantity of it is worth less the higher the price. */
export const isInverse = (kind: InstrumentKind, derivative: DerivativeTerms | null): boolean =>
  hasSessions(kind) && derivative?.style === 'inverse'

/**
 * What one unit pays out where `delivery` is the price of what it follows: of an option what it is in the money, of an
 * inverse one in coin at that price (rules/margin section 17.2), half-even; of everything else the price itself.
 */
export function finalPrice(derivative: DerivativeTerms | null, delivery: Price): Price {
  if (derivative === null || derivative.option === null) return delivery
  const { type, strike } = derivative.option
  const gain = type === 'call' ? delivery - strike : strike - delivery
  if (gain <= 0n) return 0n as Price
  return (derivative.style === 'linear' ? gain : divide(gain * ONE, delivery, 'half_even')) as Price
}
