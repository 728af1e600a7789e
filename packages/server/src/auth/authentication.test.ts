import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Acme, addClient, buildAcme, KEYS } from '../testing/acme.js'
import { signIn, startVenue, type Venue } from '../testing/venue.js'
import { hashSecret, isSecretOf, mintApiKey, parseApiKey } from './api-keys.js'
import { Remembered } from './remembered.js'
import { TokenBuckets } from './token-buckets.js'

let venue: Venue
let acme: Acme

beforeEach(async () => {
  venue = await startVenue()
  acme = await buildAcme(venue)
})
afterEach(() => venue.close())

async function addKey(
  clientId: string,
  more: Record<string, unknown> = {},
): Promise<{ value: string; credential: number }> {
  const { value, secretHash } = mintApiKey(clientId)
  const credential = await addClient(venue, { user: acme.trader }, clientId, KEYS, {
    kind: 'api_key',
    secretHash,
    publicKeys: [],
    ...more,
  })
  return { value, credential }
}
const status = async (token: string) => (await venue.send('GET', '/v1/whoami', { token })).status

describe('an API key', () => {
  test('proves its user, until it is revoked', async () => {
    const { value, credential } = await addKey('key_with_underscores')
    expect(await status(value)).toBe(200)
    expect(await status(value)).toBe(200)
    await venue.run('credentials.revoke', { credential, version: null })
    expect(await status(value)).toBe(401)
  })

  test('of another surface, with another secret, or in another form proves nobody', async () => {
    const native = await addKey('native-key', { surface: 'native' })
    const own = await addKey('own-key')
    expect(await status(native.value)).toBe(401)
    expect(await status(`${own.value.slice(0, -1)}${own.value.endsWith('0') ? '1' : '0'}`)).toBe(401)
    expect(await status(own.value.slice(0, -1))).toBe(401)
    expect(await status('sk_nobody_00')).toBe(401)
  })

  test('expires', async () => {
    const expiresAt = venue.clock.now() + 60_000_000
    const { value } = await addKey('short-key', { expiresAt })
    expect(await status(value)).toBe(200)
    venue.move(60)
    expect(await status(value)).toBe(401)
  })

  test('that is limited to other addresses from now on is refused on the next request', async () => {
    const { value, credential } = await addKey('moving-key')
    expect(await status(value)).toBe(200)
    await venue.run('credentials.update', { credential, ipAddresses: ['192.0.2.1'], version: null })
    expect(await status(value)).toBe(401)
  })

  test('is not locked by wrong secrets: ten from an address are recorded, and one more each 90 seconds', async () => {
    const { value } = await addKey('known-key')
    const wrong = `sk_known-key_${'0'.repeat(64)}`
    const recorded = async () =>
      (await venue.host.history('events', { equals: { kind: 'signin.failed' }, limit: 100 })).length
    for (let failure = 0; failure < 30; failure += 1) expect(await status(wrong)).toBe(401)
    expect(await recorded()).toBe(10)
    expect(await status(value)).toBe(200)
    venue.move(90)
    expect([await status(wrong), await status(wrong), await status(value)]).toEqual([401, 401, 200])
    expect(await recorded()).toBe(11)
  })
})

test('an access token of a client whose addresses are narrowed is refused on the next request', async () => {
  const token = await signIn(venue, 'acme-trading', KEYS)
  expect(await status(token)).toBe(200)
  await venue.run('credentials.update', {
    credential: acme.credentials.trading ?? 0,
    ipAddresses: ['192.0.2.1'],
    version: null,
  })
  expect(await status(token)).toBe(401)
})

test('a revoked token is refused on the next request', async () => {
  const token = await signIn(venue, 'acme-trading', KEYS)
  expect(await status(token)).toBe(200)
  const { tokens } = venue.server.engine.rooms.identity
  await venue.run('tokens.revoke', { token: tokens.idsInOrder().at(-1) ?? 0 })
  expect(await status(token)).toBe(401)
})

test('a suspended firm, or one above it, stops its tokens', async () => {
  const token = await signIn(venue, 'acme-trading', KEYS)
  await venue.run('parties.suspend', { party: acme.member, version: null })
  expect(await status(token)).toBe(403)
})

test('the secret of a key is 32 random bytes, and is compared by its digest', () => {
  const { value, secretHash } = mintApiKey('a_b')
  const parsed = parseApiKey(value)
  expect(parsed?.clientId).toBe('a_b')
  expect(hashSecret(parsed?.secret ?? '')).toBe(secretHash)
  expect(isSecretOf(secretHash, parsed?.secret ?? '')).toBe(true)
  expect(isSecretOf(secretHash, 'x')).toBe(false)
  expect(isSecretOf('00', parsed?.secret ?? '')).toBe(false)
})

test('proofs are remembered up to a limit, and forgotten with their credential', () => {
  const remembered = new Remembered(2)
  const proof = (credential: number) =>
    ({ authenticated: { credential }, surface: 'native', ipAddresses: [], expiresAt: 10 }) as never
  remembered.keep('a', proof(1))
  remembered.keep('b', proof(2))
  remembered.keep('c', proof(2))
  expect([remembered.size, remembered.find('a', 0 as never)]).toEqual([2, null])
  expect(remembered.find('b', 10 as never)).toBeNull()
  remembered.forget(2 as never)
  expect(remembered.size).toBe(0)
})

test('buckets hold their burst, refill by time, and the least used goes first', () => {
  const buckets = new TokenBuckets(2)
  const rate = { perSecond: 0.5, burst: 2 }
  const at = (seconds: number) => (seconds * 1_000_000) as never
  expect([
    buckets.take('a', rate, at(0)),
    buckets.take('a', rate, at(0)),
    buckets.take('a', rate, at(0)),
  ]).toEqual([null, null, 2])
  expect(buckets.take('a', rate, at(1))).toBe(1)
  expect(buckets.take('a', rate, at(2))).toBeNull()
  expect(buckets.take('a', rate, at(1))).toBe(2)
  buckets.take('b', rate, at(2))
  buckets.take('c', rate, at(2))
  expect(buckets.take('a', rate, at(2))).toBeNull()
})
