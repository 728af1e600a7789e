/**
 * Every number of the table of errors, provoked over the wire (section 10). A number without a row fails, so that none is
 * promised that nobody has seen; what cannot be provoked here says why.
 */
import { MINUTE, SECOND, toMilliseconds } from '@stemma/core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ManualClock } from '../../host/clock.js'
import { cappedPerpetual } from '../../testing/capped-perpetual.js'
import { type CryptoDesk, type Key, openCryptoDesk } from '../../testing/crypto-desk.js'
import { callsOf } from '../../testing/desk-calls.js'
import { type Manager, newManager } from '../../testing/desk-manager.js'
import { openRpcSocket } from '../../testing/json-rpc-socket.js'
import { START } from '../../testing/venue.js'
import { MESSAGES } from './errors.js'

const NAME = 'BTC-PERPETUAL'
const LINEAR = 'BTC_USDC-PERPETUAL'
const CALL = 'BTC-25JUN27-120000-C'
const ONE = 10n ** 18n

/** Those that are provoked where they belong, or that no request to a server that is well and writes comes to. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  11037: 'volatility-orders.test.ts',
  11046: 'volatility-orders.test.ts',
  13043: 'quotes.test.ts',
  13902: 'quotes.test.ts',
  13903: 'quotes.test.ts',
  13910: 'quotes.test.ts',
  11051: 'of a process that stands by: standby.test.ts',
  11094: 'a fault of ours: nothing that is known leads to it',
}

const clock = new ManualClock(START)
let desk: CryptoDesk
/** Manages the main account, and has no second factor. */
let manager: Manager

beforeAll(async () => {
  desk = await openCryptoDesk(clock)
  manager = await newManager(desk, 'manager')
})
// Pools fill again, and nothing of the test before rests in a book.
beforeEach(async () => {
  clock.advance(2 * MINUTE)
  await call('private/cancel_all')
})
afterAll(() => desk.close())

type Params = Readonly<Record<string, unknown>>
interface Fault {
  readonly code: number
  readonly message: string
}

const { call, result, error, signIn, tokenFor } = callsOf(() => ({ desk, manager }))

/** It rests far below the market. */
const limit = { instrument_name: NAME, amount: 100, price: 90_000 }
const buy = (more: Params = {}, key?: Key) => error('private/buy', { ...limit, ...more }, key)
const bought = async (more: Params = {}) =>
  (await result('private/buy', { ...limit, ...more })).order as { readonly order_id: string }
const pair = { instrument_name: 'BTC_USDC', amount: 0.1, price: 90_000 }
const stop = { type: 'stop_market', trigger: 'mark_price', price: undefined }
const trailing = { type: 'trailing_stop', trigger: 'mark_price', price: undefined }
const bracket = { direction: 'sell', amount: 100, price: 110_000 }
const linked = { linked_order_type: 'one_triggers_other', otoco_config: [bracket] }
const sub = (place: number): Key => desk.subaccounts[place] as Key
const account = (key: Key) => `acc_${key.accountId}`
const instrumentOf = async (instrument_name: string): Promise<number> =>
  (await result('public/get_instrument', { instrument_name }, null)).instrument_id
const code = (): string => desk.codeAt(toMilliseconds(clock.now()))

/** What a socket is told of a frame, or of a call. */
async function overSocket(act: (socket: Awaited<ReturnType<typeof openRpcSocket>>) => Promise<Fault>) {
  const socket = await openRpcSocket(desk.url)
  try {
    return await act(socket)
  } finally {
    await socket.close()
  }
}
const posted = async (body: string): Promise<Fault> => {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${desk.url}/api/v2`, { method: 'POST', headers, body })
  return ((await response.json()) as { readonly error: Fault }).error
}

/** A limit on the main account for as long as an order is tried against it. */
async function limited(bounds: Params, act: () => Promise<Fault>): Promise<Fault> {
  const node = account(manager)
  const { limit } = await desk.operate('PUT', `/nodes/${node}/risk-limits`, bounds)
  try {
    return await act()
  } finally {
    await desk.operate('DELETE', `/risk-limits/${limit}`)
  }
}

const PROVOKED: Readonly<Record<string, () => Promise<Fault>>> = {
  // Requests.
  '-32700': () => posted('{'),
  '-32602': () => error('private/get_position'),
  '-32601': () => error('public/get_combos'),
  '-32600': () => posted(JSON.stringify({ method: 'public/test', pad: 'x'.repeat(33_000) })),
  '-32000': () => posted(JSON.stringify({ id: 1, method: 'public/get_instrument' })),
  10001: () => error('public/test', { expected_result: 'exception' }),
  10028: async () => {
    const asked = { currency: 'BTC', start_timestamp: 0, end_timestamp: 1 }
    for (let call = 0; call < 8; call += 1) await result('private/get_transaction_log', asked)
    return error('private/get_transaction_log', asked)
  },
  10030: () => error('public/hello', { client_name: 'x', client_version: '1' }),
  11050: () =>
    overSocket(async ({ socket, until }) => {
      socket.send('{')
      return (await until(({ error }) => error !== undefined)).error
    }),
  13778: () =>
    overSocket(
      async (socket) => (await socket.call('public/subscribe', { channels: [`book.${NAME}.raw`] })).error,
    ),

  // Who asks.
  13004: () => error('public/auth', signIn({ client_secret: 'x' }), null),
  13009: () => error('private/get_positions', {}, null),
  13012: () => error('private/get_positions', { subaccount_id: manager.accountId }, sub(0)),
  13021: async () => error('private/cancel_all', { access_token: await tokenFor('trade:read') }, null),
  13403: async () => {
    const access_token = await tokenFor('account:read_write')
    return error('private/create_api_key', { max_scope: 'trade:read', access_token }, null)
  },
  13668: () => error('private/list_api_keys', {}, desk.main),
  12998: async () => {
    const wrong = { authorization_data: String((Number(code()) + 500_000) % 1_000_000).padStart(6, '0') }
    for (let failure = 0; failure < 5; failure += 1) await error('private/list_api_keys', wrong, desk.main)
    return error('private/list_api_keys', { authorization_data: code() }, desk.main)
  },
  13904: () => error('private/toggle_subaccount_login', { sid: sub(0).accountId, state: 'enable' }),
  12001: async () => {
    for (let made = (await result('private/get_subaccounts')).length - 1; made < 20; made += 1)
      await result('private/create_subaccount')
    return error('private/create_subaccount')
  },
  12002: () => error('private/change_subaccount_name', { sid: sub(0).accountId, name: 'x'.repeat(65) }),
  11098: async () => {
    const block = { target: account(sub(1)), kind: 'trading', reason: 'looked into' }
    await desk.operate('POST', '/blocks', block)
    return buy({}, sub(1))
  },

  // What an order is of, and its prices.
  10002: () => buy({ amount: 5 }),
  10005: () => buy({ price: 0 }),
  10007: async () =>
    buy({ instrument_name: await cappedPerpetual(desk, 'SOL_USDC-PERPETUAL'), amount: 1, price: 1_001 }),
  // An option that is worth less than half a thousandth of a coin is worth no tick.
  10011: () => buy({ instrument_name: CALL, amount: 1, price: 10, advanced: 'usd' }),
  10012: async () =>
    buy({ instrument_name: await cappedPerpetual(desk, 'SOL_USDC-HALTED', 'halted'), amount: 1, price: 10 }),
  13019: async () =>
    buy({ instrument_name: await cappedPerpetual(desk, 'SOL_USDC-ENDED', 'expired'), amount: 1, price: 10 }),
  10034: () => buy({ ...stop, instrument_name: 'SOL_USDC-PERPETUAL', amount: 1, trigger_price: 1_001 }),
  10035: () => buy({ ...stop, trigger_price: 0 }),
  10043: () => buy({ price: 90_000.3 }),
  10044: () => buy({ ...stop, trigger_price: 0.7 }),
  // This one has no lowest price, so that a stop could come to stand below nothing.
  11036: () =>
    error('private/sell', { ...trailing, instrument_name: LINEAR, amount: 0.01, trigger_offset: 200_000 }),
  13888: () => buy({ valid_until: 1_000 }),

  // Who may, with what.
  10003: async () => {
    await result('private/sell', { instrument_name: 'ETH-PERPETUAL', amount: 1, price: 4_000 })
    return buy({ instrument_name: 'ETH-PERPETUAL', amount: 1, price: 4_000 })
  },
  10009: () => buy({ amount: 1_000_000_000 }),
  10018: () => limited({ position: '0.001' }, () => buy({ amount: 10_000 })),
  10019: () => limited({ currency: 'BTC', daily_loss: '0' }, lossTaken),
  10039: () => error('private/buy', pair, sub(0)),
  10047: () => limited({ open_orders: 0 }, () => buy()),
  11013: () => limited({ open_orders: 0 }, () => error('private/buy', pair)),
  11022: () => limited({ order_quantity: '0.01' }, () => error('private/buy', pair)),
  10072: liquidated,
  11042: async () => {
    const barred = { user_id: sub(1).accountId, trading_products: ['options'] }
    await result('private/set_disabled_trading_products', barred)
    return error('private/buy', { ...limit, instrument_name: CALL, amount: 1, price: 0.01 }, sub(1))
  },
  13040: () => buy({ instrument_name: 'ETH-PERPETUAL', amount: 1, price: 3_000, mmp: true }),
  13030: async () => {
    const config = {
      index_name: 'btc_usd',
      interval: 5,
      frozen_time: 30,
      quantity_limit: 0.001,
      delta_limit: 0,
    }
    await result('private/set_mmp_config', config)
    // 200 dollars at 100,010 are more than a thousandth of a coin.
    await result('private/buy', { ...limit, amount: 200, price: 100_010, mmp: true })
    return buy({ mmp: true })
  },

  // Orders of a kind.
  10036: () => buy({ amount: 5_000, display_amount: 990 }),
  11035: async () => {
    const dollars = { instrument_name: CALL, amount: 0.1, price: 100, advanced: 'usd' }
    for (let order = 0; order < 100; order += 1) {
      clock.advance(SECOND)
      await bought(dollars)
    }
    return buy(dollars)
  },
  11038: () => buy({ advanced: 'usd' }),
  11039: () => buy({ instrument_name: CALL, amount: 1, price: 2_000, advanced: 'usd', post_only: true }),
  // Behind the lowest tick there is nothing.
  11021: async () => {
    const funds = { account: account(sub(0)), currency: 'USDC', amount: '100', settle: true }
    await desk.operate('POST', '/deposits', funds)
    const lowest = { instrument_name: await cappedPerpetual(desk, 'SOL_USDC-LOWEST'), amount: 1, price: 1 }
    await result('private/sell', lowest, sub(0))
    return buy({ ...lowest, post_only: true })
  },
  11055: () => buy({ type: 'market', price: undefined, post_only: true }),
  11054: () => buy({ price: 100_010, post_only: true, reject_post_only: true }),
  13901: async () => {
    for (let order = 0; order < 100; order += 1) {
      clock.advance(SECOND)
      await bought(linked)
    }
    return buy(linked)
  },

  // Orders that are there, or not.
  10004: () => error('private/cancel', { order_id: '1' }),
  10025: () => error('private/cancel', { order_id: 'x' }),
  10010: async () => {
    const { order_id } = await bought()
    await result('private/cancel', { order_id })
    return error('private/cancel', { order_id })
  },
  11008: async () => {
    const { order_id } = await bought({ type: 'market', price: undefined })
    return error('private/edit', { order_id, amount: 100, price: 90_000 })
  },
  11030: () => buy({ reduce_only: true }),
  11041: async () =>
    error('private/edit', { ...(await bought()), price: 90_000, amount: 100, advanced: 'usd' }),
  11044: async () => {
    const primary = (await bought(linked)) as { readonly oto_order_ids?: readonly string[] }
    return error('private/edit', { order_id: primary.oto_order_ids?.[0], amount: 100, price: 111_000 })
  },
  13032: async () => {
    await bought({ label: 'twice' })
    await bought({ label: 'twice' })
    return error('private/edit_by_label', { ...limit, label: 'twice' })
  },

  // Money.
  11053: () => error('private/cancel_transfer_by_id', { currency: 'BTC', id: 1 }),
  11090: () => error('private/withdraw', { currency: 'BTC', amount: 0.1, address: 'elsewhere' }),
  11091: () =>
    error('private/submit_transfer_to_user', { currency: 'BTC', amount: 0.1, destination: 'nobody' }),
  11092: () => {
    const known = { currency: 'BTC', type: 'withdrawal', address: 'demo-cold-wallet' }
    return error('private/add_to_address_book', known)
  },
  11093: async () => {
    const addresses = Array.from({ length: 21 }, (_none, at) => `usdt-${at}`)
    await desk.operate('POST', '/deposit_addresses/offer', { currency: 'USDT', addresses })
    for (let made = 0; made < 20; made += 1)
      await result('private/create_deposit_address', { currency: 'USDT' })
    return error('private/create_deposit_address', { currency: 'USDT' })
  },
  11095: () => error('private/create_deposit_address', { currency: 'SOL' }),
  11096: async () => {
    const own = { currency: 'BTC', type: 'withdrawal', address: 'demo-btc-1' }
    await call('private/add_to_address_book', own)
    return error('private/withdraw', { currency: 'BTC', amount: 0.1, address: 'demo-btc-1' })
  },
  12100: () => {
    const to = { currency: 'BTC', amount: 0.1, destination: manager.accountId }
    return error('private/submit_transfer_to_subaccount', to)
  },
  13020: () => error('private/cancel_withdrawal', { currency: 'BTC', id: 1 }),
  13780: async () => {
    await desk.operate('PUT', `/settings/${account(manager)}/positions.moves_per_week`, { value: 1 })
    const sides = { source_uid: manager.accountId, target_uid: sub(0).accountId }
    const moved = { ...sides, trades: [{ instrument_name: NAME, amount: 10 }] }
    await result('private/move_positions', moved)
    return error('private/move_positions', moved)
  },

  // Connections.
  10049: async () => {
    const rows = Array.from({ length: 200 }, (_none, at) => ({
      account: manager.accountId,
      connection: `c${at}`,
    }))
    for (const row of rows) await desk.run('disconnects.enable', row)
    const told = await overSocket(async (socket) => {
      await socket.call('public/auth', signIn())
      return (await socket.call('private/enable_cancel_on_disconnect')).error
    })
    for (const row of rows) await desk.run('disconnects.disable', row)
    return told
  },
  13042: () =>
    overSocket(async (socket) => {
      await socket.call('public/auth', signIn())
      return (await socket.call('private/disable_cancel_on_disconnect')).error
    }),
}

/** The main account's perpetual was bought at 100,010: at a mark of 90,000 it has lost what its limit does not allow. */
async function lossTaken(): Promise<Fault> {
  const instrument = await instrumentOf(NAME)
  const mark = (price: bigint) =>
    desk.run('prices.publish', { prices: [{ instrument, price: price * ONE }], indexes: [] })
  await mark(90_000n)
  const told = await buy()
  await mark(100_000n)
  // The lock stands longer than the limit that it came of.
  const { items } = await desk.operate('GET', `/nodes/${account(manager)}/loss-lockouts`)
  await desk.operate('POST', `/loss-lockouts/${items[0].id}/lift`, {})
  return told
}

/**
 * The third subaccount is long a tenth of a coin, and keeps 300 of its USDC: at a mark of 97,000 it has nothing left. With
 * nobody to trade with it stays liquidated.
 */
async function liquidated(): Promise<Fault> {
  const third = sub(2)
  const { available_withdrawal_funds } = await result(
    'private/get_account_summary',
    { currency: 'USDC' },
    third,
  )
  await result('private/submit_transfer_between_subaccounts', {
    currency: 'USDC',
    amount: (available_withdrawal_funds - 100).toFixed(6),
    source: third.accountId,
    destination: manager.accountId,
  })
  const instrument = await instrumentOf(LINEAR)
  const { accountByName, accounts } = desk.server.engine.rooms.hierarchy
  const maker = accounts.id(accountByName.find('meridian-main'))
  const everything = { side: null, currency: null, kinds: null, types: null, label: null, index: null }
  await desk.run('orders.cancel_all', { account: maker, instrument, ...everything })
  await desk.run('prices.publish', { prices: [{ instrument, price: 97_000n * ONE }], indexes: [] })
  // Its figures are made again a moment later.
  clock.advance(SECOND)
  desk.server.host.tick()
  return error('private/sell', { instrument_name: 'BTC_USDC', amount: 0.0001, price: 90_000 }, third)
}

test('every number has a row, or says why it has none', () => {
  expect([...Object.keys(PROVOKED), ...Object.keys(ELSEWHERE)].sort()).toEqual(Object.keys(MESSAGES).sort())
})

test.each(Object.entries(PROVOKED))('%s', async (number, provoke) => {
  const told = await provoke()
  expect(told?.code).toBe(Number(number))
  // Some end with a limit or a reason.
  expect(told.message.split(' ')[0]).toBe(MESSAGES[number as keyof typeof MESSAGES].split(' ')[0])
})
