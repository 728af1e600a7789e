/** Keys of the main account and of subaccounts over the wire: making and showing them (section 2.8). */
import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hashOf } from '../../testing/book-state.js'
import { ccxtOf } from '../../testing/ccxt.js'
import { type CryptoDesk, openCryptoDesk } from '../../testing/crypto-desk.js'
import { credentials, keysOf, MAKING } from '../../testing/desk-keys.js'
import { type Manager, newManager } from '../../testing/desk-manager.js'

let desk: CryptoDesk
let manager: Manager

// A desk for each: together they would spend the credits of an account faster than these come back.
beforeEach(async () => {
  desk = await openCryptoDesk()
  manager = await newManager(desk, 'manager')
})
afterEach(() => desk.close())

const { result, error, invalid, asToken, keyOf, tokenFor, asSubaccount, made, remove } = keysOf(() => ({
  desk,
  manager,
}))

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
    const before = hashOf(desk.server.engine)
    const create = (more: object) => invalid('private/create_api_key', { ...MAKING, ...more })
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
      const named = { id: 999, ...MAKING }
      expect(await error(`private/${method}_api_key`, named)).toMatchObject({
        code: -32602,
        data: { param: 'id', reason: 'api key not found' },
      })
      expect(await invalid(`private/${method}_api_key`, { ...MAKING, id: 'x' })).toBe('id')
      expect(await invalid(`private/${method}_api_key`, MAKING)).toBe('id')
    }
    expect(hashOf(desk.server.engine)).toBe(before)
  })

  test('the ninth key of an account is refused; the subaccount counts its own', async () => {
    const present = (await result('private/list_api_keys')).length
    const keys = []
    for (let count = present; count < 8; count += 1) keys.push(await made())
    expect(await error('private/create_api_key', MAKING)).toEqual({
      code: 11030,
      message: 'other_reject too_many_api_keys',
    })
    const token = await asSubaccount()
    const { result: key } = await asToken(token, 'private/create_api_key', MAKING)
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
