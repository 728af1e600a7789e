import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  amount,
  currencyCodes,
  currencyOf,
  DECIMAL_LENGTH_MAX,
  divide,
  findCurrency,
  formatAmount,
  formatDecimal,
  multiplyDivide,
  parseAmount,
  parseDecimal,
  powerOfTen,
  type Rounding,
  split,
  toOutputPrecision,
} from './index.js'

const money = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n })
const positive = fc.bigInt({ min: 1n, max: 10n ** 12n })
const roundings: readonly Rounding[] = ['up', 'down', 'ceiling', 'floor', 'half_even', 'half_up']
const currency = (code: string) => {
  const found = findCurrency(code)
  if (found === undefined) throw new Error(`expected ${code} to be kept`)
  return found
}

describe('rounding by name', () => {
  // Numerator over 10, worked by hand: 2.5, -2.5, 3.5, 2.4, -2.6, 3.0.
  test.each([
    // value  up  down  ceiling  floor  half_even  half_up
    [25n, 3n, 2n, 3n, 2n, 2n, 3n],
    [-25n, -3n, -2n, -2n, -3n, -2n, -3n],
    [35n, 4n, 3n, 4n, 3n, 4n, 4n],
    [24n, 3n, 2n, 3n, 2n, 2n, 2n],
    [-26n, -3n, -2n, -2n, -3n, -3n, -3n],
    [30n, 3n, 3n, 3n, 3n, 3n, 3n],
  ])('%s tenths', (numerator, up, down, ceiling, floor, halfEven, halfUp) => {
    const expected = { up, down, ceiling, floor, half_even: halfEven, half_up: halfUp }
    for (const rounding of roundings) {
      expect(divide(numerator, 10n, rounding), rounding).toBe(expected[rounding])
      expect(divide(-numerator, -10n, rounding), `${rounding}, both negative`).toBe(expected[rounding])
    }
  })

  test('a rounded quotient is within one unit of the exact one, and exact where it divides', () => {
    fc.assert(
      fc.property(money, positive, fc.constantFrom(...roundings), (numerator, denominator, rounding) => {
        const error = divide(numerator, denominator, rounding) * denominator - numerator
        expect((error < 0n ? -error : error) < denominator).toBe(true)
        expect(divide(numerator * denominator, denominator, rounding)).toBe(numerator)
      }),
    )
  })

  test('the half roundings are never further than half a unit away', () => {
    fc.assert(
      fc.property(
        money,
        positive,
        fc.constantFrom<Rounding>('half_even', 'half_up'),
        (numerator, denominator, rounding) => {
          const error = divide(numerator, denominator, rounding) * denominator - numerator
          expect(2n * (error < 0n ? -error : error) <= denominator).toBe(true)
        },
      ),
    )
  })
})

describe('decimal text', () => {
  test('what is formatted is read back as the same count', () => {
    fc.assert(
      fc.property(money, fc.integer({ min: 0, max: 18 }), (value, scale) => {
        expect(parseDecimal(formatDecimal(value, scale), scale)).toBe(value)
      }),
    )
  })

  test.each([
    ['12.30', 2, 1230n],
    ['-0.05', 2, -5n],
    ['0', 4, 0n],
    ['7', 0, 7n],
    ['1.5', 0, 'too_many_digits'],
    ['1.230', 2, 'too_many_digits'],
    ['01', 2, 'not_a_decimal'],
    ['1e5', 2, 'not_a_decimal'],
    ['+1', 2, 'not_a_decimal'],
    ['1.', 2, 'not_a_decimal'],
    ['.5', 2, 'not_a_decimal'],
    ['', 2, 'not_a_decimal'],
    [' 1', 2, 'not_a_decimal'],
    ['١', 2, 'not_a_decimal'],
    ['Infinity', 2, 'not_a_decimal'],
  ])('%j at scale %i', (text, scale, expected) => {
    expect(parseDecimal(text, scale)).toBe(expected)
  })

  test(`a number of ${DECIMAL_LENGTH_MAX} characters is read, one more is refused`, () => {
    expect(parseDecimal('1'.repeat(DECIMAL_LENGTH_MAX), 0)).toBe(BigInt('1'.repeat(DECIMAL_LENGTH_MAX)))
    expect(parseDecimal('1'.repeat(DECIMAL_LENGTH_MAX + 1), 0)).toBe('too_long')
  })

  test.each([
    [1230n, 2, 2, '12.30'],
    [1230n, 2, 0, '12.3'],
    [-5n, 2, 2, '-0.05'],
    [100n, 2, 0, '1'],
    [0n, 6, 2, '0.00'],
    [7n, 0, 0, '7'],
  ])('%s at scale %i with at least %i digits is %s', (value, scale, digits, expected) => {
    expect(formatDecimal(value, scale, digits)).toBe(expected)
  })
})

describe('amounts', () => {
  test('count guard digits beyond what may be given', () => {
    expect(parseAmount('12.34', currency('USD'))).toBe(12_340_000n)
    expect(parseAmount('12.345', currency('USD'))).toBe('too_many_digits')
    expect(parseAmount('1', currency('JPY'))).toBe(10_000n)
    expect(parseAmount('1.5', currency('JPY'))).toBe('too_many_digits')
    expect(parseAmount('0.00000001', currency('BTC'))).toBe(100n)
    expect(parseAmount('0.000001', currency('USDC'))).toBe(100n)
  })

  test('show at least the output precision and lose no guard digit', () => {
    expect(formatAmount(amount(12_340_000n), currency('USD'))).toBe('12.34')
    expect(formatAmount(amount(12_345_600n), currency('USD'))).toBe('12.3456')
    expect(formatAmount(amount(10_000n), currency('JPY'))).toBe('1')
  })

  test('round to the output precision as named', () => {
    const usd = currency('USD')
    expect(toOutputPrecision(amount(12_345_000n), usd, 'half_even')).toBe(12_340_000n)
    expect(toOutputPrecision(amount(12_345_000n), usd, 'up')).toBe(12_350_000n)
    expect(toOutputPrecision(amount(-12_345_000n), usd, 'floor')).toBe(-12_350_000n)
  })

  test('convert by a fraction with one rounding', () => {
    // 2,750 USD at 1.10 USD a EUR is 2,500 EUR.
    expect(multiplyDivide(amount(27_500_000n), 10n, 11n, 'half_even')).toBe(25_000_000n)
  })

  test('every currency has a code, a precision, and more digits kept than shown', () => {
    for (const code of currencyCodes()) {
      const { precision, scale } = currencyOf(code)
      expect(scale).toBeGreaterThan(precision)
      expect(powerOfTen(scale - precision)).toBeGreaterThanOrEqual(100n)
    }
    expect(findCurrency('usd')).toBeUndefined()
    expect(() => currencyOf('XXX' as never)).toThrow('expected a known currency, was XXX')
  })
})

describe('split', () => {
  const weights = fc
    .array(fc.bigInt({ min: 0n, max: 10n ** 6n }), { minLength: 1, maxLength: 20 })
    .filter((all) => all.some((weight) => weight > 0n))

  test('parts add up to the whole, none is further than a unit from its share, and no weight means no part', () => {
    fc.assert(
      fc.property(money, weights, (value, shares) => {
        const parts = split(amount(value), shares)
        const total = shares.reduce((sum, weight) => sum + weight, 0n)
        expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(value)
        parts.forEach((part, index) => {
          const error = part * total - value * shares[index]!
          expect((error < 0n ? -error : error) <= total).toBe(true)
          if (shares[index] === 0n) expect(part).toBe(0n)
        })
      }),
    )
  })

  test('the units left over go to the first parts', () => {
    expect(split(amount(100n), [1n, 1n, 1n])).toEqual([34n, 33n, 33n])
    expect(split(amount(-100n), [1n, 1n, 1n])).toEqual([-34n, -33n, -33n])
  })

  test.each([[[]], [[0n]], [[1n, -1n]], [[-1n]]])('weights %s are a broken call', (shares) => {
    expect(() => split(amount(1n), shares)).toThrow('expected weights')
  })
})
