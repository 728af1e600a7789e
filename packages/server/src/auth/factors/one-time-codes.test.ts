// One-time codes against the published vectors of RFC 6238, appendix B.
import { fromMilliseconds } from '@stemma/core'
import { describe, expect, it } from 'vitest'
import { codeAddress, newCodeSecret, stepOfCode } from './one-time-codes.js'

/** `12345678901234567890` in base32. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const at = (seconds: number) => fromMilliseconds(seconds * 1_000)

describe('a code', () => {
  // The vectors have eight digits; of six digits are the last six. The step is the time divided by 30.
  it.each([
    [59, '94287082', 1],
    [1_111_111_109, '07081804', 37_037_036],
    [1_111_111_111, '14050471', 37_037_037],
    [1_234_567_890, '89005924', 41_152_263],
    [2_000_000_000, '69279037', 66_666_666],
  ])('at second %i is the one of the standard', (seconds, code, step) => {
    expect(stepOfCode(SECRET, code.slice(-6), at(seconds))).toBe(step)
  })

  it('counts in the step before its own and in the one after it, and no further', () => {
    const code = '287082'
    // Its own step is that from second 30 to second 59.
    expect([0, 29, 30, 59, 60, 89].map((second) => stepOfCode(SECRET, code, at(second)))).toEqual([
      1, 1, 1, 1, 1, 1,
    ])
    expect(stepOfCode(SECRET, code, at(90))).toBeNull()
    expect(stepOfCode(SECRET, code, at(1_111_111_109))).toBeNull()
  })

  it('has six digits and nothing else', () => {
    for (const code of ['', '28708', '2870820', '94287082', ' 287082', '28708a', '２８７０８２'])
      expect(stepOfCode(SECRET, code, at(59)), code).toBeNull()
  })
})

it('a fresh secret has 160 bits, and an app reads it from an address', () => {
  const secret = newCodeSecret()
  expect(secret).toMatch(/^[A-Z2-7]{32}$/)
  expect(newCodeSecret()).not.toBe(secret)
  const address = new URL(codeAddress(secret, 'stemma.example', 'kestrel'))
  expect(address.protocol).toBe('otpauth:')
  expect(Object.fromEntries(address.searchParams)).toMatchObject({
    secret,
    issuer: 'stemma.example',
    algorithm: 'SHA1',
    digits: '6',
    period: '30',
  })
})
