import { generateKeyPairSync } from 'node:crypto'
import { SECOND } from '@stemma/core'
import { decodeJwt, type JWTPayload } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Acme, addClient, buildAcme, KEYS, OTHER_KEYS } from '../testing/acme.js'
import { assertion, exchange, pemOf, signIn, startVenue, tokenBody, type Venue } from '../testing/venue.js'

let venue: Venue
let acme: Acme

beforeEach(async () => {
  venue = await startVenue()
  acme = await buildAcme(venue)
})
afterEach(() => venue.close())

const CLIENT = 'acme-trading'
const now = () => Math.floor(venue.clock.now() / SECOND)
const attempt = async (claims: object = {}, header: object = {}) =>
  exchange(venue, CLIENT, await assertion(venue, CLIENT, KEYS, claims as JWTPayload, header))

describe('a good assertion', () => {
  test('is exchanged for a Bearer token of 180 seconds', async () => {
    const { status, headers, body } = await attempt()
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 180 })
    expect(decodeJwt(body.access_token)).toMatchObject({
      iss: `${venue.url}/`,
      sub: CLIENT,
      aud: venue.url,
      scope: 'read:orders write:orders read:positions',
      firm_id: 'api-acme-participantfirm',
      iat: now(),
      exp: now() + 180,
    })
  })

  test('comes form-encoded as well', async () => {
    const form = new URLSearchParams(
      tokenBody(venue, CLIENT, await assertion(venue, CLIENT, KEYS)) as Record<string, string>,
    )
    const { status, body } = await venue.send('POST', '/oauth/token', {
      raw: form.toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect(status).toBe(200)
    expect(body.token_type).toBe('Bearer')
  })

  test('may ask for fewer scopes, and not for more', async () => {
    const signed = await assertion(venue, CLIENT, KEYS)
    const fewer = await exchange(venue, CLIENT, signed, { scope: 'read:orders' })
    expect(decodeJwt(fewer.body.access_token).scope).toBe('read:orders')
    for (const scope of ['write:funding', 'all', 'constructor']) {
      const more = await exchange(venue, CLIENT, await assertion(venue, CLIENT, KEYS), { scope })
      expect([more.status, more.body.error]).toEqual([400, 'invalid_scope'])
    }
  })

  test('may be signed with ES256 or Ed25519, which are our extension', async () => {
    for (const [algorithm, keys] of [
      ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
      ['EdDSA', generateKeyPairSync('ed25519')],
    ] as const) {
      const publicKeys = [{ kid: 'k', algorithm, pem: pemOf(keys), addedAt: 0 }]
      await addClient(venue, { user: acme.trader }, `acme-${algorithm}`, KEYS, { publicKeys })
      const signed = await assertion(venue, `acme-${algorithm}`, keys, {}, { alg: algorithm })
      expect((await exchange(venue, `acme-${algorithm}`, signed)).status).toBe(200)
    }
  })
})

describe('two keys are live while they are rotated', () => {
  test('each is good, with and without a kid, until it is removed', async () => {
    const credential = acme.credentials.trading ?? 0
    const second = { kid: 'two', algorithm: 'RS256', pem: pemOf(OTHER_KEYS), addedAt: 0 }
    await venue.run('credentials.add_key', { credential, ...second, key: second, version: null } as never)
    for (const [keys, header] of [
      [KEYS, {}],
      [OTHER_KEYS, {}],
      [OTHER_KEYS, { kid: 'two' }],
      [OTHER_KEYS, { kid: 'one' }],
    ] as const)
      expect((await exchange(venue, CLIENT, await assertion(venue, CLIENT, keys, {}, header))).status).toBe(
        200,
      )
    await venue.run('credentials.remove_key', { credential, kid: 'one', version: null })
    expect((await attempt()).body.error).toBe('invalid_client')
    expect((await exchange(venue, CLIENT, await assertion(venue, CLIENT, OTHER_KEYS))).status).toBe(200)
  })
})

describe('a replayed jti', () => {
  const replayed = { error: 'invalid_client_assertion', error_description: 'the jti was used before' }

  test('is refused', async () => {
    const signed = await assertion(venue, CLIENT, KEYS)
    expect((await exchange(venue, CLIENT, signed)).status).toBe(200)
    const again = await exchange(venue, CLIENT, signed)
    expect([again.status, again.body]).toEqual([401, replayed])
    const other = await attempt({ jti: decodeJwt(signed).jti, exp: now() + 200 })
    expect([other.status, other.body]).toEqual([401, replayed])
  })

  test('is refused after a restart too, and the tokens of before go on', async () => {
    await venue.close()
    venue = await startVenue('sqlite')
    acme = await buildAcme(venue)
    const signed = await assertion(venue, CLIENT, KEYS)
    const { body } = await exchange(venue, CLIENT, signed)
    venue = await venue.restart()
    const again = await exchange(venue, CLIENT, signed)
    expect([again.status, again.body]).toEqual([401, replayed])
    expect((await venue.send('GET', '/v1/whoami', { token: body.access_token })).status).toBe(200)
  })

  test('of another client is another jti', async () => {
    await addClient(venue, { user: acme.trader }, 'acme-second', KEYS)
    expect((await attempt({ jti: 'same' })).status).toBe(200)
    expect(
      (await exchange(venue, 'acme-second', await assertion(venue, 'acme-second', KEYS, { jti: 'same' })))
        .status,
    ).toBe(200)
  })

  test('only counts as used once the assertion was good', async () => {
    expect((await attempt({ jti: 'same', aud: 'https://elsewhere.test' })).status).toBe(401)
    expect((await attempt({ jti: 'same' })).status).toBe(200)
  })
})

describe('claims', () => {
  test.each<[string, (at: number) => object]>([
    ['another aud', () => ({ aud: venue.url })],
    ['no aud', () => ({ aud: undefined })],
    ['no iat', () => ({ iat: undefined })],
    ['no exp', () => ({ exp: undefined })],
    ['no jti', () => ({ jti: undefined })],
    ['an empty jti', () => ({ jti: '' })],
    ['a jti that is a number', () => ({ jti: 7 })],
    ['a jti beyond 512 characters', () => ({ jti: 'x'.repeat(513) })],
    ['no iss', () => ({ iss: undefined })],
    ['iss that is not sub', () => ({ iss: 'acme-dropcopy' })],
    ['exp 301 seconds after iat', (at) => ({ exp: at + 301 })],
    ['exp before iat', (at) => ({ exp: at - 1 })],
    ['expired beyond the skew', (at) => ({ iat: at - 330, exp: at - 30 })],
    ['issued in the future beyond the skew', (at) => ({ iat: at + 31, exp: at + 60 })],
    ['not valid yet', (at) => ({ nbf: at + 31 })],
    ['iat as text', (at) => ({ iat: String(at) })],
    ['exp with a fraction', (at) => ({ exp: at + 0.5 })],
    ['exp beyond any time', () => ({ exp: 1e300, iat: 1e300 })],
  ])('%s is refused as an invalid assertion', async (_what, claims) => {
    const { status, body } = await attempt(claims(now()))
    expect([status, body.error]).toEqual([401, 'invalid_client_assertion'])
    expect(body.error_description).toEqual(expect.any(String))
  })

  test.each<[string, (at: number) => object]>([
    ['exp 300 seconds after iat', (at) => ({ exp: at + 300 })],
    ['expired within the skew', (at) => ({ iat: at - 329, exp: at - 29 })],
    ['issued in the future within the skew', (at) => ({ iat: at + 30, exp: at + 60 })],
    ['a list of aud with ours in it', () => ({ aud: ['https://elsewhere.test', venue.tokenUrl] })],
    ['a jti of 512 characters', () => ({ jti: 'x'.repeat(512) })],
  ])('%s is taken', async (_what, claims) => {
    expect((await attempt(claims(now()))).status).toBe(200)
  })
})

describe('signatures', () => {
  test.each(['RS384', 'RS512', 'PS256', 'PS384'])('%s is refused', async (alg) => {
    const { status, body } = await attempt({}, { alg })
    expect([status, body.error]).toEqual([401, 'invalid_client_assertion'])
  })

  test('HS256 with the public key as the secret, and none, are refused', async () => {
    const [, payload = ''] = (await assertion(venue, CLIENT, KEYS)).split('.')
    const { SignJWT } = await import('jose')
    const confused = await new SignJWT({ ...decodeJwt(await assertion(venue, CLIENT, KEYS)) })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(pemOf(KEYS)))
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`
    for (const signed of [confused, none])
      expect((await exchange(venue, CLIENT, signed)).body.error).toBe('invalid_client_assertion')
  })

  test('an unknown client and a wrong key read alike', async () => {
    const unknown = await exchange(venue, 'nobody', await assertion(venue, 'nobody', KEYS))
    const wrong = await exchange(venue, CLIENT, await assertion(venue, CLIENT, OTHER_KEYS))
    expect([unknown.status, unknown.body.error]).toEqual([401, 'invalid_client'])
    expect(wrong.text).toBe(unknown.text)
  })

  test('a changed payload, a client of another id and a revoked one are refused', async () => {
    const [head, , tail] = (await assertion(venue, CLIENT, KEYS)).split('.')
    const [, other] = (await assertion(venue, CLIENT, KEYS)).split('.')
    expect((await exchange(venue, CLIENT, `${head}.${other}.${tail}`)).body.error).toBe('invalid_client')
    const foreign = await exchange(venue, 'acme-dropcopy', await assertion(venue, CLIENT, KEYS))
    expect(foreign.body.error).toBe('invalid_client_assertion')
    await venue.run('credentials.revoke', { credential: acme.credentials.trading ?? 0, version: null })
    expect((await attempt()).body.error).toBe('invalid_client')
  })

  const fail = async (id = CLIENT) => exchange(venue, id, await assertion(venue, id, OTHER_KEYS))
  const failedSignIns = async () =>
    (await venue.host.history('events', { equals: { kind: 'signin.failed' }, limit: 1_000 })).length

  test('ten failures of a client from one address are answered, and one more each 90 seconds', async () => {
    for (const id of [CLIENT, 'nobody']) {
      for (let failure = 0; failure < 10; failure += 1) expect((await fail(id)).status).toBe(401)
      const throttled = await fail(id)
      expect([throttled.status, throttled.headers.get('retry-after')]).toEqual([429, '90'])
    }
    expect(await failedSignIns()).toBe(10)
    venue.move(89)
    expect((await fail()).status).toBe(429)
    venue.move(1)
    expect((await fail()).status).toBe(401)
    expect((await fail()).status).toBe(429)
    expect(await failedSignIns()).toBe(11)
  })

  test('whatever fails, a right signature passes: nobody is shut out by who knows a client id', async () => {
    for (let failure = 0; failure < 40; failure += 1) await fail()
    expect((await attempt()).status).toBe(200)
    const { credentials } = venue.server.engine.rooms.identity
    const row = credentials.row((acme.credentials.trading ?? 0) as never)
    expect(credentials.failuresInARow.get(row)).toBe(0)
  })

  test('200 failures of all clients are recorded, and five more each second', async () => {
    for (let client = 0; client < 20; client += 1)
      for (let failure = 0; failure < 10; failure += 1)
        expect((await fail(`nobody-${client}`)).status).toBe(401)
    const throttled = await fail('somebody-else')
    expect([throttled.status, throttled.headers.get('retry-after')]).toEqual([429, '1'])
    expect((await attempt()).status).toBe(200)
    venue.move(1)
    for (let client = 0; client < 5; client += 1) expect((await fail(`later-${client}`)).status).toBe(401)
    expect((await fail('later-5')).status).toBe(429)
  })
})

test('a client that is limited to other addresses is refused', async () => {
  await addClient(venue, { user: acme.trader }, 'acme-far', KEYS, { ipAddresses: ['192.0.2.0/24'] })
  await addClient(venue, { user: acme.trader }, 'acme-near', KEYS, { ipAddresses: ['127.0.0.0/8'] })
  expect((await exchange(venue, 'acme-far', await assertion(venue, 'acme-far', KEYS))).body.error).toBe(
    'invalid_client',
  )
  expect((await exchange(venue, 'acme-near', await assertion(venue, 'acme-near', KEYS))).status).toBe(200)
})

test('a client gets 30 tokens at once, and 5 more a second; a replay takes none of them', async () => {
  const replayed = await assertion(venue, CLIENT, KEYS)
  await exchange(venue, CLIENT, replayed)
  venue.move(1)
  for (let count = 0; count < 40; count += 1)
    expect((await exchange(venue, CLIENT, replayed)).body.error).toBe('invalid_client_assertion')
  for (let count = 0; count < 30; count += 1) expect((await attempt()).status).toBe(200)
  const refused = await attempt()
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
  venue.move(1)
  for (let count = 0; count < 5; count += 1) expect((await attempt()).status).toBe(200)
  expect((await attempt()).status).toBe(429)
})

describe('malformed requests get 4xx in the form of RFC 6749', () => {
  const signed = () => assertion(venue, CLIENT, KEYS)

  test.each<[string, Record<string, unknown>, number, string]>([
    ['no grant_type', { grant_type: undefined }, 400, 'invalid_request'],
    ['another grant_type', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
    ['another assertion type', { client_assertion_type: 'urn:x' }, 400, 'invalid_request'],
    ['no assertion', { client_assertion: undefined }, 400, 'invalid_request'],
    ['an assertion that is no JWT', { client_assertion: 'a.b' }, 400, 'invalid_client_assertion'],
    ['an assertion that is a number', { client_assertion: 7 }, 400, 'invalid_request'],
    ['no audience', { audience: undefined }, 400, 'invalid_request'],
    ['another audience', { audience: 'https://elsewhere.test' }, 403, 'access_denied'],
    ['a client id that is a list', { client_id: ['x'] }, 400, 'invalid_request'],
  ])('%s', async (_what, change, status, error) => {
    const answered = await exchange(venue, CLIENT, await signed(), change)
    expect([answered.status, answered.body.error]).toEqual([status, error])
    expect(answered.headers.get('cache-control')).toBe('no-store')
  })

  test.each<[string, string | Uint8Array]>([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['null', 'null'],
    ['nothing', ''],
    ['a key twice', '{"grant_type":"client_credentials","grant_type":"password"}'],
    ['invalid UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['nested 10,000 deep', '['.repeat(10_000)],
  ])('%s', async (_what, raw) => {
    const { status, body } = await venue.send('POST', '/oauth/token', { raw })
    expect([status, body.error]).toEqual([400, 'invalid_request'])
  })

  test('10 MB', async () => {
    const { status, body } = await venue.send('POST', '/oauth/token', { raw: `"${'x'.repeat(10_000_000)}"` })
    expect([status, body.error]).toEqual([413, 'invalid_request'])
  })

  test('another type of body, and another verb', async () => {
    const headers = { 'content-type': 'text/plain' }
    const typed = await venue.send('POST', '/oauth/token', { raw: 'x', headers })
    expect([typed.status, typed.body.error]).toEqual([400, 'invalid_request'])
    const verb = await venue.send('GET', '/oauth/token')
    expect([verb.status, verb.headers.get('allow'), verb.body.error]).toEqual([
      405,
      'POST',
      'invalid_request',
    ])
  })
})

test("a token that was changed, is another server's, or comes without Bearer proves nobody", async () => {
  const token = await signIn(venue, CLIENT, KEYS)
  const [head, claims, signature = ''] = token.split('.')
  const flipped = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
  for (const value of [`${head}.${claims}.${flipped}`, 'x', 'a.b.c', `${token}x`, 'x'.repeat(10_000)]) {
    const { status, body } = await venue.send('GET', '/v1/whoami', { token: value })
    expect([status, body.code]).toEqual([401, 16])
  }
  const basic = await venue.send('GET', '/v1/whoami', { headers: { authorization: `Basic ${token}` } })
  expect(basic.status).toBe(401)
  expect((await venue.send('GET', '/v1/whoami')).status).toBe(401)
})
