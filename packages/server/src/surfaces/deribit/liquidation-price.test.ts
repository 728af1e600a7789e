import { describe, expect, test } from 'vitest'
import { type Exposure, liquidationRatio } from './liquidation-price.js'

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
