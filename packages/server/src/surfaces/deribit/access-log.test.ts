/** The access log and its channel, locks, the language of mails, currencies (section 3.7). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CryptoDesk, type Key, openCryptoDesk } from '../../testing/crypto-desk.js'
import { type Manager, newManager } from '../../testing/desk-manager.js'
import { openRpcSocket, type RpcSocket } from '../../testing/json-rpc-socket.js'

let desk: CryptoDesk
let manager: Manager

beforeAll(async () => {
  desk = await openCryptoDesk()
  manager = await newManager(desk, 'logged')
})
afterAll(() => desk.close())

const SYSTEM = { kind: 'system' } as const
const call = async (method: string, params: object = {}, key: Key | null = manager) =>
  (await desk.call(`private/${method}`, params, key)).body
const signIn = async ({ clientId, clientSecret }: Key, more: object = {}) =>
  (
    await desk.call(
      'public/auth',
      { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, ...more },
      null,
    )
  ).body
const log = async (params: object = {}, key: Key = manager) =>
  (await call('get_access_log', params, key)).result
const socketOf = async ({ clientId, clientSecret }: Key): Promise<RpcSocket> => {
  const socket = await openRpcSocket(desk.url)
  const given = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }
  expect((await socket.call('public/auth', given)).result.token_type).toBe('bearer')
  return socket
}

describe('the access log', () => {
  test('tells who signed in and who failed to, and each change of a key, newest first', async () => {
    const { records_total: before } = await log()
    await signIn(manager)
    await signIn(manager, { client_secret: 'x'.repeat(64) })
    await signIn(manager, { client_secret: 'f'.repeat(64) })
    const { result: key } = await call('create_api_key', { max_scope: 'account:read', name: 'logged' })
    const { id } = key
    await call('change_scope_in_api_key', { id, max_scope: 'trade:read' })
    await call('edit_api_key', { id, max_scope: 'trade:read', ip_whitelist: ['203.0.113.8'] })
    await call('disable_api_key', { id })
    await call('enable_api_key', { id })
    await call('reset_api_key', { id })
    await call('remove_api_key', { id })
    const { records_total, data } = await log({ count: 9 })
    expect(records_total).toBe(before + 9)
    expect(data.map(({ result }: { result: string }) => result)).toEqual([
      'removed_api_key',
      'reset_api_key',
      'enabled_api_key',
      'disabled_api_key',
      'changed_whitelist',
      'changed_scope',
      'new_api_key',
      'failure',
      'success',
    ])
    expect(data[0]).toEqual({
      id: records_total,
      timestamp: expect.any(Number),
      result: 'removed_api_key',
      log: 'removed_api_key',
      ip: '127.0.0.1',
      country: '',
      city: '',
      data: key.client_id,
    })
    expect(data[8]).toMatchObject({ result: 'success', data: manager.clientId, ip: '127.0.0.1' })
  })

  test('comes in pages, within bounds, and is each account’s own', async () => {
    const { records_total, data } = await log({ count: 1_000 })
    expect(data).toHaveLength(records_total)
    expect((await log({})).data).toEqual(data.slice(0, 10))
    expect((await log({ offset: 2, count: 3 })).data).toEqual(data.slice(2, 5))
    expect((await log({ offset: records_total - 1, count: 5 })).data).toEqual(data.slice(-1))
    expect((await log({ offset: records_total })).data).toEqual([])
    for (const [name, value] of [
      ['count', 0],
      ['count', 1_001],
      ['offset', -1],
      ['offset', 'x'],
    ] as const)
      expect((await call('get_access_log', { [name]: value })).error.data.param).toBe(name)
    const [sub] = desk.subaccounts as [Key]
    expect(await log({}, sub)).toEqual({ records_total: 0, data: [] })
    await signIn(sub)
    expect((await log({}, sub)).data).toMatchObject([{ id: 1, result: 'success', data: sub.clientId }])
  })

  test('is told as it grows', async () => {
    const socket = await socketOf(manager)
    expect((await socket.call('private/subscribe', { channels: ['user.access_log'] })).result).toEqual([
      'user.access_log',
    ])
    await signIn(desk.subaccounts[0] as Key)
    await signIn(manager)
    const entry = await socket.told('user.access_log')
    expect(entry).toMatchObject({ result: 'success', data: manager.clientId, ip: '127.0.0.1' })
    expect(entry).toEqual((await log({ count: 1 })).data[0])
    await socket.close()
  })

  test('needs the right to read the account', async () => {
    const { result } = await signIn(manager, { scope: 'trade:read' })
    const { access_token } = result
    expect((await call('get_access_log', { access_token }, null)).error.code).toBe(13021)
    const socket = await openRpcSocket(desk.url)
    await socket.call('public/auth', {
      grant_type: 'client_credentials',
      client_id: manager.clientId,
      client_secret: manager.clientSecret,
      scope: 'trade:read',
    })
    const channels = ['user.access_log', 'user.lock', 'user.lock.more', 'user.portfolio.btc']
    expect((await socket.call('private/subscribe', { channels })).result).toEqual(['user.portfolio.btc'])
    await socket.close()
  })
})

test('locks: a block on trading, told when it is set and when it is lifted', async () => {
  const [sub, other] = desk.subaccounts as [Key, Key]
  const { host } = desk.server
  const isLocked = async (key: Key) =>
    (await call('get_user_locks', {}, key)).result.map(
      ({ locked, enabled }: { locked: boolean; enabled: boolean }) => [locked, enabled],
    )
  expect(new Set((await isLocked(sub)).flat())).toEqual(new Set([false]))
  const socket = await socketOf(sub)
  expect((await socket.call('private/subscribe', { channels: ['user.lock'] })).result).toEqual(['user.lock'])
  const target = sub.accountId
  const set = await host.execute({
    command: 'blocks.set',
    actor: SYSTEM,
    input: { target, kind: 'trading', reason: 'under review', until: null },
  })
  if (set.kind === 'refused') throw new Error(set.refusal.detail)
  expect(await socket.told('user.lock')).toEqual({ currency: 'ALL', locked: true })
  const locks = (await call('get_user_locks', {}, sub)).result
  expect(locks).toContainEqual({
    currency: 'BTC',
    enabled: true,
    locked: true,
    message: 'a block on trading stands against the account',
  })
  expect(new Set((await isLocked(other)).flat())).toEqual(new Set([false]))
  const { block } = set.result as { readonly block: number }
  await host.execute({ command: 'blocks.lift', actor: SYSTEM, input: { block, reason: 'reviewed' } })
  expect(await socket.told('user.lock', ({ locked }) => !locked)).toEqual({ currency: 'ALL', locked: false })
  await socket.close()
})

test('the language of mails is each account’s own, English at first', async () => {
  expect((await call('get_email_language')).result).toBe('en')
  expect((await call('set_email_language', { language: 'ko' })).result).toBe('ok')
  expect((await call('get_email_language')).result).toBe('ko')
  expect((await call('get_email_language', {}, desk.subaccounts[0] as Key)).result).toBe('en')
  expect((await call('set_email_language', { language: 'de' })).error.data.param).toBe('language')
  expect((await call('set_email_language')).error.data).toEqual({
    reason: 'value is required',
    param: 'language',
  })
})

test('currencies are those of the market', async () => {
  const everybodys = (await desk.call('public/get_currencies', {}, null)).body.result
  expect((await call('get_currencies')).result).toEqual(everybodys)
  expect((await call('get_currencies', {}, null)).error.code).toBe(13009)
})
