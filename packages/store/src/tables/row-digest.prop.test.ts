import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RowDigest, sumDigests } from './row-digest.js'
import type { SqlValue } from './row-values.js'

const value: fc.Arbitrary<SqlValue> = fc.oneof(
  fc.constant(null),
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.string({ unit: 'binary' }),
)
const row = fc.array(value, { minLength: 1, maxLength: 8 })
const digest = new RowDigest()

test('it is a whole number, the same for the same row, however whole numbers are read', () => {
  fc.assert(
    fc.property(fc.nat(50), row, (table, values) => {
      const number = digest.of(table, values)
      expect(Number.isSafeInteger(number) && number >= 0).toBe(true)
      const asBigints = values.map((each) => (typeof each === 'number' ? BigInt(each) : each))
      expect(digest.of(table, asBigints)).toBe(number)
    }),
  )
})

test('it changes with a single bit, with the order of values and with the table', () => {
  fc.assert(
    fc.property(row, fc.nat(), fc.nat(30), (values, at, bit) => {
      const place = at % values.length
      const former = values[place] as SqlValue
      const flipped = typeof former === 'number' ? former + (former > 0 ? -1 : 1) : `${String(former)}${bit}`
      const changed = values.map((each, index) => (index === place ? flipped : each))
      expect(digest.of(1, changed)).not.toBe(digest.of(1, values))
      expect(digest.of(2, values)).not.toBe(digest.of(1, values))
    }),
  )
})

test('the sum does not depend on the order in which rows came and went', () => {
  const digests = fc.array(fc.bigInt({ min: 0n, max: 2n ** 53n }))
  fc.assert(
    fc.property(digests, digests, (kept, gone) => {
      const sum = (parts: readonly bigint[], from = 0n): bigint => parts.reduce(sumDigests, from)
      const there = [...gone, ...kept]
      expect(
        sum(
          gone.map((part) => -part),
          sum(there.toReversed()),
        ),
      ).toBe(sum(kept))
    }),
  )
})
