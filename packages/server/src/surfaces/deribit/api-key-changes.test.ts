/** Keys that are changed, disabled, reset and removed over the wire, and what ends with that (section 2.8). */
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hashOf } from '../../testing/book-state.js'
import { type CryptoDesk, openCryptoDesk } from '../../testing/crypto-desk.js'
import { credentials, keysOf, MAKING } from '../../testing/desk-keys.js'
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

const { result, error, invalid, asToken, keyOf, tokenFor, made, remove } = keysOf(() => ({ desk, manager }))

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
    const before = hashOf(desk.server.engine)
    const exceeded = { code: 13403, message: 'scope_exceeded' }
    expect((await asToken(token, 'private/create_api_key', MAKING)).error).toEqual(exceeded)
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
    expect(hashOf(desk.server.engine)).toBe(before)
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
