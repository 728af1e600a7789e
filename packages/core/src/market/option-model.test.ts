import { describe, expect, test } from 'vitest'
import { DAY, type Instant } from '../image/index.js'
import type { CurrencyCode } from '../money/index.js'
import { at } from '../testing/market-world.js'
import type { DerivativeTerms } from './derivatives.js'
import {
  greeksAt,
  impliedVolatility,
  optionTermsAt,
  optionWorth,
  priceAtVolatility,
  worthOfPrice,
} from './option-model.js'

describe('Black-76', () => {
  // J. C. Hull, "Options, Futures, and Other Derivatives", the European put on a futures price: F = K = 20, four months,
  // 25 % volatility; discounted at 9 % it is 1.12.
  test('the put on a future of the textbook', () => {
    const terms = { isCall: false, forward: 20, strike: 20, years: 4 / 12 }
    expect(optionWorth(terms, 0.25) * Math.exp(-0.09 * (4 / 12))).toBeCloseTo(1.12, 2)
  })

  // E. G. Haug, "The Complete Guide to Option Pricing Formulas", section 1.1.2: F = K = 19, nine months, 28 %; discounted
  // at 10 % call and put are 1.7011.
  test.each([true, false])('the options on a commodity future of the textbook (call: %s)', (isCall) => {
    const terms = { isCall, forward: 19, strike: 19, years: 0.75 }
    expect(optionWorth(terms, 0.28) * Math.exp(-0.1 * 0.75)).toBeCloseTo(1.7011, 4)
  })

  test('a call is worth a put and what the forward is above the strike', () => {
    const terms = { forward: 105_000, strike: 100_000, years: 0.25 }
    const [call = 0, put = 0] = [true, false].map((isCall) => optionWorth({ ...terms, isCall }, 0.6))
    expect(call - put).toBeCloseTo(5_000, 6)
  })

  test.each([
    [true, 120_000],
    [false, 80_000],
    [true, 100_000],
  ])('the volatility that a price implies gives that price back (call: %s, strike %s)', (isCall, strike) => {
    const terms = { isCall, forward: 100_000, strike, years: 0.5 }
    for (const volatility of [0.05, 0.2, 0.65, 1.5, 6])
      expect(impliedVolatility(terms, optionWorth(terms, volatility))).toBeCloseTo(volatility, 9)
  })

  test('what no volatility makes it worth implies the nearest: 0.01 and 2,000 percent', () => {
    const terms = { isCall: true, forward: 100_000, strike: 90_000, years: 0.5 }
    expect(impliedVolatility(terms, 9_000)).toBeCloseTo(0.0001, 9)
    expect(impliedVolatility(terms, 100_001)).toBeCloseTo(20, 9)
  })

  test('greeks are the slopes of the worth', () => {
    const terms = { isCall: true, forward: 100_000, strike: 110_000, years: 0.4 }
    const [step, volatility] = [50, 0.7]
    const worth = (forward: number, sigma = volatility, years = terms.years) =>
      optionWorth({ ...terms, forward, years }, sigma)
    const greeks = greeksAt(terms, volatility)
    expect(greeks.delta).toBeCloseTo((worth(100_000 + step) - worth(100_000 - step)) / (2 * step), 6)
    expect(greeks.gamma).toBeCloseTo(
      (greeksAt({ ...terms, forward: 100_000 + step }, 0.7).delta -
        greeksAt({ ...terms, forward: 100_000 - step }, 0.7).delta) /
        (2 * step),
      9,
    )
    // A point of volatility, a day.
    expect(greeks.vega).toBeCloseTo(worth(100_000, 0.705) - worth(100_000, 0.695), 1)
    expect(greeks.theta).toBeCloseTo(worth(100_000, volatility, 0.4 - 1 / 365) - worth(100_000), 0)
    // A point of interest r raises the forward to F e^(rT) and takes the worth back by e^(-rT).
    const at = (rate: number) => worth(100_000 * Math.exp(rate * 0.4)) * Math.exp(-rate * 0.4)
    expect(greeks.rho).toBeCloseTo(at(0.005) - at(-0.005), 1)
  })

  // The answer of the venue that ccxt 4.5.84 has as its sample of `public/ticker`: BTC-27SEP24-40000-C at 38,992.71 on
  // 10 November 2023, 00:22:28.021 UTC, until 27 September 2024, 08:00.
  test('the greeks and volatilities of an answer of the venue', () => {
    const years = (Date.UTC(2024, 8, 27, 8) - 1_699_578_548_021) / (365 * 86_400_000)
    const terms = { isCall: true, forward: 38_992.71, strike: 40_000, years }
    const percent = (price: number) => 100 * impliedVolatility(terms, price * 38_992.71)
    expect(percent(0.2168)).toBeCloseTo(61.27, 1)
    expect(percent(0.214)).toBeCloseTo(60.51, 1)
    expect(percent(0.219)).toBeCloseTo(61.88, 1)
    const greeks = greeksAt(terms, 0.6127)
    expect(greeks.delta).toBeCloseTo(0.59621, 4)
    expect(greeks.gamma).toBeCloseTo(0.00002, 5)
    expect(greeks.rho).toBeCloseTo(130.63998, 1)
    expect(greeks.theta).toBeCloseTo(-13.48784, 2)
    expect(greeks.vega).toBeCloseTo(141.90146, 1)
  })
})

describe('prices of a contract', () => {
  const now = 1_767_603_600_000_000 as Instant
  // σ √T = 0.8 × √(91.25 / 365) = 0.4: at the money it is worth 2 N(0.2) − 1 of the forward, 0.158519418878206.
  const expiresAt = (now + 91.25 * DAY) as Instant
  const contract = (style: 'inverse' | 'linear'): DerivativeTerms => ({
    style,
    base: 'BTC' as CurrencyCode,
    index: 'btc_usd',
    option: { type: 'call', strike: at('100000') },
    funding: null,
  })
  const modelOf = (style: 'inverse' | 'linear') =>
    optionTermsAt(contract(style), expiresAt, at('100000'), now) ?? expect.unreachable()

  test('are in coin where it is inverse, else in dollars', () => {
    const inverse = priceAtVolatility(contract('inverse'), modelOf('inverse'), at('0.8') as never)
    expect(inverse).toBe(at('0.158519418878'))
    const linear = priceAtVolatility(contract('linear'), modelOf('linear'), at('0.8') as never)
    expect(Number(linear) / 1e18).toBeCloseTo(15_851.9418878206, 8)
    expect(worthOfPrice(contract('inverse'), modelOf('inverse'), at('0.158519418878'))).toBeCloseTo(
      15_851.9418878,
      7,
    )
    expect(worthOfPrice(contract('linear'), modelOf('linear'), at('15851.94'))).toBeCloseTo(15_851.94, 9)
  })

  test('there are none of what is no option, is over, or has no index yet', () => {
    expect(optionTermsAt(null, expiresAt, at('100000'), now)).toBeNull()
    expect(optionTermsAt({ ...contract('linear'), option: null }, expiresAt, at('100000'), now)).toBeNull()
    expect(optionTermsAt(contract('linear'), expiresAt, null, now)).toBeNull()
    expect(optionTermsAt(contract('linear'), null, at('100000'), now)).toBeNull()
    expect(optionTermsAt(contract('linear'), now, at('100000'), now)).toBeNull()
  })
})
