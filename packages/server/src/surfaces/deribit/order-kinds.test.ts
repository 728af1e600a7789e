/** The kinds of orders of section 6: over REST, by the client library, and what the streams say of them. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ccxtOf } from '../../testing/ccxt.js'
import { type CryptoDesk, openCryptoDesk } from '../../testing/crypto-desk.js'
import { openRpcSocket, type RpcSocket } from '../../testing/json-rpc-socket.js'

const NAME = 'BTC-PERPETUAL'
const PERPETUAL = 'BTC/USD:BTC'
const CALL = 'BTC-25JUN27-120000-C'

let desk: CryptoDesk
const sockets: RpcSocket[] = []

beforeAll(async () => {
  desk = await openCryptoDesk()
})
beforeEach(() => desk.call('private/cancel_all'))
afterEach(async () => {
  await Promise.all(sockets.splice(0).map((socket) => socket.close()))
})
afterAll(() => desk.close())

const order = async (method: 'buy' | 'sell', params: object) => {
  const { body } = await desk.call(`private/${method}`, { instrument_name: NAME, ...params })
  if (body.error !== undefined) throw new Error(JSON.stringify(body.error))
  return body.result.order
}
const faultOf = async (method: 'buy' | 'sell' | 'edit', params: object) =>
  (
    await desk.call(`private/${method}`, {
      ...(method === 'edit' ? {} : { instrument_name: NAME }),
      ...params,
    })
  ).body.error
const stateOf = async (order_id: string) =>
  (await desk.call('private/get_order_state', { order_id })).body.result
const mark = async (price: string) => {
  const instrument = desk.server.engine.rooms.market.instrumentBySymbol.find(NAME)
  await publish({
    prices: [
      {
        instrument: desk.server.engine.rooms.market.instruments.id(instrument),
        price: `${price}${'0'.repeat(18)}`,
      },
    ],
  })
}
const publish = async ({ prices }: { prices: readonly { instrument: number; price: string }[] }) => {
  const outcome = await desk.server.host.execute({
    command: 'prices.publish',
    actor: { kind: 'system' },
    input: { prices: prices.map((each) => ({ ...each, price: BigInt(each.price) })), indexes: [] },
  })
  expect(outcome.kind).toBe('done')
}
async function socketOf(): Promise<RpcSocket> {
  const socket = await openRpcSocket(desk.url)
  sockets.push(socket)
  const { clientId, clientSecret } = desk.main
  await socket.call('public/auth', {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  })
  return socket
}

describe('trailing stops', () => {
  test('by the library: it waits, follows the mark, and its offset is edited', async () => {
    const exchange = ccxtOf(desk.url, desk.main)
    const placed = await exchange.createOrder(PERPETUAL, 'market', 'sell', 100, undefined, {
      trailingAmount: 500,
      trigger: 'mark_price',
    })
    expect(placed.info).toMatchObject({
      order_type: 'trailing_stop',
      order_state: 'untriggered',
      price: 'market_price',
      trigger: 'mark_price',
      trigger_offset: 500,
      trigger_reference_price: 100_000,
      trigger_price: 99_500,
    })
    await mark('100200')
    const id = String(placed.id)
    expect(await stateOf(id)).toMatchObject({ trigger_price: 99_700, trigger_reference_price: 100_200 })
    const edited = await exchange.editOrder(id, PERPETUAL, 'market', 'sell', 100, undefined, {
      trigger_offset: 400,
    })
    expect(edited.info).toMatchObject({ trigger_offset: 400, trigger_price: 99_800 })
    const open = (await desk.call('private/get_open_orders', { type: 'trailing_all' })).body.result
    expect(open.map(({ order_id }: { order_id: string }) => order_id)).toEqual([id])
    await mark('100000')
  })

  test('what is wrong with one', async () => {
    const trailing = { amount: 100, type: 'trailing_stop' }
    expect((await faultOf('sell', trailing)).data).toEqual({ reason: 'value is required', param: 'trigger' })
    expect((await faultOf('sell', { ...trailing, trigger: 'mark_price' })).data.param).toBe('trigger_offset')
    const offTick = { ...trailing, trigger: 'mark_price', trigger_offset: 0.3 }
    expect((await faultOf('sell', offTick)).code).toBe(10043)
    const through = { ...trailing, trigger: 'mark_price', trigger_offset: 200_000 }
    expect(await faultOf('sell', through)).toEqual({ code: 10035, message: 'trigger_price_too_low' })
  })
})

describe('icebergs', () => {
  test('the book shows the tip, the order both, and another tip is edited', async () => {
    const placed = await order('buy', { amount: 5_000, price: 91_000, display_amount: 1_000 })
    expect(placed).toMatchObject({ amount: 5_000, display_amount: 1_000, refresh_amount: 1_000 })
    const book = async () =>
      (await desk.call('public/get_order_book', { instrument_name: NAME, depth: 100 })).body.result.bids.find(
        ([price]: [number]) => price === 91_000,
      )
    expect(await book()).toEqual([91_000, 1_000])
    const edited = await desk.call('private/edit', {
      order_id: placed.order_id,
      amount: 5_000,
      price: 91_000,
      display_amount: 2_000,
    })
    expect(edited.body.result.order).toMatchObject({ display_amount: 2_000, replaced: true })
    expect(await book()).toEqual([91_000, 2_000])
  })

  test('a tip that is too small, or hides too much', async () => {
    expect(await faultOf('buy', { amount: 5_000, price: 91_000, display_amount: 990 })).toEqual({
      code: 10036,
      message: 'invalid_max_show_amount',
    })
    expect((await faultOf('buy', { amount: 101_000, price: 91_000, display_amount: 1_000 })).code).toBe(10036)
    expect((await faultOf('buy', { amount: 5_000, price: 91_000, max_show: 1_000 })).data.param).toBe(
      'max_show',
    )
  })
})

describe('linked orders', () => {
  const profit = { direction: 'sell', amount: 100, price: 110_000, reduce_only: true }
  const loss = {
    direction: 'sell',
    amount: 100,
    type: 'stop_market',
    trigger: 'mark_price',
    trigger_price: 90_000,
    reduce_only: true,
  }

  test('a bracket waits untriggered, names what hangs together, and is live when its primary is filled', async () => {
    const primary = await order('buy', {
      amount: 100,
      type: 'market',
      linked_order_type: 'one_triggers_one_cancels_other',
      otoco_config: [profit, loss],
    })
    expect(primary).toMatchObject({
      order_state: 'filled',
      is_primary_otoco: true,
      trigger_fill_condition: 'first_hit',
    })
    const [first, second] = primary.oto_order_ids as [string, string]
    await expect.poll(async () => (await stateOf(first)).order_state).toBe('open')
    expect(await stateOf(first)).toMatchObject({
      is_secondary_oto: true,
      primary_order_id: primary.order_id,
      oco_ref: first,
    })
    await desk.call('private/cancel', { order_id: first })
    await expect.poll(async () => (await stateOf(second)).cancel_reason).toBe('oco_other_closed')
  })

  test('those of a primary that ends without a fill end too, and the stream says why', async () => {
    const socket = await socketOf()
    const channel = `user.orders.${NAME}.raw`
    await socket.call('private/subscribe', { channels: [channel] })
    const primary = await order('buy', {
      amount: 100,
      price: 91_000,
      linked_order_type: 'one_triggers_other',
      otoco_config: [profit],
    })
    const [other] = primary.oto_order_ids as [string]
    expect((await stateOf(other)).order_state).toBe('untriggered')
    expect((await faultOf('edit', { order_id: other, amount: 100, price: 111_000 })).code).toBe(11044)
    await desk.call('private/cancel', { order_id: primary.order_id })
    const told = await socket.told(
      channel,
      ({ order_id, order_state }) => order_id === other && order_state === 'cancelled',
    )
    expect(told.cancel_reason).toBe('oto_primary_closed')
  })

  test('over GET, as the library sends it', async () => {
    const exchange = ccxtOf(desk.url, desk.main)
    const placed = await exchange.createOrder(PERPETUAL, 'limit', 'buy', 100, 91_000, {
      linked_order_type: 'one_triggers_other',
      trigger_fill_condition: 'complete_fill',
      otoco_config: JSON.stringify([profit]),
    })
    expect(placed.info.oto_order_ids).toHaveLength(1)
  })

  test.each([
    ['otoco_config', { linked_order_type: 'one_triggers_other' }],
    ['otoco_config', { linked_order_type: 'one_triggers_other', otoco_config: [profit, loss] }],
    ['linked_order_type', { otoco_config: [profit] }],
    [
      'direction',
      { linked_order_type: 'one_triggers_other', otoco_config: [{ amount: 100, price: 100_000 }] },
    ],
    [
      'trigger_fill_condition',
      { linked_order_type: 'one_triggers_other', otoco_config: [profit], trigger_fill_condition: 'x' },
    ],
  ])('without a good %s it is refused', async (param, more) => {
    expect((await faultOf('buy', { amount: 100, price: 91_000, ...more })).data.param).toBe(param)
  })
})

describe('options priced in dollars', () => {
  test('show both prices, and are edited by the price in dollars', async () => {
    const placed = await order('buy', { instrument_name: CALL, amount: 1, price: 2_030, advanced: 'usd' })
    expect(placed).toMatchObject({ price: 0.02, advanced: 'usd', usd: 2_030 })
    const { body } = await desk.call('private/edit', { order_id: placed.order_id, amount: 1, price: 2_200 })
    expect(body.result.order).toMatchObject({ price: 0.022, usd: 2_200 })
  })

  test.each([
    [11038, { amount: 100, price: 91_000, advanced: 'usd' }],
    [11039, { instrument_name: CALL, amount: 1, price: 2_000, advanced: 'usd', post_only: true }],
    [-32602, { instrument_name: CALL, amount: 1, type: 'market', advanced: 'usd' }],
    [-32602, { instrument_name: CALL, amount: 1, price: 2_000, advanced: 'eur' }],
  ])('%i: %o', async (code, params) => {
    expect((await faultOf('buy', params)).code).toBe(code)
  })

  test('an order that is not is not edited as one', async () => {
    const plain = await order('buy', { amount: 100, price: 91_000 })
    const change = { order_id: plain.order_id, amount: 100, price: 91_000 }
    expect((await faultOf('edit', { ...change, advanced: 'usd' })).code).toBe(11041)
    expect((await faultOf('edit', { ...change, mmp: true })).data.reason).toBe(
      'editing mmp flag is not supported',
    )
  })
})

describe('market-maker protection', () => {
  const config = {
    index_name: 'btc_usd',
    interval: 5,
    frozen_time: 30,
    quantity_limit: 0.001,
    delta_limit: 0,
  }

  test('is set, triggered, told, waited out or reset, and taken away', async () => {
    expect((await faultOf('buy', { amount: 100, price: 91_000, mmp: true })).code).toBe(13040)
    const set = await desk.call('private/set_mmp_config', config)
    expect(set.body.result).toEqual([config])
    expect((await desk.call('private/get_mmp_config', { index_name: 'btc_usd' })).body.result).toEqual([
      config,
    ])
    expect((await desk.call('private/get_mmp_status')).body.result).toEqual([])
    const socket = await socketOf()
    await socket.call('private/subscribe', { channels: ['user.mmp_trigger.btc_usd'] })
    const resting = await order('buy', { amount: 100, price: 91_000, mmp: true })
    expect(resting.mmp).toBe(true)
    // 200 dollars at 100,010 are 0.0019… coin.
    await order('buy', { amount: 200, price: 100_010, mmp: true })
    expect(await socket.told('user.mmp_trigger.btc_usd')).toMatchObject({ index_name: 'btc_usd' })
    expect(await stateOf(resting.order_id)).toMatchObject({
      cancel_reason: 'mmp_trigger',
      mmp_cancelled: true,
    })
    expect((await faultOf('buy', { amount: 100, price: 91_000, mmp: true })).code).toBe(13030)
    expect((await desk.call('private/get_mmp_status')).body.result).toMatchObject([{ index_name: 'btc_usd' }])
    expect((await desk.call('private/reset_mmp', { index_name: 'btc_usd' })).body.result).toBe('ok')
    const again = await order('buy', { amount: 100, price: 91_000, mmp: true })
    expect((await desk.call('private/set_mmp_config', { ...config, interval: 0 })).body.result).toEqual([])
    expect((await stateOf(again.order_id)).cancel_reason).toBe('mmp_config_curtailment')
    expect((await desk.call('private/reset_mmp', { index_name: 'btc_usd' })).body.error.code).toBe(13040)
  })

  test.each([
    ['interval', { interval: 61 }],
    ['frozen_time', { frozen_time: 3_601 }],
    ['quantity_limit', { quantity_limit: 0 }],
    ['vega_limit', { vega_limit: 1 }],
    ['index_name', { index_name: 'nothing' }],
  ])('a %s that is not taken', async (param, wrong) => {
    const { error } = (await desk.call('private/set_mmp_config', { ...config, ...wrong })).body
    expect(error.data.param).toBe(param)
  })
})

test('all that follows an index is cancelled by its pair, and a report says what of which kind', async () => {
  await order('buy', { amount: 100, price: 91_000 })
  await order('sell', { amount: 100, type: 'stop_market', trigger: 'mark_price', trigger_price: 90_000 })
  const other = await desk.call('private/cancel_all_by_currency_pair', { currency_pair: 'eth_usd' })
  expect(other.body.result).toBe(0)
  const { body } = await desk.call('private/cancel_all_by_currency_pair', {
    currency_pair: 'btc_usd',
    detailed: true,
  })
  expect(body.result).toMatchObject([
    { currency: 'BTC', type: 'limit', instrument_name: NAME, result: [{ order_state: 'cancelled' }] },
    { currency: 'BTC', type: 'trigger', instrument_name: NAME, result: [{ order_state: 'cancelled' }] },
  ])
  const wrong = await desk.call('private/cancel_all_by_currency_pair', { currency_pair: 'BTC' })
  expect(wrong.body.error.data.param).toBe('currency_pair')
})

describe('a trigger that is reached already', () => {
  // Mark and index are at 100,000, and the last trade at 100,010: at the trigger, and a tick ahead of it.
  test.each([
    ['buy', 'stop_market', 'mark_price', 100_000, 100_000.5],
    ['buy', 'stop_limit', 'index_price', 100_000, 100_000.5],
    ['sell', 'stop_market', 'last_price', 100_010, 100_009.5],
    ['buy', 'take_market', 'index_price', 100_000, 99_999.5],
    ['buy', 'take_limit', 'last_price', 100_010, 100_009.5],
    ['sell', 'take_market', 'mark_price', 100_000, 100_000.5],
  ] as const)('%s %s by the %s: not at %d, but at %d', async (side, type, trigger, reached, ahead) => {
    const asked = { amount: 100, type, trigger, ...(type.endsWith('limit') ? { price: 91_000 } : {}) }
    const fault = { code: 11036, message: 'invalid_trigger_price' }
    expect(await faultOf(side, { ...asked, trigger_price: reached })).toEqual(fault)
    const placed = await order(side, { ...asked, trigger_price: ahead })
    expect(placed).toMatchObject({ order_state: 'untriggered', trigger_price: ahead })
    const change = { order_id: placed.order_id, amount: 100, trigger_price: reached }
    expect(await faultOf('edit', change)).toEqual(fault)
    expect(await stateOf(placed.order_id)).toMatchObject({ trigger_price: ahead, replaced: false })
  })

  test('of the other of two that cancel each other', async () => {
    const before = (await desk.call('private/get_open_orders')).body.result
    const fault = await faultOf('sell', {
      amount: 100,
      price: 110_000,
      linked_order_type: 'one_cancels_other',
      otoco_config: [
        {
          direction: 'sell',
          amount: 100,
          type: 'stop_market',
          trigger: 'mark_price',
          trigger_price: 100_000,
        },
      ],
    })
    expect(fault.code).toBe(11036)
    expect((await desk.call('private/get_open_orders')).body.result).toEqual(before)
  })

  test('a trigger beyond the bounds of the instrument is too high or too low', async () => {
    const bounds = (price_high: string | null) =>
      desk.operate('PATCH', `/instruments/${NAME}`, {
        limits: { price_low: '0.5', price_high, quantity_max: null, notional_max: null },
      })
    await bounds('120000')
    const stop = { amount: 100, type: 'stop_market', trigger: 'mark_price' }
    expect(await faultOf('buy', { ...stop, trigger_price: 120_000.5 })).toEqual({
      code: 10034,
      message: 'trigger_price_too_high',
    })
    expect(await order('buy', { ...stop, trigger_price: 120_000 })).toMatchObject({ trigger_price: 120_000 })
    expect((await faultOf('sell', { ...stop, trigger_price: 0 })).code).toBe(10035)
    await bounds(null)
  })
})

describe('what is refused, by its number, and nothing has changed', () => {
  const limit = { amount: 100, price: 91_000 }
  test.each([
    [10002, 'qty_too_low', { amount: 5, price: 91_000 }],
    [-32602, 'Invalid params', { amount: 15, price: 91_000 }],
    [10005, 'price_too_low 0.5', { amount: 100, price: 0 }],
    [10009, 'not_enough_funds', { amount: 1_000_000_000, price: 91_000 }],
    [10043, 'price_wrong_tick', { amount: 100, price: 91_000.3 }],
    [
      10044,
      'trigger_price_wrong_tick',
      { amount: 100, type: 'stop_market', trigger: 'mark_price', trigger_price: 0.7 },
    ],
    [
      10035,
      'trigger_price_too_low',
      { amount: 100, type: 'stop_market', trigger: 'mark_price', trigger_price: 0 },
    ],
    [11054, 'post_only_reject', { amount: 100, price: 100_010, post_only: true, reject_post_only: true }],
    [11030, 'other_reject would_not_reduce', { ...limit, reduce_only: true }],
    [13888, 'timed_out', { ...limit, valid_until: 1_000 }],
  ] as const)('%i %s', async (code, message, params) => {
    const before = (await desk.call('private/get_open_orders')).body.result
    expect(await faultOf('buy', params)).toMatchObject({ code, message })
    expect((await desk.call('private/get_open_orders')).body.result).toEqual(before)
  })
})
