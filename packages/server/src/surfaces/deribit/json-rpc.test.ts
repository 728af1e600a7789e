/** What clients send that the library does not: every way in, the envelope, faults, scopes (sections 1, 2 and 10). */
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { basic, type CryptoDesk, type Key, openCryptoDesk } from '../../testing/crypto-desk.js'

let desk: CryptoDesk

beforeAll(async () => {
  desk = await openCryptoDesk()
})
afterAll(() => desk.close())

const get = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${desk.url}${path}`, { headers })
  return { status: response.status, body: await response.json() }
}
const auth = (params: object) => desk.call('public/auth', params, null)
const credentials = (key: Key, more: object = {}) => ({
  grant_type: 'client_credentials',
  client_id: key.clientId,
  client_secret: key.clientSecret,
  ...more,
})
const bearer = (token: string) => ({ authorization: `bearer ${token}` })
const SUMMARY = '/api/v2/private/get_account_summary?currency=BTC'

/** The texts to sign of section 2: checked against the sheet's own vectors. */
const sign = (secret: string, ...lines: string[]) =>
  createHmac('sha256', secret).update(lines.join('\n')).digest('hex')

describe('the envelope', () => {
  test('a GET without an id is answered without one; with one, it comes back', async () => {
    const { status, body } = await get('/api/v2/public/get_time')
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual(['jsonrpc', 'result', 'usIn', 'usOut', 'usDiff', 'testnet'])
    expect(body.usOut - body.usIn).toBe(body.usDiff)
    expect((await get('/api/v2/public/get_time?id=5')).body.id).toBe(5)
  })

  test('faults are 400 with number, message and data', async () => {
    expect(await desk.call('public/get_order_book', {}, null)).toMatchObject({
      status: 400,
      body: {
        id: 7,
        error: {
          code: -32602,
          message: 'Invalid params',
          data: { reason: 'value is required', param: 'instrument_name' },
        },
      },
    })
    expect((await desk.call('private/get_portfolio_margins')).body.error).toEqual({
      code: -32601,
      message: 'Method not found',
    })
    expect((await desk.call('public/subscribe', { channels: [] })).body.error.code).toBe(10030)
    expect((await desk.call('private/get_positions', {}, null)).body.error).toEqual({
      code: 13009,
      message: 'unauthorized',
      data: { reason: 'invalid_token' },
    })
    expect((await desk.call('public/ticker', { instrument_name: 'NOTHING' })).body.error.data).toEqual({
      reason: 'instrument not found',
      param: 'instrument_name',
    })
    expect((await desk.call('private/get_account_summary', { currency: 'XYZ' })).body.error.data.reason).toBe(
      'invalid currency',
    )
  })

  test('a body that is no JSON, and one beyond 32 KiB', async () => {
    const post = async (body: string) => {
      const response = await fetch(`${desk.url}/api/v2/public/test`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      })
      return (await response.json()).error
    }
    expect(await post('{')).toEqual({ code: -32700, message: 'Parse error' })
    const filled = (size: number) =>
      JSON.stringify({ jsonrpc: '2.0', method: 'public/test', params: { pad: 'x'.repeat(size) } })
    const rest = 32 * 1024 - filled(0).length
    expect(await post(filled(rest))).toBeUndefined()
    expect(await post(filled(rest + 1))).toEqual({ code: -32600, message: 'request entity too large' })
    const whole = await fetch(`${desk.url}/api/v2/public/test`, { method: 'POST', body: filled(rest + 1) })
    expect(Object.keys((await whole.json()) as object)).toEqual([
      'jsonrpc',
      'error',
      'usIn',
      'usOut',
      'usDiff',
      'testnet',
    ])
  })

  test('parameters that are no object are refused with the id, and none are none', async () => {
    const post = async (body: object) => {
      const response = await fetch(`${desk.url}/api/v2`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return response.json()
    }
    expect(await post({ id: 'b', method: 'public/get_time', params: ['x'] })).toMatchObject({
      id: 'b',
      error: { code: -32602, data: { reason: 'must be an object', param: 'params' } },
    })
    expect((await post({ id: 3, method: 'public/get_time', params: null })).result).toBeGreaterThan(0)
    for (const params of [undefined, null])
      expect(await post({ id: 4, method: 'public/get_instrument', params })).toMatchObject({
        id: 4,
        error: {
          code: -32000,
          message: 'Missing params',
          data: { reason: 'value is required', param: 'instrument_name' },
        },
      })
    expect(await post({ id: 5, method: 'public/get_instrument', params: {} })).toMatchObject({
      error: { code: -32602 },
    })
  })

  test('numbers may be text, in any form, and what is unknown is left alone', async () => {
    const { body } = await get(
      '/api/v2/private/buy?instrument_name=BTC-PERPETUAL&amount=1.0e2&price=9.0e4&type=limit&include_old=true',
      basic(desk.main),
    )
    expect(body.result.order).toMatchObject({ amount: 100, price: 90_000, order_state: 'open' })
    expect(
      (await desk.call('private/cancel', { order_id: body.result.order.order_id })).body.result.order_state,
    ).toBe('cancelled')
  })

  test('the method may stand in the body alone', async () => {
    const response = await fetch(`${desk.url}/api/v2`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 'a', method: 'public/status' }),
    })
    expect(await response.json()).toMatchObject({ id: 'a', result: { locked: 'false' } })
  })
})

describe('ways in', () => {
  test('the texts to sign are those of the sheet', () => {
    const secret = 'secret-of-desk-7'
    const [ts, nonce] = ['1767225600000', 'n0nce42']
    expect(sign(secret, ts, nonce, '')).toBe(
      '8cc6082ebd0f093b2a2b81274eb5e3cc15b8f59a3c4fe142e373cf8457b45715',
    )
    expect(
      sign(secret, ts, nonce, 'GET', '/api/v2/private/get_subaccounts?with_portfolio=true', '', ''),
    ).toBe('d8c25fbb695e13a1e1183ba0be6547c6e854c37abfb47141c6a4212e857601bb')
    const body =
      '{"jsonrpc":"2.0","id":1,"method":"private/get_subaccounts","params":{"with_portfolio":true}}'
    expect(sign(secret, ts, nonce, 'POST', '/api/v2/private/get_subaccounts', body, '')).toBe(
      'cd5c0ef861c8634b8d3089155700c0ba9bddc3548a7f07e1a11687ff7ee3b4e8',
    )
  })

  test('client credentials give a pair that refreshes once', async () => {
    const { result } = (await auth(credentials(desk.main, { state: 'mine' }))).body
    expect(result).toMatchObject({ token_type: 'bearer', expires_in: 900, state: 'mine' })
    expect(result.scope.split(' ')).toEqual([
      'account:read_write',
      'trade:read_write',
      'wallet:read_write',
      'connection',
      'mainaccount',
    ])
    expect((await get(SUMMARY, bearer(result.access_token))).status).toBe(200)
    // A refresh token is for refreshing alone.
    expect((await get(SUMMARY, bearer(result.refresh_token))).body.error.code).toBe(13009)
    const again = (await auth({ grant_type: 'refresh_token', refresh_token: result.refresh_token })).body
      .result
    expect((await get(SUMMARY, bearer(again.access_token))).status).toBe(200)
    expect((await get(SUMMARY, bearer(result.access_token))).body.error.code).toBe(13009)
    expect(
      (await auth({ grant_type: 'refresh_token', refresh_token: result.refresh_token })).body.error.code,
    ).toBe(13009)
  })

  test('a wrong secret and an unknown id are invalid credentials', async () => {
    const wrong = credentials({ ...desk.main, clientSecret: '0'.repeat(64) })
    expect((await auth(wrong)).body.error).toEqual({ code: 13004, message: 'invalid_credentials' })
    expect((await auth(credentials({ ...desk.main, clientId: 'nobody' }))).body.error.code).toBe(13004)
  })

  test('a signature of the client counts once, and for a minute', async () => {
    const { clientId, clientSecret } = desk.main
    const now = Date.now()
    const signed = (timestamp: number, nonce: string) => ({
      grant_type: 'client_signature',
      client_id: clientId,
      timestamp,
      nonce,
      data: 'd',
      signature: sign(clientSecret, String(timestamp), nonce, 'd'),
    })
    expect((await auth(signed(now, 'once'))).body.result.access_token).toBeTypeOf('string')
    expect((await auth(signed(now, 'once'))).body.error.code).toBe(13004)
    expect((await auth(signed(now - 61_000, 'old'))).body.error.code).toBe(13004)
    expect((await auth(signed(now + 60_000, 'early'))).body.error.code).toBe(13004)
    expect((await auth({ ...signed(now, 'other'), data: 'e' })).body.error.code).toBe(13004)
  })

  test('a signed header in any order, with spaces; another query is another text', async () => {
    const { clientId, clientSecret } = desk.main
    const ts = String(Date.now())
    const sig = sign(clientSecret, ts, 'n1', 'GET', SUMMARY, '', '')
    const authorization = `deri-hmac-sha256 id=${clientId}, ts=${ts}, sig=${sig}, nonce=n1`
    expect((await get(`${SUMMARY}&extended=true`, { authorization })).body.error.code).toBe(13009)
    expect((await get(SUMMARY, { authorization })).status).toBe(200)
    expect((await get(SUMMARY, { authorization })).body.error.code).toBe(13009)
  })

  test('id and secret as Basic; a header that proves nobody', async () => {
    expect((await get(SUMMARY, { ...basic(desk.main) })).status).toBe(200)
    expect((await get(SUMMARY, { authorization: 'Digest x' })).body.error.code).toBe(13009)
    expect((await get(SUMMARY, bearer('nonsense'))).body.error.code).toBe(13009)
  })
})

describe('scopes', () => {
  test('what is asked for is what there is, and what is missing is forbidden', async () => {
    const scope = 'account:read trade:read wallet:none session:desk7 expires:60'
    const { result } = (await auth(credentials(desk.main, { scope }))).body
    expect(result.scope).toBe('account:read trade:read session:desk7 mainaccount')
    expect(result.expires_in).toBe(60)
    expect(result.sid).toMatch(/^s-/)
    const order = '/api/v2/private/buy?instrument_name=BTC-PERPETUAL&amount=10&price=90000'
    expect((await get(order, bearer(result.access_token))).body.error).toEqual({
      code: 13021,
      message: 'forbidden',
      data: { reason: 'invalid_scope' },
    })
    expect(
      (await get('/api/v2/private/get_transfers?currency=BTC', bearer(result.access_token))).body.error.code,
    ).toBe(13021)
    expect((await get('/api/v2/private/get_positions', bearer(result.access_token))).status).toBe(200)
  })

  test('a key of a subaccount is not granted more than it has', async () => {
    const [sub] = desk.subaccounts
    const { result } = (
      await auth(credentials(sub as Key, { scope: 'account:read_write trade:read_write wallet:read_write' }))
    ).body
    expect(result.scope).toBe('account:read trade:read_write wallet:read connection')
  })

  test('a token for one address is not good from another', async () => {
    const { result } = (await auth(credentials(desk.main, { scope: 'ip:203.0.113.8' }))).body
    expect((await get(SUMMARY, bearer(result.access_token))).body.error.code).toBe(13009)
  })
})

describe('exchange of tokens', () => {
  const exchange = async (refresh_token: string, subject_id: number, more = {}) =>
    (await desk.call('public/exchange_token', { refresh_token, subject_id, ...more }, null)).body
  const accountOf = async (token: string) =>
    (await get('/api/v2/private/get_account_summaries', bearer(token))).body.result.id

  test('main becomes a subaccount and main again; the token before is gone', async () => {
    const first = (await auth(credentials(desk.main))).body.result
    const sub = desk.subaccounts[1]?.accountId as number
    const second = (await exchange(first.refresh_token, sub)).result
    expect(second.scope).not.toContain('mainaccount')
    expect(await accountOf(second.access_token)).toBe(sub)
    expect((await get(SUMMARY, bearer(first.access_token))).body.error.code).toBe(13009)
    const third = (await exchange(second.refresh_token, desk.main.accountId)).result
    expect(await accountOf(third.access_token)).toBe(desk.main.accountId)
  })

  test('an own token of a subaccount stays there, and nobody becomes a stranger', async () => {
    const own = (await auth(credentials(desk.subaccounts[0] as Key))).body.result
    expect((await exchange(own.refresh_token, desk.main.accountId)).error).toMatchObject({
      code: 13012,
      data: { reason: 'insufficient_permissions' },
    })
    const main = (await auth(credentials(desk.main))).body.result
    expect((await exchange(main.refresh_token, 999_999)).error.data).toEqual({
      reason: 'subaccount_not_found',
      param: 'subject_id',
    })
  })

  test('a session is forked under another name, and both go on', async () => {
    const one = (await auth(credentials(desk.main, { scope: 'session:one' }))).body.result
    const two = (
      await desk.call('public/fork_token', { refresh_token: one.refresh_token, session_name: 'two' }, null)
    ).body.result
    expect(two.scope).toContain('session:two')
    for (const { access_token } of [one, two]) expect(await accountOf(access_token)).toBe(desk.main.accountId)
  })
})
