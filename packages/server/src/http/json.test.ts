import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JSON_DEPTH_MAX, readJson, readJsonText } from './json.js'

describe('JSON from outside', () => {
  test('what JSON.stringify writes is read back', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        expect(readJsonText(JSON.stringify(value))).toEqual({ value: JSON.parse(JSON.stringify(value)) })
      }),
    )
  })

  test.each([
    ['{"a":1,"a":2}', 'duplicate_name'],
    ['{"a":1,"\\u0061":2}', 'duplicate_name'],
    ['{"b":{"a":1,"a":1}}', 'duplicate_name'],
    ['[{"a":1},{"x":[{"c":1,"d":2,"c":3}]}]', 'duplicate_name'],
    ['{"a":1', 'not_json'],
    ['{"a":01}', 'not_json'],
    ['', 'not_json'],
    ['"\\', 'not_json'],
    [']', 'not_json'],
    ['{"a":1}}', 'not_json'],
    [':', 'not_json'],
    ['{"a\n":1}', 'not_json'],
  ])('%j is refused as %s', (text, fault) => {
    expect(readJsonText(text)).toMatchObject({ fault })
  })

  test.each(['{"a":{"a":1},"b":[{"a":1},{"a":2}]}', '{"x":"a:b,{\\"a\\":1}"}', '["a","a"]', '{"":1," ":2}'])(
    '%j is fine',
    (text) => {
      expect(readJsonText(text)).toEqual({ value: JSON.parse(text) })
    },
  )

  test(`${JSON_DEPTH_MAX} levels are read, one more is refused, and a hundred thousand as well`, () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
    expect(readJsonText(nested(JSON_DEPTH_MAX))).toHaveProperty('value')
    expect(readJsonText(nested(JSON_DEPTH_MAX + 1))).toMatchObject({ fault: 'too_deep' })
    expect(readJsonText(nested(100_000))).toMatchObject({ fault: 'too_deep' })
    expect(readJsonText('{"a":'.repeat(100_000))).toMatchObject({ fault: 'too_deep' })
  })

  test('bytes that are not UTF-8 are refused', () => {
    expect(readJson(Uint8Array.from([0x22, 0xff, 0x22]))).toMatchObject({ fault: 'not_utf8' })
    expect(readJson(Uint8Array.from([0x22, 0xc3, 0xa9, 0x22]))).toEqual({ value: 'é' })
  })
})
