/**
 * Greeks of options by Black-76 with the volatility that the mark implies: an option without interest on the index that it
 * follows, European, a year of 365 days. They are shown and nothing follows from them, so they are plain numbers; margin
 * is reckoned by the core, exactly.
 */
import { DAY, type Instant } from '@stemma/core'
import type { Contract } from './instruments.js'
import { priceShown } from './numbers.js'
import { markOf } from './ticker.js'

export interface Greeks {
  readonly delta: number
  readonly gamma: number
  readonly vega: number
  readonly theta: number
}

export const NO_GREEKS: Greeks = { delta: 0, gamma: 0, vega: 0, theta: 0 }

interface Terms {
  readonly isCall: boolean
  readonly forward: number
  readonly strike: number
  readonly years: number
}

const YEAR = 365 * DAY
const VOLATILITY = { least: 1e-4, most: 20 }
/** Halvings of the range of volatilities: below 10^-16 of it. */
const HALVINGS = 60

const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)

/** The normal distribution by the complementary error function (W. J. Cody's bounds; Numerical Recipes 6.2, below 1.2 × 10^-7). */
function distribution(x: number): number {
  const z = Math.abs(x) / Math.SQRT2
  const t = 1 / (1 + z / 2)
  const polynomial = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
    -0.82215223, 0.17087277,
  ].reduceRight((sum, each) => each + t * sum, 0)
  const tail = (t * Math.exp(-z * z + polynomial)) / 2
  return x > 0 ? 1 - tail : tail
}

function arguments_({ forward, strike, years }: Terms, volatility: number): readonly [number, number] {
  const spread = volatility * Math.sqrt(years)
  const first = (Math.log(forward / strike) + (spread * spread) / 2) / spread
  return [first, first - spread]
}

/** What the option is worth in dollars at a volatility. */
export function optionPrice(terms: Terms, volatility: number): number {
  const { isCall, forward, strike } = terms
  const [first, second] = arguments_(terms, volatility)
  return isCall
    ? forward * distribution(first) - strike * distribution(second)
    : strike * distribution(-second) - forward * distribution(-first)
}

/** The volatility at which the option is worth `price`; the nearest bound where there is none. */
export function impliedVolatility(terms: Terms, price: number): number {
  let { least, most } = VOLATILITY
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = (least + most) / 2
    if (optionPrice(terms, middle) < price) least = middle
    else most = middle
  }
  return (least + most) / 2
}

/** Of one coin: vega for a point of volatility, theta for a day, both in dollars. */
export function greeksAt(terms: Terms, volatility: number): Greeks {
  const { isCall, forward, years } = terms
  const [first] = arguments_(terms, volatility)
  const root = Math.sqrt(years)
  return {
    delta: isCall ? distribution(first) : distribution(first) - 1,
    gamma: density(first) / (forward * volatility * root),
    vega: (forward * density(first) * root) / 100,
    theta: -(forward * density(first) * volatility) / (2 * root * 365),
  }
}

/** Of one coin of a contract; nothing where it is no option, is over, or a price is missing. */
export function greeksOf(contract: Contract, now: Instant): Greeks {
  const { derivative, expiresAt, indexPrice } = contract
  const mark = markOf(contract)
  if (derivative === null || derivative.option === null || expiresAt === null || expiresAt <= now)
    return NO_GREEKS
  if (indexPrice === null || mark === null || mark <= 0n) return NO_GREEKS
  const forward = priceShown(indexPrice)
  const terms = {
    isCall: derivative.option.type === 'call',
    forward,
    strike: priceShown(derivative.option.strike as never),
    years: (expiresAt - now) / YEAR,
  }
  const price = priceShown(mark) * (derivative.style === 'inverse' ? forward : 1)
  return greeksAt(terms, impliedVolatility(terms, price))
}

export const scaled = ({ delta, gamma, vega, theta }: Greeks, size: number): Greeks => ({
  delta: delta * size,
  gamma: gamma * size,
  vega: vega * size,
  theta: theta * size,
})

export const summed = (all: readonly Greeks[]): Greeks =>
  all.reduce(
    (sum, each) => ({
      delta: sum.delta + each.delta,
      gamma: sum.gamma + each.gamma,
      vega: sum.vega + each.vega,
      theta: sum.theta + each.theta,
    }),
    NO_GREEKS,
  )
