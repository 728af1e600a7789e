import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sha256 } from '../simulator/hasher.js'
import { DerivativesFlow, type DerivativesStep } from './derivatives-flow.js'

const trader = fc.integer({ min: 0, max: 2 })
const move = fc.integer({ min: -3_000, max: 3_000 })
const step: fc.Arbitrary<DerivativesStep> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('trade' as const),
      buyer: trader,
      seller: trader,
      lots: fc.integer({ min: 1, max: 99_999 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('price' as const), mark: move, index: move }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 900 }) }),
  },
)

test.each(['linear', 'inverse'] as const)(
  'days of random trading of a %s perpetual: whatever one side gains the other loses, and each gains what it should',
  (style) => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
        const flow = new DerivativesFlow(style)
        for (const each of steps) flow.carryOut(each)
        const { results, expected, left, fees, touches } = flow.end()
        // To the last unit, with what rounding left at the house: less than one for each time a position was touched.
        expect(results.reduce((sum, each) => sum + each, 0n) + left + fees).toBe(0n)
        expect(left < BigInt(touches) && left > BigInt(-touches)).toBe(true)
        // A fee is rounded to output precision: half of a hundred units.
        const most = BigInt(touches) * 51n
        results.forEach((result, place) => {
          const apart = result - (expected[place] as bigint)
          expect(apart <= most && apart >= -most).toBe(true)
        })
        expect(flow.engine.verify(sha256).filter((check) => !check.holds)).toEqual([])
      }),
      { numRuns: 60 },
    )
  },
)
