import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../simulator/hasher.js'
import { DerivativesFlow, type DerivativesStep } from './derivatives-flow.js'
import type { NaiveStyle } from './naive-derivatives.js'

const trader = fc.integer({ min: 0, max: 2 })
const instrument = fc.integer({ min: 0, max: 3 })
const change = fc.integer({ min: -3_000, max: 3_000 })
const step: fc.Arbitrary<DerivativesStep> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('trade' as const),
      instrument,
      buyer: trader,
      seller: trader,
      lots: fc.integer({ min: 1, max: 99_999 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('move' as const),
      instrument,
      from: trader,
      to: trader,
      parts: fc.integer({ min: 1, max: 100 }),
      isAtEntry: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('price' as const),
      mark: change,
      index: change,
      premium: fc.integer({ min: 1, max: 2_000 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 900 }) }),
  },
)

const MINUTES = 180_000

/** To the last unit, with what rounding left at the house: less than one for each time a position was touched. */
function expectLaws(style: NaiveStyle, steps: readonly DerivativesStep[]): DerivativesFlow {
  const flow = new DerivativesFlow(style)
  for (const each of steps) flow.carryOut(each)
  const { results, expected, left, fees, touches } = flow.end()
  expect(results.reduce((sum, each) => sum + each, 0n) + left + fees).toBe(0n)
  expect(left < BigInt(touches) && left > BigInt(-touches)).toBe(true)
  // A fee is rounded to output precision, half of a hundred units; a share of a cost by half of one for each touch before.
  const most = BigInt(touches) * 60n
  results.forEach((result, place) => {
    const apart = result - (expected[place] as bigint)
    expect(apart <= most && apart >= -most, `trader ${place} is ${apart} apart`).toBe(true)
  })
  expect(flow.engine.verify(sha256).filter((check) => !check.holds)).toEqual([])
  return flow
}

describe.each(['linear', 'inverse'] as const)('%s perpetuals, dated futures and options', (style) => {
  test(
    'days of random trades, moves, sessions, funding and delivery: whatever one side gains the other loses, and each gains what it should',
    () => {
      fc.assert(
        fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
          expectLaws(style, steps)
        }),
        { numRuns: 60 },
      )
    },
    MINUTES,
  )

  test(
    'a long flow that moves much leaves a book that sums to zero',
    () => {
      const flow = expectLaws(style, fc.sample(step, { seed: 31, numRuns: 600 }))
      expect(flow.moves).toBeGreaterThan(20)
    },
    MINUTES,
  )
})
