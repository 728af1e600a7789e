/**
 * Every private method that there is, out of the list itself, and everybody who may not: no token, a token that only
 * reads, a subaccount's, another's subaccount, none of the second factor. Each is told why, and nothing is changed.
 */
import { createHash } from 'node:crypto'
import { fromMilliseconds, SECOND, stateHash } from '@stemma/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ManualClock } from '../../host/clock.js'
import { type CryptoDesk, type Key, openCryptoDesk } from '../../testing/crypto-desk.js'
import { type Manager, newManager } from '../../testing/desk-manager.js'
import { openRpcSocket } from '../../testing/json-rpc-socket.js'
import type { Method } from './call.js'
import { METHODS } from './methods.js'

type Private = Extract<Method, { kind: 'private' }>

const PRIVATE = [...METHODS.values()].filter((method): method is Private => method.kind === 'private')
const SOCKET = [...METHODS.values()].filter(
  ({ name, kind }) => kind === 'socket' && name.startsWith('private/'),
)
/** Whatever a method takes, so that nothing but who asks is in its way. */
const PARAMS = {
  amount: 10,
  channels: ['user.portfolio.any'],
  currency: 'BTC',
  destination: 1,
  email: 'somebody@kestrel.example',
  end_timestamp: 1_767_603_600_000,
  grant_type: 'client_credentials',
  id: 1,
  instrument_name: 'BTC-PERPETUAL',
  label: 'x',
  language: 'en',
  margin_model: 'segregated_sm',
  max_scope: 'account:read',
  mode: 'reject_taker',
  name: 'renamed',
  order_id: '1',
  price: 90_000,
  source: 1,
  start_timestamp: 1_767_600_000_000,
  state: 'enable',
  trading_products: ['perpetual'],
  type: 'limit',
}
/** One method takes its state as a flag. */
const paramsOf = (name: string) =>
  name === 'private/toggle_notifications_from_subaccount' ? { ...PARAMS, state: true } : PARAMS

let clock: ManualClock
let desk: CryptoDesk
let manager: Manager

beforeAll(async () => {
  clock = new ManualClock(fromMilliseconds(1_767_603_600_000))
  desk = await openCryptoDesk(clock)
  manager = await newManager(desk, 'tabled')
})
beforeEach(() => clock.advance(20 * SECOND))
afterAll(() => desk.close())

const hashNow = (): string => {
  const hash = createHash('sha256')
  return stateHash(desk.server.engine.image, {
    update: (part: string | Uint8Array) => void hash.update(part),
    digest: () => hash.digest('hex'),
  })
}
const sub = (): Key => desk.subaccounts[0] as Key
const errorOf = async (method: string, params: object, key: Key | null = manager) =>
  (await desk.call(method, params, key)).body.error

async function unchanged(act: () => Promise<void>): Promise<void> {
  // What was due by now is done with the first request.
  await errorOf('public/status', {}, null)
  const before = hashNow()
  await act()
  expect(hashNow()).toBe(before)
}

async function tokenFor(scope: string, key: Key = manager): Promise<string> {
  const given = {
    grant_type: 'client_credentials',
    client_id: key.clientId,
    client_secret: key.clientSecret,
    scope,
  }
  return (await desk.call('public/auth', given, null)).body.result.access_token
}

const isReading = ({ scope }: Private): boolean => scope.endsWith(':read')
/** Whatever only a main account may change is of an account that it names, but for making one. */
const isOfNamed = (method: Private): boolean =>
  method.isMainOnly === true && !isReading(method) && method.name !== 'private/create_subaccount'
/** A subaccount under every name that a method has for one. */
const namedOf = (account: number) => ({
  sid: account,
  subaccount_id: account,
  user_id: account,
  source: account,
  destination: account,
})

test('there are methods to be tried', () => {
  expect(PRIVATE.length).toBeGreaterThan(40)
  expect(SOCKET.length).toBeGreaterThan(3)
})

describe.each(PRIVATE.map((method) => [method.name, method] as const))('%s', (name, method) => {
  test('is nobody’s without a token', async () => {
    await unchanged(async () => {
      const unauthorized = { code: 13009, message: 'unauthorized', data: { reason: 'invalid_token' } }
      expect(await errorOf(name, PARAMS, null)).toEqual(unauthorized)
      expect(await errorOf(name, { ...PARAMS, access_token: 'nonsense' }, null)).toEqual(unauthorized)
    })
  })

  test('needs its scope: reading is no writing, and another area is none at all', async () => {
    const [area = '', right] = method.scope.split(':')
    const areas = ['account', 'trade', 'wallet'].filter((each) => each !== area)
    const others = areas.map((each) => `${each}:read_write`).join(' ')
    const reading = right === 'read_write' ? `${area}:read ` : ''
    const access_token = await tokenFor(`${reading}${others} session:table`)
    await unchanged(async () => {
      expect(await errorOf(name, { ...PARAMS, access_token }, null)).toEqual({
        code: 13021,
        message: 'forbidden',
        data: { reason: 'invalid_scope' },
      })
    })
  })

  if (method.isMainOnly === true)
    test('is the main account’s alone', async () => {
      const { result } = (
        await desk.call(
          'public/auth',
          {
            grant_type: 'client_credentials',
            client_id: manager.clientId,
            client_secret: manager.clientSecret,
            scope: 'session:sub',
          },
          null,
        )
      ).body
      const exchanged = { refresh_token: result.refresh_token, subject_id: sub().accountId }
      const { access_token } = (await desk.call('public/exchange_token', exchanged, null)).body.result
      await unchanged(async () => {
        expect(await errorOf(name, { ...PARAMS, access_token }, null)).toEqual({
          code: 13012,
          message: 'unavailable_in_subaccount',
          data: { reason: 'insufficient_permissions' },
        })
      })
    })

  if (isReading(method))
    test('reads no account of another', async () => {
      const asked = async (key: Key, subaccount_id: number) =>
        errorOf(name, { ...PARAMS, subaccount_id }, key)
      const found = await errorOf(name, PARAMS)
      await unchanged(async () => {
        const foreign = await asked(manager, 999_999)
        const sibling = await asked(sub(), (desk.subaccounts[1] as Key).accountId)
        // Either it takes the id of a subaccount, or it knows none and answers as it does without.
        if (foreign?.data?.reason !== 'subaccount_not_found') expect(foreign?.code).toBe(found?.code)
        else
          expect([foreign.code, foreign.data.param, sibling.code]).toEqual([-32602, 'subaccount_id', 13012])
      })
    })

  if (isOfNamed(method))
    test('changes no account of another', async () => {
      await unchanged(async () => {
        const error = await errorOf(name, { ...paramsOf(name), ...namedOf(999_999) })
        // 11091: what names an address knows no account of that name.
        expect([-32602, 12100, 11091]).toContain(error?.code)
      })
    })

  if (method.protection !== undefined)
    test('asks the main account of the demo for its second factor', async () => {
      await unchanged(async () => {
        const params = { ...paramsOf(name), ...namedOf(sub().accountId) }
        expect(await errorOf(name, params, desk.main)).toMatchObject({
          code: 13668,
          message: 'security_key_authorization_error',
          data: { reason: 'tfa_code_is_required', challenge: expect.any(String) },
        })
      })
    })
})

test('private methods of a socket are nobody’s without a token, and are for sockets', async () => {
  const socket = await openRpcSocket(desk.url)
  for (const { name } of SOCKET) {
    const { error } = await socket.call(name, PARAMS)
    expect([name, error?.code]).toEqual([name, 13009])
    expect((await errorOf(name, PARAMS))?.code).toBe(10030)
  }
  await socket.close()
})
