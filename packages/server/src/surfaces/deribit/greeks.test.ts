import { describe, expect, test } from 'vitest'
import { greeksAt, impliedVolatility, optionPrice } from './greeks.js'
import { type Exposure, liquidationRatio } from './liquidation-price.js'

describe('Black-76', () => {
  // J. C. Hull, "Options, Futures, and Other Derivatives", the European put on a futures price: F = K = 20, four months,
  // 25 % volatility; discounted at 9 % it is 1.12, so 1.1519 before.
  test('the put on a future of the textbook', () => {
    const terms = { isCall: false, forward: 20, strike: 20, years: 4 / 12 }
    expect(optionPrice(terms, 0.25) * Math.exp(-0.09 * (4 / 12))).toBeCloseTo(1.12, 2)
  })

  test('a call is worth a put and what the forward is above the strike', () => {
    const terms = { forward: 105_000, strike: 100_000, years: 0.25 }
    const [call, put] = [true, false].map((isCall) => optionPrice({ ...terms, isCall }, 0.6)) as [
      number,
      number,
    ]
    expect(call - put).toBeCloseTo(5_000, 1)
  })

  test.each([
    [true, 120_000],
    [false, 80_000],
    [true, 100_000],
  ])('the volatility that a price implies gives that price back (call: %s, strike %s)', (isCall, strike) => {
    const terms = { isCall, forward: 100_000, strike, years: 0.5 }
    for (const volatility of [0.2, 0.65, 1.5])
      expect(impliedVolatility(terms, optionPrice(terms, volatility))).toBeCloseTo(volatility, 4)
  })

  test('greeks are the slopes of the price', () => {
    const terms = { isCall: true, forward: 100_000, strike: 110_000, years: 0.4 }
    const [step, volatility] = [50, 0.7]
    const at = (forward: number, sigma = volatility, years = terms.years) =>
      optionPrice({ ...terms, forward, years }, sigma)
    const greeks = greeksAt(terms, volatility)
    expect(greeks.delta).toBeCloseTo((at(100_000 + step) - at(100_000 - step)) / (2 * step), 3)
    expect(greeks.gamma).toBeCloseTo(
      (greeksAt({ ...terms, forward: 100_000 + step }, 0.7).delta -
        greeksAt({ ...terms, forward: 100_000 - step }, 0.7).delta) /
        (2 * step),
      7,
    )
    // A point of volatility, a day.
    expect(greeks.vega).toBeCloseTo((at(100_000, 0.705) - at(100_000, 0.695)) / 1, 0)
    expect(greeks.theta).toBeCloseTo(at(100_000, volatility, 0.4 - 1 / 365) - at(100_000), 0)
  })
})

describe('the liquidation ratio', () => {
  const inverse: Exposure = {
    isInverse: true,
    coin: 1,
    mark: 100_000,
    index: 100_000,
    rate: 0.01,
    ratePerUnit: 0,
  }
  const linear: Exposure = { ...inverse, isInverse: false }

  test('an inverse long: balance − coin × (1/r − 1) = coin / r × 1 %', () => {
    // 0.1 + 1 = 1.01 / r.
    expect(liquidationRatio({ balance: 0.1, maintenance: 0.01 }, [inverse])).toBeCloseTo(1.01 / 1.1, 9)
  })

  test('an inverse short: balance + coin × (1/r − 1) = coin / r × 1 %', () => {
    // 0.5 − 1 + 1/r = 0.01/r: r = 0.99/0.5. With more than a coin behind it nothing liquidates it.
    const short = { ...inverse, coin: -1 }
    expect(liquidationRatio({ balance: 0.5, maintenance: 0.01 }, [short])).toBeCloseTo(1.98, 9)
    expect(liquidationRatio({ balance: 1.1, maintenance: 0.01 }, [short])).toBeNull()
  })

  test('linear ones: balance ± worth × (r − 1) = worth × r × 1 %', () => {
    // Long: 10,000 + 100,000 r − 100,000 = 1,000 r; short: 10,000 − 100,000 r + 100,000 = 1,000 r.
    expect(liquidationRatio({ balance: 10_000, maintenance: 1_000 }, [linear])).toBeCloseTo(
      90_000 / 99_000,
      9,
    )
    expect(liquidationRatio({ balance: 10_000, maintenance: 1_000 }, [{ ...linear, coin: -1 }])).toBeCloseTo(
      110_000 / 101_000,
      9,
    )
    // A long that is paid for whole survives any fall but the last.
    expect(liquidationRatio({ balance: 200_000, maintenance: 1_000 }, [linear])).toBeNull()
  })

  test('what other positions require stays; whoever is short already is at it; without a position there is none', () => {
    // 0.1 + 1 − 1/r − (0.03 − 0.01) = 0.01/r.
    expect(liquidationRatio({ balance: 0.1, maintenance: 0.03 }, [inverse])).toBeCloseTo(1.01 / 1.08, 9)
    expect(liquidationRatio({ balance: 0.01, maintenance: 0.01 }, [inverse])).toBe(1)
    expect(liquidationRatio({ balance: 1, maintenance: 0 }, [])).toBeNull()
  })
})
