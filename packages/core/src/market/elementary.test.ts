import { describe, expect, test } from 'vitest'
import { exponential, logarithm, normalDensity, normalDistribution, squareRoot } from './elementary.js'

const spread = (from: number, to: number, steps: number): number[] =>
  Array.from({ length: steps + 1 }, (_each, place) => from + ((to - from) * place) / steps)

/** How far it is from what is expected, as a part of that. */
const error = (found: number, expected: number): number => Math.abs(found / expected - 1)

// Those of `Math` are right to about a unit in the last place: 2.2 × 10^-16.
describe('by the four operations alone', () => {
  test('the exponential', () => {
    for (const x of spread(-700, 40, 997)) expect(error(exponential(x), Math.exp(x))).toBeLessThan(1e-14)
    expect([exponential(0), exponential(-1_000), exponential(-1e300)]).toEqual([1, 0, 0])
  })

  test('the logarithm', () => {
    for (const x of spread(1e-6, 5, 997)) expect(logarithm(x)).toBeCloseTo(Math.log(x), 14)
    expect(error(logarithm(1e12), Math.log(1e12))).toBeLessThan(1e-15)
    expect(logarithm(1)).toBe(0)
    // By halving or doubling no such number ever comes near one.
    for (const x of [0, -1, Number.POSITIVE_INFINITY, Number.NaN])
      expect(() => logarithm(x)).toThrow('above zero')
  })

  test('the square root', () => {
    for (const x of [1e-12, 1e-3, 0.25, 0.5, 1, 2, 9, 1e12])
      expect(error(squareRoot(x), Math.sqrt(x))).toBeLessThan(1e-15)
  })
})

describe('the normal distribution', () => {
  // M. Abramowitz, I. A. Stegun, "Handbook of Mathematical Functions", table 26.1.
  test.each([
    [0, 0.5],
    [0.2, 0.579259709439103],
    [0.5, 0.691462461274013],
    [1, 0.841344746068543],
    [1.96, 0.97500210485178],
    [2, 0.977249868051821],
    [3, 0.99865010196837],
    [4, 0.999968328758167],
  ])('of %d is that of the table', (x, expected) => {
    expect(normalDistribution(x)).toBeCloseTo(expected, 14)
    expect(normalDistribution(-x)).toBeCloseTo(1 - expected, 14)
  })

  // The same, table 26.2: −log Q(x) for great x: 6.54265 of 5, 15.20614 of 8, 23.11805 of 10.
  test.each([
    [5, 6.54265],
    [8, 15.20614],
    [10, 23.11805],
  ])('far out at %d its tail is that of the table', (x, expected) => {
    expect(-Math.log10(normalDistribution(-x))).toBeCloseTo(expected, 4)
  })

  test('its density is 1 / √(2π) in the middle, and falls by e^(x²/2)', () => {
    expect(normalDensity(0)).toBeCloseTo(0.398942280401433, 14)
    expect(normalDensity(1)).toBeCloseTo(0.241970724519143, 14)
    expect(normalDistribution(40)).toBe(1)
    expect(normalDistribution(-40)).toBe(0)
  })
})
