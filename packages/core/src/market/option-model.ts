/**
 * What an option is worth at a volatility, and how that moves: Black-76 on the index that it follows, without interest,
 * European, a year of 365 days (F. Black, "The pricing of commodity contracts", 1976). The model is in plain numbers and
 * in no sum of money: whoever makes a price of it rounds it to a tick.
 */
import { DAY, type Instant } from '../image/index.js'
import { ONE, type Price, type Rate } from '../money/index.js'
import type { DerivativeTerms } from './derivatives.js'
import { logarithm, normalDensity, normalDistribution, squareRoot } from './elementary.js'

/** In the units of the index: dollars. */
export interface OptionTerms {
  readonly isCall: boolean
  readonly forward: number
  readonly strike: number
  readonly years: number
}

/** Of one coin: `vega` for a point of volatility, `rho` for a point of interest, `theta` for a day, all in dollars. */
export interface Greeks {
  readonly delta: number
  readonly gamma: number
  readonly rho: number
  readonly theta: number
  readonly vega: number
}

const YEAR = 365 * DAY
/** Volatilities of a year that there are: a hundredth of a percent to 2,000 percent. */
export const VOLATILITY_MIN = (ONE / 10_000n) as Rate
export const VOLATILITY_MAX = (20n * ONE) as Rate
/** What a volatility that is sought for is exact to, and how often it is tried at most. */
const STEP_MIN = 1e-12
const ROUNDS_MAX = 100
/** Parts of one that a price of the model is reckoned to, and how many counts of 10^-18 each is. */
const PRECISION = 1e12
const COUNTS_OF_PART = 10n ** 6n

const asNumber = (count: Price | Rate): number => Number(count) / Number(ONE)

/** What the model knows of a contract at a time; null of what is no option, is over, or has no index yet. */
export function optionTermsAt(
  derivative: DerivativeTerms | null,
  expiresAt: Instant | null,
  index: Price | null,
  at: Instant,
): OptionTerms | null {
  if (derivative === null || derivative.option === null || index === null) return null
  if (expiresAt === null || expiresAt <= at) return null
  return {
    isCall: derivative.option.type === 'call',
    forward: asNumber(index),
    strike: asNumber(derivative.option.strike),
    years: (expiresAt - at) / YEAR,
  }
}

/** d1 and d2 of Black-76: by how many deviations of its way to the end the forward is above the strike. */
function deviations({ forward, strike, years }: OptionTerms, volatility: number): readonly [number, number] {
  const spread = volatility * squareRoot(years)
  const first = logarithm(forward / strike) / spread + spread / 2
  return [first, first - spread]
}

/** What the option is worth in dollars at a volatility. */
export function optionWorth(terms: OptionTerms, volatility: number): number {
  const { isCall, forward, strike } = terms
  const [first, second] = deviations(terms, volatility)
  return isCall
    ? forward * normalDistribution(first) - strike * normalDistribution(second)
    : strike * normalDistribution(-second) - forward * normalDistribution(-first)
}

/**
 * The volatility at which the option is worth so many dollars; the nearest bound where there is none. By Newton from where
 * the worth is steepest, and by halving the range wherever that would leave it.
 */
export function impliedVolatility(terms: OptionTerms, worth: number): number {
  let [least, most] = [asNumber(VOLATILITY_MIN), asNumber(VOLATILITY_MAX)]
  let volatility = Math.min(Math.max(steepestAt(terms), least), most)
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const missing = worth - optionWorth(terms, volatility)
    const step = missing / slopeAt(terms, volatility)
    if (missing === 0 || Math.abs(step) < STEP_MIN) return volatility
    if (missing > 0) least = volatility
    else most = volatility
    const next = volatility + step
    volatility = next > least && next < most ? next : (least + most) / 2
  }
  return volatility
}

/** Where the worth rises fastest with the volatility (S. Manaster, G. Koehler, 1982). */
const steepestAt = ({ forward, strike, years }: OptionTerms): number =>
  squareRoot((2 * Math.abs(logarithm(forward / strike))) / years)

const slopeAt = (terms: OptionTerms, volatility: number): number =>
  terms.forward * normalDensity(deviations(terms, volatility)[0]) * squareRoot(terms.years)

/** The slopes of the worth at a volatility, of one coin. */
export function greeksAt(terms: OptionTerms, volatility: number): Greeks {
  const { isCall, forward, strike, years } = terms
  const [first, second] = deviations(terms, volatility)
  const [root, density] = [squareRoot(years), normalDensity(first)]
  const exercised = isCall ? normalDistribution(second) : -normalDistribution(-second)
  return {
    delta: isCall ? normalDistribution(first) : normalDistribution(first) - 1,
    gamma: density / (forward * volatility * root),
    rho: (strike * years * exercised) / 100,
    theta: -(forward * density * volatility) / (2 * root * 365),
    vega: (forward * density * root) / 100,
  }
}

/** Dollars that a price of the contract stands for: that of an inverse one is in coin. */
export const worthOfPrice = ({ style }: DerivativeTerms, { forward }: OptionTerms, price: Price): number =>
  asNumber(price) * (style === 'inverse' ? forward : 1)

/** What one coin of it costs at a volatility, in the currency that it is priced in, to 10^-12. */
export function priceAtVolatility({ style }: DerivativeTerms, terms: OptionTerms, volatility: Rate): Price {
  const worth = optionWorth(terms, asNumber(volatility))
  const price = style === 'inverse' ? worth / terms.forward : worth
  return (BigInt(Math.round(price * PRECISION)) * COUNTS_OF_PART) as Price
}
