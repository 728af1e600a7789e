/**
 * Every private method that there is, out of the list itself, and everybody who may not: no token, a token that only
 * reads, a subaccount's, another's subaccount, none of the second factor. Each is told why, and nothing is changed.
 */
import { fromMilliseconds, SECOND } from '@stemma/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ManualClock } from '../../host/clock.js'
import { hashOf } from '../../testing/book-state.js'
import { type CryptoDesk, type Key, openCryptoDesk } from '../../testing/crypto-desk.js'
import { type Manager, newManager } from '../../testing/desk-manager.js'
import { openRpcSocket } from '../../testing/json-rpc-socket.js'
import { type OtherMain, openOtherMain } from '../../testing/other-main.js'
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

/** Reads of all accounts together, of none, of a user, or of keys, which know no `subaccount_id`. */
const OF_NO_ACCOUNT = [
  'get_subaccounts',
  'get_subaccounts_details',
  'get_currencies',
  'get_new_announcements',
  'list_api_keys',
]

/**
 * What becomes of a write that names an account of another main account, or something of one: an order, a transfer, a
 * withdrawal, an address. Null: it names nothing that could be another's.
 */
const OF_ANOTHER: Readonly<Record<string, number | null>> = {
  add_to_address_book: null,
  buy: null,
  cancel: 10004,
  cancel_all: null,
  cancel_all_by_currency: null,
  cancel_all_by_currency_pair: null,
  cancel_all_by_instrument: null,
  cancel_all_by_kind_or_type: null,
  cancel_by_label: null,
  cancel_quotes: null,
  cancel_transfer_by_id: 11053,
  cancel_withdrawal: 13020,
  change_api_key_name: -32602,
  change_margin_model: -32602,
  change_scope_in_api_key: -32602,
  change_subaccount_name: -32602,
  close_position: null,
  create_api_key: null,
  create_deposit_address: null,
  create_subaccount: null,
  disable_api_key: -32602,
  edit: 10004,
  edit_api_key: -32602,
  edit_by_label: 10004,
  enable_api_key: -32602,
  mass_quote: null,
  move_positions: -32602,
  remove_api_key: -32602,
  remove_from_address_book: 11090,
  remove_subaccount: -32602,
  reset_api_key: -32602,
  reset_mmp: null,
  sell: null,
  set_announcement_as_read: null,
  set_disabled_trading_products: -32602,
  set_email_for_subaccount: -32602,
  set_email_language: null,
  set_mmp_config: null,
  set_self_trading_config: null,
  submit_transfer_between_subaccounts: -32602,
  submit_transfer_to_subaccount: -32602,
  submit_transfer_to_user: 11091,
  toggle_notifications_from_subaccount: -32602,
  toggle_subaccount_login: -32602,
  withdraw: 11090,
}

let clock: ManualClock
let desk: CryptoDesk
let manager: Manager
let other: OtherMain
/** Of the firm that makes the market, and of the other clients of the demo. */
let foreign: Readonly<Record<'order_id' | 'transfer' | 'withdrawal', number>>

beforeAll(async () => {
  clock = new ManualClock(fromMilliseconds(1_767_603_600_000))
  desk = await openCryptoDesk(clock)
  manager = await newManager(desk, 'tabled')
  other = await openOtherMain(desk.server)
  const { engine, host } = desk.server
  const [order] = engine.rooms.trading.orders.idsInOrder()
  const own = [desk.main, ...desk.subaccounts].map(({ accountId }) => accountId)
  const transfers = await host.history('transfers', { limit: 1_000 })
  const transfer = transfers.find(({ from, to }) => !own.includes(Number(from)) && !own.includes(Number(to)))
  const [withdrawal] = await host.history('funding', { equals: { kind: 'withdrawal' }, limit: 1 })
  foreign = {
    order_id: Number(order),
    transfer: Number(transfer?.id),
    withdrawal: Number(withdrawal?.id),
  }
})
beforeEach(() => clock.advance(20 * SECOND))
afterAll(() => desk.close())

const hashNow = (): string => hashOf(desk.server.engine)
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
/** What it names of another, in every word that methods have for it. */
function namesOf(method: string, account: number): object {
  const id = /transfer/.test(method) ? foreign.transfer : /withdrawal/.test(method) ? foreign.withdrawal : 99
  return {
    sid: account,
    subaccount_id: account,
    user_id: account,
    source: account,
    destination: account,
    source_uid: account,
    target_uid: account,
    trades: [{ instrument_name: 'BTC-PERPETUAL', amount: 10 }],
    id,
    order_id: String(foreign.order_id),
    label: 'of another',
    address: 'of-another',
    type: method.includes('address_book') ? 'withdrawal' : 'limit',
  }
}
const nameOf = ({ name }: Method): string => name.slice('private/'.length)

test('there are methods to be tried', () => {
  expect(PRIVATE.length).toBeGreaterThan(40)
  expect(SOCKET.length).toBeGreaterThan(3)
  for (const id of Object.values(foreign)) expect(id).toBeGreaterThan(0)
})

test('every method that writes says what becomes of it where it names something of another', () => {
  const writing = PRIVATE.filter((method) => !isReading(method)).map(nameOf)
  expect(Object.keys(OF_ANOTHER).sort()).toEqual([...writing].sort())
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

  if (isReading(method) && !method.scope.startsWith('wallet:'))
    test('reads no account of another, and a subaccount of its own where it knows one', async () => {
      const asked = async (key: Key, subaccount_id: number) =>
        errorOf(name, { ...PARAMS, subaccount_id }, key)
      await unchanged(async () => {
        const found = await errorOf(name, PARAMS)
        if (OF_NO_ACCOUNT.includes(nameOf(method))) {
          expect((await asked(manager, other.subaccount))?.code).toBe(found?.code)
          return
        }
        for (const account of [999_999, other.subaccount, other.key.accountId])
          expect(await asked(manager, account)).toMatchObject({
            code: -32602,
            data: { reason: 'subaccount_not_found', param: 'subaccount_id' },
          })
        expect((await asked(sub(), (desk.subaccounts[1] as Key).accountId))?.code).toBe(13012)
        expect((await asked(manager, sub().accountId))?.data?.param).not.toBe('subaccount_id')
      })
    })

  const ofAnother = OF_ANOTHER[nameOf(method)]
  if (typeof ofAnother === 'number')
    test('changes nothing of another', async () => {
      await unchanged(async () => {
        for (const account of [999_999, other.subaccount, other.key.accountId]) {
          const params = { ...paramsOf(name), ...namesOf(name, account) }
          expect((await errorOf(name, params))?.code).toBe(ofAnother)
        }
      })
    })

  if (method.protection !== undefined)
    test('asks the main account of the demo for its second factor', async () => {
      await unchanged(async () => {
        const params = {
          ...paramsOf(name),
          ...(name.endsWith('address_book') ? { type: 'withdrawal' } : {}),
          address: 'somewhere',
          sid: sub().accountId,
          subaccount_id: sub().accountId,
          user_id: sub().accountId,
        }
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
