import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { buildAcme, KEYS } from '../../testing/acme.js'
import { signIn, startVenue, type Venue } from '../../testing/venue.js'

let venue: Venue
let trading: string

beforeEach(async () => {
  venue = await startVenue()
  await buildAcme(venue)
  trading = await signIn(venue, 'acme-trading', KEYS)
})
afterEach(() => venue.close())

describe('the envelope', () => {
  test('without a token', async () => {
    const { status, body } = await venue.send('GET', '/v1/whoami')
    expect(status).toBe(401)
    expect(body).toEqual({
      code: 16,
      message: 'unauthenticated: missing or invalid access token',
      details: [],
    })
  })

  test('an unknown route, and a known one by another verb', async () => {
    const unknown = await venue.send('GET', '/v1/nothing', { token: trading })
    expect([unknown.status, unknown.body]).toEqual([404, { code: 5, message: 'not found', details: [] }])
    const verb = await venue.send('DELETE', '/v1/accounts/accounts', { token: trading })
    expect([verb.status, verb.headers.get('allow')]).toEqual([405, 'GET'])
    expect(verb.body).toEqual({ code: 12, message: 'method not allowed', details: [] })
  })

  test('carries the id of the request, and the correlation id that came with it', async () => {
    const headers = { 'poly-correlation-id': 'corr-1' }
    const answered = await venue.send('GET', '/v1/whoami', { token: trading, headers })
    expect(answered.headers.get('x-request-id')).toEqual(expect.any(String))
    expect(answered.headers.get('poly-correlation-id')).toBe('corr-1')
  })

  test('health needs no token, and is limited per address', async () => {
    for (let count = 0; count < 20; count += 1)
      expect((await venue.send('GET', '/v1/health')).body).toEqual({ status: 'SERVING' })
    expect((await venue.send('GET', '/v1/health')).status).toBe(429)
  })
})

describe('hostile bodies get a 4xx in the envelope', () => {
  test.each<[string, string | Uint8Array, number]>([
    ['no JSON', '{', 400],
    ['a list', '[]', 400],
    ['null', 'null', 400],
    ['text', '"x"', 400],
    ['nothing', '', 400],
    ['a key twice', '{"name":"acme-main","name":"other"}', 400],
    ['a key twice, once escaped', '{"name":"acme-main","n\\u0061me":"other"}', 400],
    ['__proto__', '{"__proto__":{"name":"acme-main"}}', 400],
    ['invalid UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400],
    ['nested 100,000 deep', '['.repeat(100_000), 400],
    ['a name that is an object', '{"name":{}}', 400],
    ['10 MB', `{"name":"${'x'.repeat(10_000_000)}"}`, 413],
  ])('%s', async (_what, raw, expected) => {
    const { status, body } = await venue.send('POST', '/v1/positions/balances', { token: trading, raw })
    expect(status).toBe(expected)
    expect(body).toEqual({ code: expect.any(Number), message: expect.any(String), details: [] })
  })

  test('another type of body', async () => {
    const headers = { 'content-type': 'text/xml' }
    const { status, body } = await venue.send('POST', '/v1/positions/balances', {
      token: trading,
      raw: '<x/>',
      headers,
    })
    expect([status, body.code]).toEqual([415, 3])
  })

  test.each([
    '/v1/%',
    '/v1/accounts/%ff',
    '/v1/accounts/%00',
    `/v1/accounts/${'x'.repeat(3_000)}`,
    '/v1/accounts?user=%27',
  ])('the path %s', async (path) => {
    const { status, body } = await venue.send('GET', path, { token: trading })
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
    expect(body).toEqual({ code: expect.any(Number), message: expect.any(String), details: [] })
  })

  test('a path that cannot be decoded carries the ids of its request too', async () => {
    const headers = { 'poly-correlation-id': 'corr-2' }
    const answered = await venue.send('GET', '/v1/accounts/%E0%A4%A', { token: trading, headers })
    expect([answered.status, answered.body]).toEqual([
      400,
      { code: 3, message: 'the address cannot be decoded', details: [] },
    ])
    expect(answered.headers.get('x-request-id')).toEqual(expect.any(String))
    expect(answered.headers.get('poly-correlation-id')).toBe('corr-2')
    const native = await venue.send('GET', '/stemma/v1/accounts/%ff')
    expect(native.headers.get('content-type')).toBe('application/problem+json')
    expect(native.body).toMatchObject({ status: 400, code: 'malformed' })
    const nobodys = await venue.send('GET', '/%ff')
    expect([nobodys.status, nobodys.body.code]).toEqual([400, 'malformed'])
    expect(nobodys.headers.get('x-content-type-options')).toBe('nosniff')
  })
})
