/** The second factor of protected methods (section 9): over HTTP, over a socket and through the client library. */
import { DAY, instant, MINUTE, SECOND } from '@stemma/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ManualClock } from '../../host/clock.js'
import { oneTimeCode } from '../../testing/authenticator.js'
import { basic, type CryptoDesk, type Key, openCryptoDesk } from '../../testing/crypto-desk.js'
import { openRpcSocket } from '../../testing/json-rpc-socket.js'
import { type OtherMain, openOtherMain } from '../../testing/other-main.js'

const clock = new ManualClock(instant(1_790_000_000_000_000))
let desk: CryptoDesk
let first: Key

beforeAll(async () => {
  desk = await openCryptoDesk(clock)
  first = desk.subaccounts[0] as Key
})
afterAll(() => desk.close())
// Every code counts once: each test begins where none was used yet.
beforeEach(() => clock.advance(2 * MINUTE))

const TOGGLE = 'private/toggle_subaccount_login'
const code = (): string => oneTimeCode(desk.totpSecret, clock.now())
const wrongCode = (): string => String((Number(code()) + 1) % 1_000_000).padStart(6, '0')
const enable = (more: object = {}) => ({ sid: first.accountId, state: 'enable', ...more })
const error = async (method: string, params: object = {}, key: Key | null = desk.main) =>
  (await desk.call(method, params, key)).body.error
const challengeOf = async (method: string, params: object): Promise<string> =>
  (await error(method, params)).data.challenge
/** Runs a method with a code of its own. */
const proven = async (method: string, params: object) => {
  clock.advance(30 * SECOND)
  const { body } = await desk.call(method, { ...params, authorization_data: code() })
  return body.error ?? body.result
}
const shownOf = async (account: number) => {
  const { body } = await desk.call('private/get_subaccounts')
  return body.result.find(({ id }: { id: number }) => id === account)
}
const isEnabled = async (): Promise<boolean> => (await shownOf(first.accountId)).login_enabled
const disable = () => proven(TOGGLE, { sid: first.accountId, state: 'disable' })
const sequence = (): number => desk.server.engine.image.head.sequence

describe('the flow', () => {
  test('the first call is told what to answer and changes nothing; the second brings it', async () => {
    await disable()
    clock.advance(30 * SECOND)
    const before = sequence()
    const asked = await desk.call(TOGGLE, enable())
    expect(asked.status).toBe(400)
    expect(asked.body.error).toEqual({
      code: 13668,
      message: 'security_key_authorization_error',
      data: {
        reason: 'tfa_code_is_required',
        security_keys: [{ type: 'tfa', name: 'kestrel phone' }],
        rp_id: '127.0.0.1',
        challenge: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
      },
    })
    expect(sequence()).toBe(before)
    const { challenge } = asked.body.error.data
    const answered = await desk.call(TOGGLE, enable({ authorization_data: code(), challenge }))
    expect(answered).toMatchObject({ status: 200, body: { result: 'ok' } })
    expect(await isEnabled()).toBe(true)
  })

  test('empty authorization data is none', async () => {
    expect((await error(TOGGLE, enable({ authorization_data: '' }))).data.reason).toBe('tfa_code_is_required')
  })

  test('a code counts without a challenge too', async () => {
    await disable()
    clock.advance(30 * SECOND)
    expect((await desk.call(TOGGLE, enable({ authorization_data: code() }))).body.result).toBe('ok')
    expect(await isEnabled()).toBe(true)
  })

  test('a code of the step before and of the step after counts, and no other', async () => {
    const at = (steps: number) => oneTimeCode(desk.totpSecret, clock.now() + steps * 30 * SECOND)
    const tried = async (steps: number) =>
      (await error(TOGGLE, enable({ authorization_data: at(steps) })))?.data.reason
    expect(await tried(-2)).toBe('tfa_code_not_matched')
    expect(await tried(2)).toBe('tfa_code_not_matched')
    expect(await tried(-1)).toBeUndefined()
    expect(await tried(1)).toBeUndefined()
    // An older one than the newest that was used does not count any more.
    expect(await tried(0)).toBe('used_tfa_code')
  })

  test('a wrong code is refused, and so is one that was used', async () => {
    await disable()
    clock.advance(30 * SECOND)
    const wrong = await error(TOGGLE, enable({ authorization_data: wrongCode() }))
    expect(wrong).toMatchObject({ code: 13668, data: { reason: 'tfa_code_not_matched', rp_id: '127.0.0.1' } })
    expect(await isEnabled()).toBe(false)
    const right = code()
    expect((await desk.call(TOGGLE, enable({ authorization_data: right }))).body.result).toBe('ok')
    expect(
      await error(TOGGLE, { sid: first.accountId, state: 'disable', authorization_data: right }),
    ).toMatchObject({
      code: 13668,
      data: { reason: 'used_tfa_code' },
    })
    expect(await isEnabled()).toBe(true)
  })

  test('a challenge counts for a minute and once', async () => {
    const challenge = await challengeOf(TOGGLE, enable())
    clock.advance(MINUTE)
    expect((await error(TOGGLE, enable({ authorization_data: code(), challenge }))).data.reason).toBe(
      'challenge_timeout',
    )
    const fresh = await challengeOf(TOGGLE, enable())
    clock.advance(MINUTE - SECOND)
    const answered = await desk.call(TOGGLE, enable({ authorization_data: code(), challenge: fresh }))
    expect(answered.body.result).toBe('ok')
    const other = await challengeOf(TOGGLE, enable())
    expect(
      (await error(TOGGLE, enable({ authorization_data: wrongCode(), challenge: other }))).data.reason,
    ).toBe('tfa_code_not_matched')
    clock.advance(30 * SECOND)
    // A wrong answer is an answer: the challenge is gone.
    expect((await error(TOGGLE, enable({ authorization_data: code(), challenge: other }))).data.reason).toBe(
      'challenge_timeout',
    )
  })

  test('a challenge of other parameters, of another method or of nobody does not count', async () => {
    const second = desk.subaccounts[1] as Key
    const others = [
      await challengeOf(TOGGLE, { sid: second.accountId, state: 'enable' }),
      await challengeOf(TOGGLE, { sid: first.accountId, state: 'disable' }),
      await challengeOf('private/remove_subaccount', { subaccount_id: first.accountId }),
      Buffer.alloc(32, 1).toString('base64'),
      'not a challenge',
    ]
    for (const challenge of others)
      expect((await error(TOGGLE, enable({ authorization_data: code(), challenge }))).data.reason).toBe(
        'challenge_timeout',
      )
    // None of them used the code up.
    expect((await desk.call(TOGGLE, enable({ authorization_data: code() }))).body.result).toBe('ok')
  })

  test('over GET too, where every parameter is text', async () => {
    const challenge = await challengeOf(TOGGLE, enable())
    const query = new URLSearchParams({
      sid: String(first.accountId),
      state: 'enable',
      authorization_data: code(),
      challenge,
    })
    const response = await fetch(`${desk.url}/api/v2/${TOGGLE}?${query}`, { headers: basic(desk.main) })
    expect(await response.json()).toMatchObject({ result: 'ok' })
  })
})

describe('who is asked', () => {
  test('what is wrong with the parameters is told before a code is asked for', async () => {
    const before = sequence()
    const told = async (params: object) => (await error(TOGGLE, params)).data
    expect(await told({ state: 'enable' })).toEqual({ reason: 'value is required', param: 'sid' })
    expect(await told({ sid: first.accountId })).toEqual({ reason: 'value is required', param: 'state' })
    expect(await told({ sid: 'x', state: 'enable' })).toEqual({
      reason: 'invalid_subaccount_id',
      param: 'sid',
    })
    expect(await told({ sid: 1, state: 'enable' })).toEqual({ reason: 'subaccount_not_found', param: 'sid' })
    expect(await told({ sid: desk.main.accountId, state: 'enable' })).toEqual({
      reason: 'subaccount_not_found',
      param: 'sid',
    })
    expect((await told({ sid: first.accountId, state: 'on' })).param).toBe('state')
    expect(sequence()).toBe(before)
  })

  test('nobody, a key that only reads, and a subaccount are refused before any factor', async () => {
    expect((await error(TOGGLE, enable(), null)).code).toBe(13009)
    expect((await error(TOGGLE, enable({ authorization_data: code() }), first)).code).toBe(13021)
    const token = async (params: object): Promise<string> => {
      const asked = { grant_type: 'client_credentials', client_id: desk.main.clientId, ...params }
      const { body } = await desk.call(
        'public/auth',
        { client_secret: desk.main.clientSecret, ...asked },
        null,
      )
      return body.result.access_token
    }
    const withToken = async (access_token: string) =>
      error(TOGGLE, enable({ authorization_data: code(), access_token }), null)
    expect(await withToken(await token({ scope: 'account:read' }))).toMatchObject({
      code: 13021,
      data: { reason: 'invalid_scope' },
    })
    const { body } = await desk.call('public/auth', {
      grant_type: 'client_credentials',
      client_id: desk.main.clientId,
      client_secret: desk.main.clientSecret,
    })
    const exchanged = await desk.call('public/exchange_token', {
      refresh_token: body.result.refresh_token,
      subject_id: first.accountId,
    })
    expect(await withToken(exchanged.body.result.access_token)).toMatchObject({
      code: 13012,
      data: { reason: 'insufficient_permissions' },
    })
  })

  test('signing in says that a second factor is set up, where one is', async () => {
    const signIn = async ({ clientId, clientSecret }: Key) => {
      const asked = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }
      return (await desk.call('public/auth', asked, null)).body.result
    }
    expect(await signIn(desk.main)).toHaveProperty('mandatory_tfa_status', 'enabled')
    expect(await signIn(first)).not.toHaveProperty('mandatory_tfa_status')
  })

  test('an account shows its factors', async () => {
    expect(await shownOf(desk.main.accountId)).toMatchObject({
      security_keys_enabled: true,
      security_keys_assignments: ['login', 'account', 'wallet', 'admin'],
    })
    expect(await shownOf(first.accountId)).toMatchObject({
      security_keys_enabled: false,
      security_keys_assignments: [],
    })
  })
})

test('a key that is set so is told as a result what to answer', async () => {
  const native = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${desk.url}/stemma/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${desk.operatorKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: await response.json() }
  }
  const { credentials, credentialByClientId } = desk.server.engine.rooms.identity
  const key = `key_${credentials.id(credentialByClientId.find(desk.main.clientId))}`
  const { version } = (await native('GET', `/credentials/${key}`)).body
  expect(version).toBe(1)
  const set = (isInResult: boolean) =>
    native('PATCH', `/credentials/${key}`, { is_factor_asked_in_result: isInResult })
  expect((await set(true)).status).toBe(200)
  const asked = await desk.call(TOGGLE, enable())
  expect(asked).toMatchObject({
    status: 200,
    body: {
      result: {
        security_key_authorization_required: true,
        security_keys: [{ type: 'tfa', name: 'kestrel phone' }],
        rp_id: '127.0.0.1',
        challenge: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
      },
    },
  })
  const { challenge } = asked.body.result
  expect((await error(TOGGLE, enable({ authorization_data: wrongCode(), challenge }))).data.reason).toBe(
    'tfa_code_not_matched',
  )
  const again = (await desk.call(TOGGLE, enable())).body.result.challenge
  const answered = await desk.call(TOGGLE, enable({ authorization_data: code(), challenge: again }))
  expect(answered.body.result).toBe('ok')
  expect((await set(false)).status).toBe(200)
  expect((await error(TOGGLE, enable())).code).toBe(13668)
})

describe('without a factor', () => {
  let other: OtherMain
  beforeAll(async () => {
    other = await openOtherMain(desk.server)
  })

  test('mail, login, notifications and removal never run', async () => {
    const before = sequence()
    const sid = other.subaccount
    const asked: readonly (readonly [string, object])[] = [
      ['private/set_email_for_subaccount', { sid, email: 'desk@osprey.example' }],
      [TOGGLE, { sid, state: 'enable' }],
      ['private/toggle_notifications_from_subaccount', { sid, state: true }],
      ['private/remove_subaccount', { subaccount_id: sid }],
    ]
    for (const [method, params] of asked)
      for (const more of [{}, { authorization_data: '287082' }])
        expect(await error(method, { ...params, ...more }, other.key), method).toEqual({
          code: 13904,
          message: 'security_key_setup_required',
        })
    expect(sequence()).toBe(before)
  })

  test('products are switched off all the same', async () => {
    const params = { user_id: other.subaccount, trading_products: ['options'] }
    expect((await desk.call('private/set_disabled_trading_products', params, other.key)).body.result).toBe(
      'ok',
    )
  })

  test('another client’s subaccount is not there', async () => {
    for (const sid of [other.subaccount, other.key.accountId])
      expect((await error(TOGGLE, { sid, state: 'enable', authorization_data: code() })).data).toEqual({
        reason: 'subaccount_not_found',
        param: 'sid',
      })
  })
})

describe('failures', () => {
  test('five in a row lock for a minute, the next for two; a right code ends the count', async () => {
    const fail = () => error(TOGGLE, enable({ authorization_data: wrongCode() }))
    for (let failure = 1; failure <= 4; failure += 1) expect((await fail()).code).toBe(13668)
    expect((await desk.call(TOGGLE, enable({ authorization_data: code() }))).body.result).toBe('ok')
    clock.advance(30 * SECOND)
    for (let failure = 1; failure <= 5; failure += 1) expect((await fail()).code).toBe(13668)
    const locked = { code: 12998, message: 'security_key_authorization_over_limit', data: { wait: 60 } }
    // The right code does not count either, and nobody is asked for one.
    const before = sequence()
    expect(await error(TOGGLE, enable({ authorization_data: code() }))).toEqual(locked)
    expect(await error(TOGGLE, enable())).toEqual(locked)
    expect(sequence()).toBe(before)
    clock.advance(MINUTE - SECOND)
    expect((await error(TOGGLE, enable())).data).toEqual({ wait: 1 })
    clock.advance(SECOND)
    expect((await fail()).code).toBe(13668)
    expect((await error(TOGGLE, enable())).data).toEqual({ wait: 120 })
    clock.advance(2 * MINUTE)
    expect((await desk.call(TOGGLE, enable({ authorization_data: code() }))).body.result).toBe('ok')
    clock.advance(30 * SECOND)
    expect((await fail()).code).toBe(13668)
    expect((await error(TOGGLE, enable())).code).toBe(13668)
  })

  test('guesses at the same time are counted like others', async () => {
    expect(await proven(TOGGLE, enable())).toBe('ok')
    clock.advance(30 * SECOND)
    const guesses = Array.from({ length: 20 }, () =>
      error(TOGGLE, enable({ authorization_data: wrongCode() })),
    )
    const codes = (await Promise.all(guesses)).map((each) => each.code).sort()
    expect(codes).toEqual([...Array(15).fill(12998), ...Array(5).fill(13668)])
    clock.advance(DAY)
    expect(await proven(TOGGLE, enable())).toBe('ok')
  })
})

test('over a socket', async () => {
  await disable()
  clock.advance(30 * SECOND)
  const socket = await openRpcSocket(desk.url)
  const { clientId, clientSecret } = desk.main
  await socket.call('public/auth', {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  })
  const { error: asked } = await socket.call(TOGGLE, enable())
  expect(asked).toMatchObject({ code: 13668, data: { reason: 'tfa_code_is_required' } })
  const { challenge } = asked.data
  expect(await socket.call(TOGGLE, enable({ authorization_data: code(), challenge }))).toMatchObject({
    result: 'ok',
  })
  expect(await isEnabled()).toBe(true)
  await socket.close()
})
