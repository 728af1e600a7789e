import type { Batch, Plain } from '@stemma/core/image'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeBatch, encodeBatch, sizeOf } from './codec.js'
import { recordBytesMax } from './measure.js'
import { fromText, toText } from './plain-text.js'

const whole = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(0, 2 ** 31, 2 ** 32, -(2 ** 31) - 1, 2 ** 53 - 1))
const wide = fc.oneof(
  fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n }),
  fc.constantFrom(
    0n,
    -1n,
    2n ** 63n,
    2n ** 63n - 1n,
    -(2n ** 63n),
    2n ** 64n,
    2n ** 127n - 1n,
    -(2n ** 127n),
  ),
)
const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }))
const name = text.filter((candidate) => candidate !== '__proto__')
const plain = fc.letrec<{ value: Plain }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    whole,
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
    wide,
    text,
    fc.array(tie('value')),
    fc.dictionary(fc.oneof(name, fc.constantFrom('$', '$$', 'amount')), tie('value'), {
      noNullPrototype: true,
    }),
  ),
})).value

const batchOf = (values: readonly Plain[]): Batch =>
  ({
    firstSequence: 5,
    head: { sequence: 9, time: 1_700_000_000_000_001, idCounter: 2 ** 42 },
    events: values.map((value, index) => ({
      sequence: 5,
      index,
      time: 1_700_000_000_000_001,
      kind: 'any.happened',
      doer: { credential: null, user: 2 ** 52, onBehalfOf: 3 },
      subject: 'acc_1',
      paths: ['/1/', '/1/2/'],
      data: { value },
      reason: null,
      request: 'é',
    })),
    images: [
      { table: 'any', columns: ['value'], rows: values.map((value, index) => [index, value]), removed: [7] },
    ],
    results: values.map((result) => ({
      sequence: 5,
      at: 1_700_000_000_000_001,
      owner: 7,
      operation: 'any.do',
      key: 'k',
      bodyHash: 'h',
      result,
    })),
  }) as unknown as Batch

describe('a record', () => {
  test('gives back what it was made of: bigints of up to 128 bits, numbers, any text, whatever is nested', () => {
    fc.assert(
      fc.property(fc.array(plain, { maxLength: 6 }), (values) => {
        const batch = batchOf(values)
        expect(decodeBatch(encodeBatch(batch))).toEqual(batch)
      }),
      { numRuns: 500 },
    )
  })

  test('never takes more bytes than were measured', () => {
    fc.assert(
      fc.property(plain, (value) => {
        const empty = sizeOf(encodeBatch(batchOf([])))
        const { events, images, results } = batchOf([value])
        const measured = [events, images, results].reduce((sum, part) => sum + recordBytesMax(part), 0)
        expect(sizeOf(encodeBatch(batchOf([value]))) - empty).toBeLessThanOrEqual(measured)
      }),
      { numRuns: 500 },
    )
  })

  test('stands in one buffer of its own', () => {
    const { head, events, images, results } = encodeBatch(batchOf([1n]))
    expect(new Set([head, events, images, results].map((part) => part.buffer)).size).toBe(1)
    expect(head.buffer.byteLength).toBe(head.length + events.length + images.length + results.length)
  })
})

test('the text of plain data in SQL gives back the data', () => {
  fc.assert(
    fc.property(plain, (value) => {
      expect(fromText(toText(value))).toEqual(value)
    }),
    { numRuns: 500 },
  )
})

describe('what cannot be encoded is found before it joins a batch:', () => {
  test.each([
    ['undefined', undefined, 'expected plain data, was undefined'],
    ['a function', { inner: [() => 1] }, 'expected plain data, was function'],
    ['a date', new Date(0), 'expected plain data, was a Date'],
    ['129 bits', [2n ** 127n], 'expected at most 128 bits'],
    ['half a character', { text: 'a\ud83d' }, 'expected well-formed text'],
    ['a prototype', JSON.parse('{"__proto__": 1}'), 'a structure with a field __proto__'],
  ])('%s', (_name, value, message) => {
    expect(() => recordBytesMax(value)).toThrow(message)
  })
})
