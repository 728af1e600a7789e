/** Mass quotes: by the client library over REST, over a socket, in the channels, and each refusal by its number. */
import { SECOND, toMilliseconds } from '@stemma/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ManualClock } from '../../host/clock.js'
import { ccxtOf } from '../../testing/ccxt.js'
import { type CryptoDesk, type Key, openCryptoDesk } from '../../testing/crypto-desk.js'
import { openRpcSocket, type RpcSocket } from '../../testing/json-rpc-socket.js'
import { START } from '../../testing/venue.js'

const NAME = 'BTC-PERPETUAL'
const CALL = 'BTC-25JUN27-120000-C'
const GROUP = {
  index_name: 'btc_usd',
  mmp_group: 'near',
  interval: 5,
  frozen_time: 30,
  quantity_limit: 1,
  delta_limit: 0,
}

const clock = new ManualClock(START)
let desk: CryptoDesk
let socket: RpcSocket

beforeAll(async () => {
  desk = await openCryptoDesk(clock)
})
beforeEach(async () => {
  clock.advance(20 * SECOND)
  await desk.call('private/cancel_all')
  await desk.call('private/set_mmp_config', GROUP)
  socket = await socketOf()
})
afterEach(async () => {
  clock.advance(20 * SECOND)
  await desk.call('private/cancel_all')
  await socket.close()
})
afterAll(() => desk.close())

async function socketOf(isArmed = true): Promise<RpcSocket> {
  const opened = await openRpcSocket(desk.url)
  const { clientId, clientSecret } = desk.main
  await opened.call('public/auth', {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  })
  if (isArmed) await opened.call('private/enable_cancel_on_disconnect')
  return opened
}
const pair = (bid: number, ask: number, amount = 100) => ({
  instrument_name: NAME,
  quote_set_id: 'futures',
  bid: { price: bid, amount },
  ask: { price: ask, amount },
})
const call = { instrument_name: CALL, quote_set_id: 'options', bid: { price: 0.01, amount: 1 } }
const message = (quotes: readonly object[], more: object = {}) => ({
  quote_id: '1',
  mmp_group: 'near',
  quotes,
  detailed: true,
  ...more,
})
const quote = (quotes: readonly object[], more: object = {}, over = socket) =>
  over.call('private/mass_quote', message(quotes, more))
const open = async (): Promise<readonly Record<string, unknown>[]> =>
  (await desk.call('private/get_open_orders')).body.result
const stateOf = async (order_id: unknown) =>
  (await desk.call('private/get_order_state', { order_id })).body.result

describe('private/mass_quote', () => {
  test('places both sides of several instruments, and its orders say what they are quoted under', async () => {
    const { result } = await quote([pair(95_000, 105_000), call])
    expect(result.errors).toEqual([])
    expect(result.trades).toEqual([])
    expect(result.orders).toHaveLength(3)
    expect(result.orders[0]).toMatchObject({
      instrument_name: NAME,
      direction: 'buy',
      order_type: 'limit',
      time_in_force: 'good_til_cancelled',
      order_state: 'open',
      price: 95_000,
      amount: 100,
      mmp: true,
      quote: true,
      mmp_group: 'near',
      quote_id: '1',
      quote_set_id: 'futures',
    })
    expect(await open()).toEqual([...result.orders].reverse())
  })

  test('changes what stands under the same orders, takes a side away, and tells errors by side', async () => {
    const first = (await quote([pair(95_000, 105_000), call])).result
    clock.advance(SECOND)
    const { result } = await quote(
      [
        { instrument_name: NAME, bid: { price: 95_100 }, ask: { amount: 0 } },
        { instrument_name: CALL, bid: { price: 0.010_03, amount: 1 } },
      ],
      { quote_id: '2' },
    )
    expect(result.errors).toEqual([
      { instrument_name: CALL, side: 'bid', error: { code: 10043, message: 'price_wrong_tick' } },
    ])
    const [bid, ask, option] = first.orders.map(({ order_id }: { order_id: string }) => order_id)
    expect(await stateOf(bid)).toMatchObject({ price: 95_100, amount: 100, replaced: true, quote_id: '2' })
    expect(await stateOf(ask)).toMatchObject({ order_state: 'cancelled', cancel_reason: 'user_request' })
    expect((await stateOf(option)).order_state).toBe('cancelled')
  })

  test('tells counts alone unless asked, and nothing is ever pending', async () => {
    const counts = await quote([pair(95_000, 105_000)], { detailed: false, wait_for_response: false })
    expect(counts.result).toEqual({ errors_count: 0, pending_requests_count: 0 })
    const details = await quote([call], { wait_for_response: false })
    expect(details.result.pending_requests).toEqual([])
    const crossed = await quote([pair(95_000, 94_000)], { detailed: false })
    expect(crossed.result).toEqual({ errors_count: 2 })
  })

  test('trades what it reaches: the trade names the quote, in the answer and in the channels', async () => {
    const channels = [`user.orders.${NAME}.raw`, `user.trades.${NAME}.raw`]
    await socket.call('private/subscribe', { channels })
    const { result } = await quote([pair(100_010, 105_000)], { quote_id: 'nine' })
    expect(result.trades).toMatchObject([
      { instrument_name: NAME, direction: 'buy', mmp: true, quote_id: 'nine', quote_set_id: 'futures' },
    ])
    const isFilled = ({ order_state }: { order_state: string }) => order_state === 'filled'
    expect(await socket.told(`user.orders.${NAME}.raw`, isFilled)).toMatchObject({
      quote: true,
      mmp_group: 'near',
    })
    expect(await socket.told(`user.trades.${NAME}.raw`)).toMatchObject([{ quote_id: 'nine' }])
  })

  test('by the library over REST, for an account whose every connection cancels as it ends', async () => {
    const exchange = ccxtOf(desk.url, desk.main)
    // What it signs is of the server's time, and counts once.
    let signed = toMilliseconds(clock.now())
    exchange.milliseconds = () => ++signed
    const params = message([pair(95_000, 105_000)])
    await expect(
      exchange.privateGetMassQuote({ ...params, quotes: JSON.stringify(params.quotes) }),
    ).rejects.toThrow(/13042/)
    await socket.call('private/enable_cancel_on_disconnect', { scope: 'account' })
    const { result } = await exchange.privateGetMassQuote({
      ...params,
      quotes: JSON.stringify(params.quotes),
    })
    expect(result.orders).toHaveLength(2)
    const cancelled = await exchange.privateGetCancelQuotes({ cancel_type: 'all' })
    expect(Number(cancelled.result)).toBe(2)
    await socket.call('private/disable_cancel_on_disconnect', { scope: 'account' })
  })

  test('ends with its connection', async () => {
    const other = await socketOf()
    const { result } = await quote([pair(95_000, 105_000)], {}, other)
    await other.close()
    for (const { order_id } of result.orders)
      await expect.poll(async () => (await stateOf(order_id)).cancel_reason).toBe('cancel_on_disconnect')
  })
})

describe('private/cancel_quotes', () => {
  const cancel = async (params: object) => (await socket.call('private/cancel_quotes', params)).result

  test.each([
    [{ cancel_type: 'all' }, 3],
    [{ cancel_type: 'quote_set_id', quote_set_id: 'options' }, 1],
    [{ cancel_type: 'instrument', instrument_name: NAME }, 2],
    [{ cancel_type: 'instrument_kind', kind: 'option' }, 1],
    [{ cancel_type: 'instrument_kind', kind: 'future' }, 2],
    [{ cancel_type: 'currency', currency: 'BTC' }, 3],
    [{ cancel_type: 'currency', currency: 'ETH' }, 0],
    [{ cancel_type: 'currency_pair', currency_pair: 'btc_usd', kind: 'option' }, 1],
  ])('%o takes %i, and no order that is none', async (params, count) => {
    await quote([pair(95_000, 105_000), call])
    const { body } = await desk.call('private/buy', { instrument_name: NAME, amount: 100, price: 91_000 })
    expect(await cancel(params)).toBe(count)
    expect(await open()).toHaveLength(4 - count)
    expect((await stateOf(body.result.order.order_id)).order_state).toBe('open')
  })

  test('by their delta, of options alone', async () => {
    await desk.call('private/buy', { instrument_name: CALL, amount: 0.1, type: 'market' })
    await quote([pair(95_000, 105_000), call])
    const position = await desk.call('private/get_position', { instrument_name: CALL })
    // Of a tenth of a coin.
    const delta = position.body.result.delta * 10
    const around = (apart: number) => ({
      cancel_type: 'delta',
      min_delta: delta + apart - 0.001,
      max_delta: delta + apart + 0.001,
    })
    expect(await cancel({ cancel_type: 'delta', min_delta: -1, max_delta: 0 })).toBe(0)
    expect(await cancel(around(0.01))).toBe(0)
    expect(await cancel({ ...around(0), detailed: true })).toMatchObject([
      { instrument_name: CALL, type: 'limit', result: [{ quote: true, order_state: 'cancelled' }] },
    ])
    expect(await open()).toHaveLength(2)
  })

  test.each([
    ['cancel_type', {}],
    ['cancel_type', { cancel_type: 'everything' }],
    ['min_delta', { cancel_type: 'delta', max_delta: 1 }],
    ['max_delta', { cancel_type: 'delta', min_delta: 0.5, max_delta: 0.4 }],
    ['quote_set_id', { cancel_type: 'quote_set_id' }],
    ['instrument_name', { cancel_type: 'instrument' }],
    ['kind', { cancel_type: 'instrument_kind' }],
    ['currency', { cancel_type: 'currency' }],
    ['currency_pair', { cancel_type: 'currency_pair' }],
  ])('without a good %s: %o', async (param, params) => {
    const { error } = await socket.call('private/cancel_quotes', params)
    expect(error).toMatchObject({ code: -32602, data: { param } })
  })
})

describe('groups of protection', () => {
  test('are set, read, told when they are triggered, waited out and reset, each by its name', async () => {
    const far = { ...GROUP, mmp_group: 'far', max_quote_quantity: 0.5 }
    expect((await desk.call('private/set_mmp_config', far)).body.result).toEqual([far])
    const ours = { ...GROUP, max_quote_quantity: 1 }
    const read = async (params: object) => (await desk.call('private/get_mmp_config', params)).body.result
    expect(await read({ index_name: 'btc_usd', mmp_group: 'near' })).toEqual([ours])
    expect(await read({ index_name: 'btc_usd' })).toEqual([])
    expect(await read({})).toEqual([far, ours])
    await desk.call('private/set_mmp_config', { ...GROUP, quantity_limit: 0.001 })
    await socket.call('private/subscribe', { channels: ['user.mmp_trigger.any'] })
    await quote([pair(95_000, 105_000)], { mmp_group: 'far' })
    // 100 dollars at 100,010 are 0.0009998… coin, 200 are more than a thousandth: the most of a side too.
    const large = await quote([pair(100_010, 105_000, 200)])
    expect(large.result.errors[0]).toMatchObject({ side: 'bid', error: { code: -32602 } })
    await desk.call('private/set_mmp_config', { ...GROUP, quantity_limit: 0.001, max_quote_quantity: 1 })
    await quote([pair(100_010, 105_000, 200)])
    expect(await socket.told('user.mmp_trigger.any')).toMatchObject({
      index_name: 'btc_usd',
      mmp_group: 'near',
    })
    expect(await open()).toHaveLength(2)
    const status = await desk.call('private/get_mmp_status', { index_name: 'btc_usd', mmp_group: 'near' })
    expect(status.body.result).toMatchObject([{ index_name: 'btc_usd', mmp_group: 'near' }])
    expect((await quote([pair(95_000, 105_000)])).error.code).toBe(13030)
    await desk.call('private/reset_mmp', { index_name: 'btc_usd', mmp_group: 'near' })
    expect((await quote([pair(95_000, 105_000)])).result.errors).toEqual([])
    const gone = await desk.call('private/set_mmp_config', { ...far, interval: 0 })
    expect(gone.body.result).toEqual([])
    const reset = await desk.call('private/reset_mmp', { index_name: 'btc_usd', mmp_group: 'far' })
    expect(reset.body.error.code).toBe(13040)
  })

  test('a name is of one index, and an account has 16', async () => {
    const other = await desk.call('private/set_mmp_config', { ...GROUP, index_name: 'eth_usd' })
    expect(other.body.error).toMatchObject({ code: -32602, data: { param: 'index_name' } })
    const long = await desk.call('private/set_mmp_config', { ...GROUP, mmp_group: 'x'.repeat(65) })
    expect(long.body.error).toMatchObject({ code: -32602, data: { param: 'mmp_group' } })
    const key = desk.subaccounts[0] as Key
    for (let number = 0; number < 16; number += 1) {
      const { body } = await desk.call('private/set_mmp_config', { ...GROUP, mmp_group: `g${number}` }, key)
      expect(body.error).toBeUndefined()
    }
    const { error } = (await desk.call('private/set_mmp_config', { ...GROUP, mmp_group: 'g16' }, key)).body
    expect(error).toEqual({ code: 11030, message: 'other_reject limit_reached' })
  })
})

describe('what is refused, by its number', () => {
  const faultOf = async (quotes: readonly object[], more: object = {}, over = socket) =>
    (await quote(quotes, more, over)).error

  test.each([
    ['quote_id', { quote_id: undefined }],
    ['quote_id', { quote_id: 'x'.repeat(65) }],
    ['mmp_group', { mmp_group: undefined }],
    ['quotes', { quotes: undefined }],
    ['quotes', { quotes: [1] }],
    [
      'quotes',
      { quotes: Array.from({ length: 101 }, () => ({ instrument_name: NAME, bid: { amount: 0 } })) },
    ],
    ['instrument_name', { quotes: [{ bid: { price: 1, amount: 10 } }] }],
    ['instrument_name', { quotes: [{ instrument_name: 'NOTHING', bid: { price: 1, amount: 10 } }] }],
    ['instrument_name', { quotes: [{ instrument_name: 'BTC_USDC', bid: { price: 90_000, amount: 1 } }] }],
    ['bid', { quotes: [{ instrument_name: NAME }] }],
    ['bid', { quotes: [{ instrument_name: NAME, bid: 5 }] }],
    ['amount', { quotes: [{ instrument_name: NAME, bid: { price: 90_000, amount: 10.5 } }] }],
    ['price', { quotes: [{ instrument_name: NAME, bid: {} }] }],
  ])('-32602 for %s: %o', async (param, more) => {
    expect(await faultOf([pair(95_000, 105_000)], more)).toMatchObject({ code: -32602, data: { param } })
    expect(await open()).toEqual([])
  })

  test('10004: a side that is not there, and an edit of one that is', async () => {
    const { result } = await quote([{ instrument_name: NAME, bid: { price: 95_000 } }])
    expect(result.errors).toMatchObject([{ side: 'bid', error: { code: 10004, message: 'order_not_found' } }])
    const placed = (await quote([pair(95_000, 105_000)])).result.orders[0]
    const edit = { order_id: placed.order_id, amount: 100, price: 95_100 }
    expect((await desk.call('private/edit', edit)).body.error).toEqual({
      code: 10004,
      message: 'order_not_found',
    })
    expect((await stateOf(placed.order_id)).price).toBe(95_000)
  })

  test('13040 without the group, 13042 without cancel on disconnect, 13888 behind its time', async () => {
    const one = [pair(95_000, 105_000)]
    expect(await faultOf(one, { mmp_group: 'none' })).toEqual({ code: 13040, message: 'mmp_required' })
    expect((await faultOf(one, { valid_until: 1_000 })).code).toBe(13888)
    const bare = await socketOf(false)
    expect(await faultOf(one, {}, bare)).toEqual({ code: 13042, message: 'cod_not_enabled' })
    await bare.close()
  })

  test('13043 for a second after any cancel that says so', async () => {
    const one = [pair(95_000, 105_000)]
    for (const [method, params] of [
      ['cancel_quotes', { cancel_type: 'all' }],
      ['cancel_all', {}],
      ['cancel_all_by_currency', { currency: 'BTC' }],
      ['cancel_all_by_currency_pair', { currency_pair: 'btc_usd' }],
      ['cancel_all_by_instrument', { instrument_name: NAME }],
      ['cancel_all_by_kind_or_type', { currency: 'BTC' }],
    ] as const) {
      const { result } = await socket.call(`private/${method}`, { ...params, freeze_quotes: true })
      expect(result).toBeGreaterThanOrEqual(0)
      expect(await faultOf(one)).toEqual({ code: 13043, message: 'quotes_frozen' })
      clock.advance(SECOND)
      expect((await quote(one)).result.errors).toEqual([])
      clock.advance(SECOND)
    }
  })

  test('13902 where the operator has switched it off', async () => {
    const node = `acc_${desk.main.accountId}`
    const on = async (value: boolean) => desk.operate('PUT', `/settings/${node}/orders.quotes`, { value })
    await on(false)
    expect(await faultOf([pair(95_000, 105_000)])).toEqual({ code: 13902, message: 'mass_quotes_disabled' })
    await on(true)
  })

  test('13910 where a bid would stand at the own ask', async () => {
    const { result } = await quote([pair(95_000, 95_000)])
    expect(result.errors.map(({ side, error }: { side: string; error: object }) => [side, error])).toEqual([
      ['bid', { code: 13910, message: 'quote_crossed' }],
      ['ask', { code: 13910, message: 'quote_crossed' }],
    ])
  })

  test('13903 beyond ten messages, or beyond two of many sides; its socket stays open', async () => {
    clock.advance(10 * SECOND)
    const none = { instrument_name: NAME, bid: { amount: 0 }, ask: { amount: 0 } }
    const letIn = async (quotes: readonly object[]): Promise<number> => {
      for (let count = 0; ; count += 1) if ((await faultOf(quotes))?.code === 13903) return count
    }
    expect(await letIn([none])).toBe(10)
    clock.advance(10 * SECOND)
    // 200 sides a message: the two that are guaranteed leave 100 of 500, too few for a third.
    expect(await letIn(Array.from({ length: 100 }, () => none))).toBe(2)
    // One more is guaranteed; 350 sides less its 200 are too few for another.
    clock.advance(SECOND / 2)
    expect(await letIn(Array.from({ length: 100 }, () => none))).toBe(1)
    const { limits } = (await desk.call('private/get_account_summary', { currency: 'BTC' })).body.result
    expect(limits.matching_engine).toMatchObject({
      maximum_quotes: { rate: 500, burst: 500 },
      maximum_mass_quotes: { rate: 10, burst: 10 },
      guaranteed_mass_quotes: { rate: 2, burst: 2 },
    })
  })
})
