/** Keys of the main account and of subaccounts over the wire: making, changing, showing and taking them away (section 2.8). */
import { generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hashOf } from '../../testing/book-state.js'
import { ccxtOf } from '../../testing/ccxt.js'
import { type CryptoDesk, type Key, openCryptoDesk } from '../../testing/crypto-desk.js'
import { type Manager, newManager } from '../../testing/desk-manager.js'
import { openRpcSocket } from '../../testing/json-rpc-socket.js'

let desk: CryptoDesk
let manager: Manager

// A desk for each: together they would spend the credits of an account faster than these come back.
beforeEach(async () => {
  desk = await openCryptoDesk()
  manager = await newManager(desk, 'manager')
})
afterEach(() => desk.close())

const result = async (method: string, params: object = {}, key: Key | null = manager) => {
  const { body } = await desk.call(method, params, key)
  if (body.error !== undefined) throw new Error(JSON.stringify(body.error))
  return body.result
}
const error = async (method: string, params: object = {}, key: Key | null = manager) =>
  (await desk.call(method, params, key)).body.error
const invalid = async (method: string, params: object) => (await error(method, params)).data?.param

const hashNow = () => hashOf(desk.server.engine)

const credentials = (key: { client_id: string; client_secret: string }, more: object = {}) => ({
  grant_type: 'client_credentials',
  client_id: key.client_id,
  client_secret: key.client_secret,
  ...more,
})
const keyOf = (made: { client_id: string; client_secret: string }): Key => ({
  clientId: made.client_id,
  clientSecret: made.client_secret,
  accountId: desk.main.accountId,
})
const tokenFor = async (scope: string, key: Key = manager): Promise<string> =>
  (
    await result(
      'public/auth',
      credentials({ client_id: key.clientId, client_secret: key.clientSecret }, { scope }),
      null,
    )
  ).access_token
const asToken = async (token: string, method: string, params: object = {}) =>
  (await desk.call(method, { ...params, access_token: token }, null)).body

/** The manager as the first subaccount. */
async function asSubaccount(place = 0): Promise<string> {
  const pair = await result(
    'public/auth',
    credentials({ client_id: manager.clientId, client_secret: manager.clientSecret }),
    null,
  )
  const subject_id = desk.subaccounts[place]?.accountId
  return (await result('public/exchange_token', { refresh_token: pair.refresh_token, subject_id }, null))
    .access_token
}

const making = { max_scope: 'account:read trade:read_write wallet:none', name: 'desk7' }
const made = (more: object = {}) => result('private/create_api_key', { ...making, ...more })
const remove = ({ id }: { id: number }) => result('private/remove_api_key', { id })

describe('making', () => {
  test('a key has the next number, a secret that is shown, and the scope it was given', async () => {
    const before = Date.now()
    const key = await made({ enabled_features: ['block_trade_approval'] })
    expect(key).toEqual({
      id: expect.any(Number),
      timestamp: expect.any(Number),
      client_id: expect.stringMatching(/^[A-Za-z0-9]{10}$/),
      client_secret: expect.stringMatching(/^[0-9a-f]{64}$/),
      max_scope: 'account:read trade:read_write',
      enabled: true,
      default: false,
      name: 'desk7',
      enabled_features: ['block_trade_approval'],
      ip_whitelist: [],
    })
    expect(key.timestamp).toBeGreaterThanOrEqual(before - 1)
    const pair = await result('public/auth', credentials(key), null)
    expect(pair.scope).toBe('account:read trade:read_write connection mainaccount')
    expect(pair.enabled_features).toEqual(['block_trade_approval'])
    expect(await result('private/get_positions', {}, keyOf(key))).toBeInstanceOf(Array)
    expect((await error('private/get_transfers', { currency: 'BTC' }, keyOf(key))).code).toBe(13021)
    await remove(key)
  })

  test('a scope may be a list, a name may be left out, words of other areas are taken and left out', async () => {
    const key = await result('private/create_api_key', {
      max_scope: ['account:read', 'block_trade:read_write', 'wallet:read'],
    })
    expect(key).toMatchObject({ name: '', max_scope: 'account:read wallet:read' })
    await remove(key)
  })

  test('what cannot be is refused and changes nothing', async () => {
    const before = hashNow()
    const create = (more: object) => invalid('private/create_api_key', { ...making, ...more })
    expect(await create({ max_scope: '' })).toBe('max_scope')
    expect(await create({ max_scope: 'account:write' })).toBe('max_scope')
    expect(await create({ max_scope: 'mainaccount' })).toBe('max_scope')
    expect(await create({ name: 'with space' })).toBe('name')
    expect(await create({ name: 'x'.repeat(17) })).toBe('name')
    expect(await create({ enabled_features: ['fast'] })).toBe('enabled_features')
    expect(await create({ public_key: 'no key' })).toBe('public_key')
    const weak = generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey.export({
      type: 'spki',
      format: 'pem',
    })
    expect(await create({ public_key: weak })).toBe('public_key')
    const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
      type: 'spki',
      format: 'pem',
    })
    expect(await create({ public_key: curve })).toBe('public_key')
    const secretHalf = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
    expect(await create({ public_key: secretHalf })).toBe('public_key')
    for (const method of ['edit', 'disable', 'enable', 'reset', 'remove']) {
      const named = { id: 999, ...making }
      expect(await error(`private/${method}_api_key`, named)).toMatchObject({
        code: -32602,
        data: { param: 'id', reason: 'api key not found' },
      })
      expect(await invalid(`private/${method}_api_key`, { ...making, id: 'x' })).toBe('id')
      expect(await invalid(`private/${method}_api_key`, making)).toBe('id')
    }
    expect(hashNow()).toBe(before)
  })

  test('the ninth key of an account is refused; the subaccount counts its own', async () => {
    const present = (await result('private/list_api_keys')).length
    const keys = []
    for (let count = present; count < 8; count += 1) keys.push(await made())
    expect(await error('private/create_api_key', making)).toEqual({
      code: 11030,
      message: 'other_reject too_many_api_keys',
    })
    const token = await asSubaccount()
    const { result: key } = await asToken(token, 'private/create_api_key', making)
    // The demo world's own key of the subaccount is its first.
    expect(key.id).toBe(2)
    await asToken(token, 'private/remove_api_key', { id: key.id })
    for (const each of keys) await remove(each)
  })

  test('a key that was made for a subaccount speaks for that alone', async () => {
    const token = await asSubaccount(1)
    const { result: key } = await asToken(token, 'private/create_api_key', {
      max_scope: 'account:read_write trade:read_write wallet:read_write',
    })
    const own = keyOf(key)
    const sub = desk.subaccounts[1]?.accountId
    expect((await result('private/get_account_summaries', {}, own)).id).toBe(sub)
    expect((await result('public/auth', credentials(key), null)).scope).not.toContain('mainaccount')
    expect((await error('private/create_subaccount', {}, own)).code).toBe(13012)
    expect((await result('private/list_api_keys', {}, own)).map(({ id }: { id: number }) => id)).toEqual([
      1,
      key.id,
    ])
    const pair = await result('public/auth', credentials(key), null)
    const back = { refresh_token: pair.refresh_token, subject_id: desk.main.accountId }
    expect((await error('public/exchange_token', back, null)).code).toBe(13012)
    await asToken(await asSubaccount(1), 'private/remove_api_key', { id: key.id })
    expect((await error('private/get_positions', {}, own)).code).toBe(13009)
  })
})

describe('secrets', () => {
  test('are shown to whoever may change keys, and hidden from whoever only reads', async () => {
    const key = await made()
    const shown = (keys: readonly { client_secret: string }[]) =>
      keys.map(({ client_secret }) => client_secret)
    expect(shown(await result('private/list_api_keys'))).toContain(key.client_secret)
    const reading = await asToken(await tokenFor('account:read'), 'private/list_api_keys')
    const own = reading.result.find(({ client_id }: { client_id: string }) => client_id === manager.clientId)
    expect(own.client_secret).toBe(manager.clientSecret)
    expect(shown(reading.result)).not.toContain(key.client_secret)
    // One that manages accounts and cannot trade sees no secret of a key that can.
    const managing = await asToken(await tokenFor('account:read_write'), 'private/list_api_keys')
    expect(shown(managing.result)).not.toContain(key.client_secret)
    await remove(key)
  })

  test('a reset gives another one; the one before is good for nothing at once', async () => {
    const key = await made()
    const token = (await result('public/auth', credentials(key), null)).access_token
    const fresh = await result('private/reset_api_key', { id: key.id })
    expect(fresh).toEqual({ ...key, client_secret: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(fresh.client_secret).not.toBe(key.client_secret)
    expect((await error('public/auth', credentials(key), null)).code).toBe(13004)
    expect((await asToken(token, 'private/get_positions')).error.code).toBe(13009)
    expect((await error('private/get_positions', {}, keyOf(key))).code).toBe(13009)
    expect(await result('private/get_positions', {}, keyOf(fresh))).toBeInstanceOf(Array)
    await remove(key)
  })
})

describe('changing', () => {
  test('all of it at once, and each by a method of its own', async () => {
    const key = await made()
    const edited = await result('private/edit_api_key', {
      id: key.id,
      max_scope: 'account:read',
      name: 'renamed',
      enabled: true,
      enabled_features: ['restricted_block_trades'],
      ip_whitelist: ['127.0.0.1', '203.0.113.x/24', '198.51.0.0/16', '2001:db8::/32'],
    })
    expect(edited).toMatchObject({
      max_scope: 'account:read',
      name: 'renamed',
      enabled_features: ['restricted_block_trades'],
      ip_whitelist: ['127.0.0.1', '203.0.113.x/24', '198.51.x.x/16', '2001:db8::/32'],
      client_secret: key.client_secret,
    })
    expect((await error('private/get_positions', {}, keyOf(key))).code).toBe(13021)
    expect((await result('private/change_api_key_name', { id: key.id, name: 'again' })).name).toBe('again')
    const wider = await result('private/change_scope_in_api_key', { id: key.id, max_scope: ['trade:read'] })
    expect(wider.max_scope).toBe('trade:read')
    expect(await result('private/get_positions', {}, keyOf(key))).toBeInstanceOf(Array)
    const nowhere = { id: key.id, max_scope: 'trade:read', ip_whitelist: ['nowhere'] }
    expect(await invalid('private/edit_api_key', nowhere)).toBe('ip_whitelist')
    await remove(key)
  })

  test('a key is good from the addresses of its list alone, and so are its tokens', async () => {
    const key = await made()
    const token = (await result('public/auth', credentials(key), null)).access_token
    const listed = (ip_whitelist: readonly string[]) =>
      result('private/edit_api_key', { id: key.id, max_scope: 'trade:read', ip_whitelist })
    await listed(['203.0.113.x/24'])
    expect((await asToken(token, 'private/get_positions')).error.code).toBe(13009)
    expect((await error('private/get_positions', {}, keyOf(key))).code).toBe(13009)
    expect((await error('public/auth', credentials(key), null)).code).toBe(13004)
    await listed(['127.0.0.x/24'])
    expect((await asToken(token, 'private/get_positions')).result).toBeInstanceOf(Array)
    await listed([])
    expect(await result('private/get_positions', {}, keyOf(key))).toBeInstanceOf(Array)
    await remove(key)
  })

  test('nobody makes, changes or takes a key of more scope than its own', async () => {
    const key = await made()
    const token = await tokenFor('account:read_write')
    const before = hashNow()
    const exceeded = { code: 13403, message: 'scope_exceeded' }
    expect((await asToken(token, 'private/create_api_key', making)).error).toEqual(exceeded)
    for (const method of [
      'edit_api_key',
      'disable_api_key',
      'reset_api_key',
      'remove_api_key',
      'change_scope_in_api_key',
    ])
      expect(
        (await asToken(token, `private/${method}`, { id: key.id, max_scope: 'account:read' })).error,
      ).toEqual(exceeded)
    expect((await asToken(token, 'private/change_api_key_name', { id: key.id, name: 'x' })).error).toEqual(
      exceeded,
    )
    expect(hashNow()).toBe(before)
    const small = (await asToken(token, 'private/create_api_key', { max_scope: 'account:read' })).result
    const wider = { id: small.id, max_scope: 'trade:read' }
    expect((await asToken(token, 'private/change_scope_in_api_key', wider)).error).toEqual(exceeded)
    expect((await asToken(token, 'private/remove_api_key', { id: small.id })).result).toBe('ok')
    await remove(key)
  })
})

describe('taking away', () => {
  const [DISABLED, REMOVED] = ['private/disable_api_key', 'private/remove_api_key']

  test.each([DISABLED, 'private/reset_api_key', REMOVED])(
    '%s ends tokens, streams and sockets',
    async (method) => {
      const key = await made()
      const socket = await openRpcSocket(desk.url)
      const closed = once(socket.socket, 'close')
      const pair = (await socket.call('public/auth', credentials(key, { scope: 'session:taken' }))).result
      const channels = ['user.orders.any.any.raw', 'ticker.BTC-PERPETUAL.raw']
      expect((await socket.call('private/subscribe', { channels })).result).toEqual(channels)
      const other = await openRpcSocket(desk.url)
      const asked = { access_token: pair.access_token }
      expect((await other.call('private/get_positions', asked)).result).toBeInstanceOf(Array)
      await result(method, { id: key.id })
      expect((await closed)[0]).toBe(1008)
      expect((await other.call('private/get_positions', asked)).error.code).toBe(13009)
      const refresh = { grant_type: 'refresh_token', refresh_token: pair.refresh_token }
      expect((await error('public/auth', refresh, null)).code).toBe(13009)
      await other.close()
      if (method !== REMOVED) await remove(key)
    },
  )

  test('a disabled key proves nobody, and enabling it brings no token back', async () => {
    const key = await made()
    const token = (await result('public/auth', credentials(key), null)).access_token
    expect((await result(DISABLED, { id: key.id })).enabled).toBe(false)
    expect((await error('public/auth', credentials(key), null)).code).toBe(13004)
    expect((await error('private/get_positions', {}, keyOf(key))).code).toBe(13009)
    expect((await result('private/enable_api_key', { id: key.id })).enabled).toBe(true)
    expect((await asToken(token, 'private/get_positions')).error.code).toBe(13009)
    expect(await result('private/get_positions', {}, keyOf(key))).toBeInstanceOf(Array)
    await remove(key)
  })

  test('a key that resets itself is told its new secret, on the socket that ends with it', async () => {
    const key = await made({ max_scope: 'account:read_write' })
    const socket = await openRpcSocket(desk.url)
    const closed = once(socket.socket, 'close')
    await socket.call('public/auth', credentials(key))
    const { result: fresh } = await socket.call('private/reset_api_key', { id: key.id })
    expect(fresh.client_secret).not.toBe(key.client_secret)
    await closed
    expect((await result('public/auth', credentials(fresh), null)).token_type).toBe('bearer')
    await remove(key)
  })
})

describe('public keys', () => {
  const PATH = '/api/v2/private/get_positions?currency=BTC'
  const pairs = {
    ed25519: generateKeyPairSync('ed25519'),
    rsa: generateKeyPairSync('rsa', { modulusLength: 2_048 }),
  }
  const pemOf = (kind: keyof typeof pairs) =>
    pairs[kind].publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const signed = (kind: keyof typeof pairs, text: string) =>
    sign(kind === 'rsa' ? 'sha256' : null, Buffer.from(text), pairs[kind].privateKey)
  const get = async (authorization: string, path = PATH) =>
    (await fetch(`${desk.url}${path}`, { headers: { authorization } })).json()

  test.each(['ed25519', 'rsa'] as const)('%s signs the client in, and every request', async (kind) => {
    const key = await made({ public_key: pemOf(kind) })
    expect(key.public_key).toBe(pemOf(kind))
    expect(key.client_secret).toMatch(/^(?:[0-9a-f]{2}:){15}[0-9a-f]{2}$/)
    const ts = Date.now()
    const auth = (signature: string, nonce: string) =>
      desk.call(
        'public/auth',
        { grant_type: 'client_signature', client_id: key.client_id, timestamp: ts, nonce, signature },
        null,
      )
    const encodings = ['base64', 'base64url'] as const
    for (const encoding of encodings)
      expect(
        (await auth(signed(kind, `${ts}\n${encoding}\n`).toString(encoding), encoding)).body.result
          .token_type,
      ).toBe('bearer')
    // The same signature in another spelling was used before.
    expect(
      (await auth(signed(kind, `${ts}\nbase64\n`).toString('base64url'), 'base64')).body.error.code,
    ).toBe(13004)
    expect((await auth(signed(kind, `${ts}\nother\n`).toString('base64'), 'altered')).body.error.code).toBe(
      13004,
    )
    for (const nonsense of ['', '!', 'AAAA', 'A'.repeat(2_000)])
      expect((await auth(nonsense, 'n')).body.error.code).toBe(nonsense === '' ? -32602 : 13004)
    const header = (scheme: string, nonce: string) => {
      const sig = signed(kind, `${ts}\n${nonce}\nGET\n${PATH}\n\n`).toString('base64')
      return `${scheme} id=${key.client_id},ts=${ts},nonce=${nonce},sig=${sig}`
    }
    const scheme = `deri-${kind}-sha256`
    expect((await get(header(scheme, 'a'))).result).toBeInstanceOf(Array)
    expect((await get(header(scheme, 'b'), `${PATH}&kind=future`)).error.code).toBe(13009)
    const wrong = kind === 'rsa' ? 'deri-ed25519-sha256' : 'deri-rsa-sha256'
    for (const other of [wrong, 'deri-hmac-sha256', 'deri-md5'])
      expect((await get(header(other, 'c'))).error.code).toBe(13009)
    await remove(key)
  })

  test('one has no secret: none to sign in with, and none to reset', async () => {
    const key = await made({ public_key: pemOf('ed25519') })
    expect((await error('public/auth', credentials(key), null)).code).toBe(13004)
    expect((await error('private/get_positions', {}, keyOf(key))).code).toBe(13009)
    expect(await error('private/reset_api_key', { id: key.id })).toMatchObject({
      code: -32602,
      data: { param: 'id' },
    })
    const { client_secret } = (await result('private/list_api_keys')).find(
      ({ id }: { id: number }) => id === key.id,
    )
    expect(client_secret).toBe(key.client_secret)
    await remove(key)
  })
})

test('the client library makes a key and uses it', async () => {
  const exchange = ccxtOf(desk.url, manager)
  const { result: key } = await exchange.privateGetCreateApiKey({
    max_scope: 'account:read trade:read',
    name: 'lib',
  })
  const other = ccxtOf(desk.url, keyOf(key))
  expect((await other.fetchBalance()).BTC?.total).toBeGreaterThan(0)
  await expect(other.createOrder('BTC/USD:BTC', 'limit', 'buy', 10, 90_000)).rejects.toThrow('forbidden')
  await exchange.privateGetRemoveApiKey({ id: key.id })
  await expect(other.fetchBalance()).rejects.toThrow('unauthorized')
})
