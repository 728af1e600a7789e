// Second factors over HTTP: set up, changed, removed and reset, with one-time codes and with a security key.
import { instant, MINUTE, SECOND } from '@stemma/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ManualClock } from '../../host/clock.js'
import { oneTimeCode, SecurityKey } from '../../testing/authenticator.js'
import { type CryptoDesk, type Key, openCryptoDesk } from '../../testing/crypto-desk.js'

const clock = new ManualClock(instant(1_790_000_000_000_000))
let desk: CryptoDesk
/** The client's own user, and a native key of it. */
let user: string
let key: string

beforeAll(async () => {
  desk = await openCryptoDesk(clock)
  const { identity } = desk.server.engine.rooms
  user = `usr_${identity.users.id(identity.userByName.find('kestrel'))}`
  const made = await call('POST', '/api_keys', { user, display_name: 'Own' }, desk.operatorKey)
  key = made.body.secret
})
afterAll(() => desk.close())
beforeEach(() => clock.advance(2 * MINUTE))

async function call(method: string, path: string, body?: object, bearer = key, headers: object = {}) {
  const response = await fetch(`${desk.url}/stemma/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  // biome-ignore lint/suspicious/noExplicitAny: tests read what the wire says
  return { status: response.status, headers: response.headers, body: (await response.json()) as any }
}
const code = (secret = desk.totpSecret): string => {
  clock.advance(30 * SECOND)
  return oneTimeCode(secret, clock.now())
}
const factors = async () => (await call('GET', `/factors?user=${user}`)).body.items
const begin = (more: object = {}, bearer = key, headers: object = {}) =>
  call(
    'POST',
    '/factors',
    { user, kind: 'totp', name: 'spare', assignments: ['account'], ...more },
    bearer,
    headers,
  )
const remove = (factor: string, more: object) => call('POST', `/factors/${factor}/remove`, more)
const sequence = (): number => desk.server.engine.image.head.sequence

describe('one-time codes', () => {
  test('a second one is set up with a code of the first, and confirmed with one of its own', async () => {
    const refused = await begin()
    expect(refused).toMatchObject({ status: 403, body: { code: 'second_factor_required' } })
    expect((await begin({ second_factor: '000000' })).body.code).toBe('second_factor_invalid')
    const { status, body } = await begin({ second_factor: code() })
    expect(status).toBe(200)
    expect(body.secret).toMatch(/^[A-Z2-7]{32}$/)
    expect(new URL(body.address).searchParams.get('secret')).toBe(body.secret)
    const { factor, secret } = body
    expect((await call('POST', `/factors/${factor}/confirm`, { second_factor: code() })).body.code).toBe(
      'second_factor_invalid',
    )
    expect((await call('POST', `/factors/${factor}/confirm`, { second_factor: code(secret) })).status).toBe(
      200,
    )
    const shown = (await factors()).find(({ id }: { id: string }) => id === factor)
    expect(shown).toMatchObject({
      name: 'spare',
      assignments: ['account'],
      is_confirmed: true,
      expires_at: null,
    })
    // The code that confirmed it is used up.
    const used = oneTimeCode(secret, clock.now())
    expect((await remove(factor, { second_factor: used })).body.code).toBe('second_factor_used')
    expect((await remove(factor, { second_factor: code(secret) })).status).toBe(200)
    expect(await factors()).toHaveLength(1)
  })

  test('the secret is shown once: a repeat shows that there was one, and the first code counts for it', async () => {
    const headers = { 'idempotency-key': 'spare-1' }
    const more = { name: 'once', second_factor: code() }
    const first = await begin(more, key, headers)
    expect(first.status).toBe(200)
    const again = await begin(more, key, headers)
    expect(again).toMatchObject({
      status: 200,
      body: { factor: first.body.factor, secret: null, address: null },
    })
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect((await begin({ ...more, name: 'twice' }, key, headers)).status).toBe(422)
    await remove(first.body.factor, { second_factor: code() })
  })

  test('what it is called and what it protects is changed with a code', async () => {
    const [{ id, version }] = await factors()
    const update = (body: object, headers: object = {}) => call('PATCH', `/factors/${id}`, body, key, headers)
    expect((await update({ name: 'desk phone' })).body.code).toBe('second_factor_required')
    const stale = { 'if-match': `"${version + 1}"` }
    expect((await update({ name: 'desk phone', second_factor: code() }, stale)).body.code).toBe(
      'version_mismatch',
    )
    expect((await update({ name: 'desk phone', second_factor: code() })).status).toBe(200)
    expect((await factors())[0]).toMatchObject({ name: 'desk phone' })
    expect((await update({ assignments: [], second_factor: code() })).status).toBe(400)
  })

  test('a dry run uses nothing up and makes nothing', async () => {
    const before = sequence()
    const right = code()
    const dry = await call('POST', '/factors?dry_run=true', {
      user,
      kind: 'totp',
      name: 'dry',
      assignments: ['account'],
      second_factor: right,
    })
    expect(dry.body).toMatchObject({ dry_run: true, outcome: 'would_succeed' })
    expect(JSON.stringify(dry.body)).not.toContain('otpauth')
    expect(sequence()).toBe(before)
  })

  test('five wrong ones lock them here too', async () => {
    for (let failure = 1; failure <= 5; failure += 1)
      expect((await begin({ second_factor: '000000' })).body.code).toBe('second_factor_invalid')
    const locked = await begin({ second_factor: code() })
    expect(locked).toMatchObject({ status: 429, body: { code: 'second_factor_locked' } })
    expect((await call('GET', `/factors/challenge?user=${user}`)).body.code).toBe('second_factor_locked')
    clock.advance(MINUTE)
    const { body } = await begin({ name: 'after', second_factor: code() })
    expect((await remove(body.factor, { second_factor: code() })).status).toBe(200)
  })

  test('they are nobody else’s to see or to change', async () => {
    const [{ id }] = await factors()
    const operator = desk.operatorKey
    expect((await begin({}, operator)).body.code).toBe('level_insufficient')
    expect(
      (await call('POST', `/factors/${id}/remove`, { second_factor: '287082' }, operator)).body.code,
    ).toBe('level_insufficient')
    expect((await call('GET', `/factors/challenge?user=${user}`, undefined, operator)).body.code).toBe(
      'level_insufficient',
    )
    // The operator sees that there is one, and no more.
    const { body } = await call('GET', `/factors?user=${user}`, undefined, operator)
    expect(Object.keys(body.items[0])).not.toContain('sealed_secret')
  })
})

describe('a security key', () => {
  let device: SecurityKey
  let factor: string

  test('is registered with what it signs, and with nothing else', async () => {
    device = new SecurityKey(desk.url, '127.0.0.1')
    const made = await begin({ kind: 'security_key', name: 'yubi', second_factor: code() })
    expect(made).toMatchObject({ status: 200, body: { secret: null, address: null } })
    const { options } = made.body
    expect(options).toMatchObject({ rp: { id: '127.0.0.1' }, attestation: 'none' })
    factor = made.body.factor
    const confirm = (answer: object) =>
      call('POST', `/factors/${factor}/confirm`, { second_factor: JSON.stringify(answer) })
    const wrong = [
      device.register(Buffer.alloc(32, 1).toString('base64url')),
      new SecurityKey('https://elsewhere.example', '127.0.0.1').register(options.challenge),
      new SecurityKey(desk.url, 'elsewhere.example').register(options.challenge),
      { id: 'x' },
    ]
    for (const answer of wrong) expect((await confirm(answer)).body.code).toBe('second_factor_invalid')
    expect((await confirm(device.register(options.challenge))).status).toBe(200)
    const shown = (await factors()).at(-1)
    expect(shown).toMatchObject({
      kind: 'security_key',
      key_id: device.id.toString('base64url'),
      is_confirmed: true,
    })
    // It is not offered a second time to the same device.
    const again = await begin({ kind: 'security_key', name: 'again', second_factor: code() })
    expect(again.body.options.excludeCredentials.map(({ id }: { id: string }) => id)).toEqual([
      device.id.toString('base64url'),
    ])
    await remove(again.body.factor, { second_factor: code() })
  })

  test('proves a change of the factors', async () => {
    const asked = (await call('GET', `/factors/challenge?user=${user}`)).body
    expect(asked.relying_party).toBe('127.0.0.1')
    const answer = JSON.stringify(device.assert(asked.challenge))
    const rename = (challenge: string | null) =>
      call('PATCH', `/factors/${factor}`, { name: 'blue key', second_factor: answer, challenge })
    expect((await rename(null)).body.code).toBe('second_factor_invalid')
    expect((await rename(asked.challenge)).status).toBe(200)
    expect((await rename(asked.challenge)).body.code).toBe('second_factor_used')
  })

  test('proves a method of the venue: its assertion over the challenge is the authorization data', async () => {
    const first = desk.subaccounts[0] as Key
    const params = { sid: first.accountId, state: 'enable' }
    const method = 'private/toggle_subaccount_login'
    const ask = async () => (await desk.call(method, params)).body.error.data
    const answer = async (data: object, challenge: string) =>
      (await desk.call(method, { ...params, authorization_data: JSON.stringify(data), challenge })).body
    const { security_keys, challenge } = await ask()
    expect(security_keys.at(-1)).toEqual({
      type: 'u2f',
      name: 'blue key',
      credential_id: device.id.toString('base64url'),
    })
    const assertion = device.assert(challenge)
    const forged = { ...assertion, response: { ...assertion.response, signature: 'AAAA' } }
    expect((await answer(forged, challenge)).error.data.reason).toBe('tfa_code_not_matched')
    const other = (await ask()).challenge
    // Signed over another challenge than the one that is sent.
    expect((await answer(device.assert(challenge), other)).error.data.reason).toBe('tfa_code_not_matched')
    const fresh = (await ask()).challenge
    expect(await answer(device.assert(fresh), fresh)).toMatchObject({ result: 'ok' })
    // A copy of the device counts from where it was copied: what it signs is not newer.
    const later = (await ask()).challenge
    device.signatures -= 1
    expect((await answer(device.assert(later), later)).error.data.reason).toBe('tfa_code_not_matched')
    device.signatures += 1
  })
})

describe('resetting', () => {
  test('an administrator takes them all away; the user itself cannot', async () => {
    expect((await call('POST', `/users/${user}/factors/reset`, {})).body.code).toBe('transition_invalid')
    const count = (await factors()).length
    const reset = await call(
      'POST',
      `/users/${user}/factors/reset`,
      { reason: 'Phone lost' },
      desk.operatorKey,
    )
    expect(reset).toMatchObject({ status: 200, body: { user, removed: count } })
    expect(await factors()).toEqual([])
    expect((await call('GET', `/factors/challenge?user=${user}`)).body.code).toBe('second_factor_missing')
    // And the first one again, with nothing but the key.
    const { body } = await begin({ name: 'new phone' })
    const confirmed = { second_factor: code(body.secret) }
    expect((await call('POST', `/factors/${body.factor}/confirm`, confirmed)).status).toBe(200)
    const [event] = await desk.server.host.history('events', {
      equals: { kind: 'factors.reset' },
      newestFirst: true,
      limit: 1,
    })
    expect(event).toMatchObject({ subject: user, data: { removed: count } })
  })
})

test('a factor whose secret was erased proves nothing, and what it protects stays shut', async () => {
  const { hierarchy } = desk.server.engine.rooms
  const party = hierarchy.accounts.party.get(hierarchy.accounts.row(desk.main.accountId as never))
  const [{ id }] = await factors()
  const erased = await desk.server.host.execute({
    command: 'parties.erase',
    input: { party, version: null },
    actor: { kind: 'system' },
  })
  expect(erased.kind).toBe('done')
  const params = { sid: desk.subaccounts[0]?.accountId, state: 'disable' }
  const tried = await desk.call('private/toggle_subaccount_login', { ...params, authorization_data: code() })
  expect(tried.body.error?.code).not.toBe(13904)
  expect((await factors())[0].id).toBe(id)
})
