/** Option orders that are priced by a volatility (section 6.1): over REST, in the streams, and after a restart. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DAY, fromMilliseconds, type Instant, MINUTE, type Plain, SECOND } from '@stemma/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ManualClock } from '../../host/clock.js'
import type { RunningServer } from '../../server.js'
import { basic, type Key } from '../../testing/crypto-desk.js'
import { demoIn, runOn, startDemo } from '../../testing/demo-server.js'
import { openInstrument } from '../../testing/instruments.js'
import { openRpcSocket, type RpcSocket } from '../../testing/json-rpc-socket.js'

const CALL = 'BTC-26JUN27-120000-C'
const EXPIRY = fromMilliseconds(Date.UTC(2027, 5, 26, 8))
/**
 * A quarter of a year before: σ √T is half of the volatility. Where the index is at the strike, the call is worth
 * 2 N(σ √T / 2) − 1 coin, by N(0.2) = 0.5792597094 and N(0.1) = 0.5398278373 (Abramowitz and Stegun, table 26.1); a tick
 * is 0.0005.
 */
const clock = new ManualClock(fromMilliseconds((EXPIRY - 91.25 * DAY) / 1_000))
const directory = mkdtempSync(join(tmpdir(), 'stemma-volatility-'))
const sockets: RpcSocket[] = []
let server: RunningServer
let main: Key
let operatorKey: string

const start = () => startDemo(directory, { clock })

beforeAll(async () => {
  server = await start()
  const { deribit, native } = demoIn(directory)
  main = deribit.main
  operatorKey = native.operator.apiKey
  await list(CALL, EXPIRY)
})
beforeEach(async () => {
  await index('120000')
  await call('private/cancel_all')
})
afterEach(async () => {
  await Promise.all(sockets.splice(0).map((socket) => socket.close()))
})
afterAll(async () => {
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
})

const call = async (method: string, params: object = {}) => {
  const response = await fetch(`${server.url}/api/v2/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...basic(main) },
    body: JSON.stringify({ jsonrpc: '2.0', id: 7, method, params }),
  })
  return response.json()
}
const order = async (method: 'buy' | 'sell' | 'edit', params: object) => {
  const { result, error } = await call(`private/${method}`, {
    ...(method === 'edit' ? {} : { instrument_name: CALL, amount: 1, advanced: 'implv' }),
    ...params,
  })
  if (error !== undefined) throw new Error(JSON.stringify(error))
  return result.order
}
const faultOf = async (method: 'buy' | 'edit', params: object) =>
  (await call(`private/${method}`, { instrument_name: CALL, amount: 1, advanced: 'implv', ...params })).error
const stateOf = async (order_id: string) => (await call('private/get_order_state', { order_id })).result
const run = <Result>(command: string, input: Plain): Promise<Result> => runOn(server, command, input)
/** A call at 120,000 in whose book nobody is. */
async function list(symbol: string, expiresAt: Instant): Promise<void> {
  const instrument = await openInstrument({ run }, symbol, {
    kind: 'option',
    currency: 'BTC',
    tick: counts('0.0005'),
    quantityScale: 1,
    priceLow: null,
    priceHigh: null,
    derivative: {
      style: 'inverse',
      base: 'BTC',
      index: 'btc_usd',
      option: { type: 'call', strike: counts('120000') },
      funding: null,
    },
    marginRates: {
      initial: counts('0.15'),
      maintenance: counts('0.075'),
      initialPerUnit: 0n,
      maintenancePerUnit: 0n,
      optionFloor: counts('0.1'),
    },
    expiresAt,
  })
  await run('prices.publish', { prices: [{ instrument, price: counts('0.1') }], indexes: [] })
}
/** What follows the index does so in the step behind, which the next command sees. */
async function index(price: string): Promise<void> {
  await run('prices.publish', { prices: [], indexes: [{ name: 'btc_usd', price: counts(price) }] })
  clock.advance(SECOND)
  await run('prices.publish', { prices: [], indexes: [{ name: 'eth_usd', price: counts('4000') }] })
}
const counts = (price: string): bigint => BigInt(Math.round(Number(price) * 1e6)) * 10n ** 12n

test('shows the price and the volatility, and is edited by the volatility', async () => {
  const placed = await order('buy', { price: 80 })
  expect(placed).toMatchObject({
    order_type: 'limit',
    price: 0.1585,
    advanced: 'implv',
    implv: 80,
    auto_replaced: false,
  })
  expect(placed).not.toHaveProperty('usd')
  clock.advance(SECOND)
  const edited = await order('edit', { order_id: placed.order_id, amount: 1, price: 40, advanced: 'implv' })
  expect(edited).toMatchObject({ price: 0.0795, implv: 40, replaced: true, auto_replaced: false })
  expect(await order('sell', { price: 80 })).toMatchObject({ price: 0.159, implv: 80 })
  const book = (await call('public/get_order_book', { instrument_name: CALL, depth: 100 })).result
  expect(book.asks).toContainEqual([0.159, 1])
})

test('follows the index, which streams and states say', async () => {
  const socket = await openRpcSocket(server.url)
  sockets.push(socket)
  const given = {
    grant_type: 'client_credentials',
    client_id: main.clientId,
    client_secret: main.clientSecret,
  }
  await socket.call('public/auth', given)
  const channel = `user.orders.${CALL}.raw`
  await socket.call('private/subscribe', { channels: [channel] })
  const placed = await order('sell', { price: 80 })
  // 120,000 × e^0.08: N(0.4) − e^-0.08 N(0) = 0.6554217416 − 0.4615581732 = 0.193863…
  await index('129994.448121')
  const moved = { order_id: placed.order_id, price: 0.194, implv: 80, auto_replaced: true, replaced: false }
  expect(await socket.told(channel, (data) => data.auto_replaced)).toMatchObject(moved)
  expect(await stateOf(placed.order_id)).toMatchObject(moved)
  const edited = await order('edit', { order_id: placed.order_id, amount: 0.5, price: 80 })
  expect(edited).toMatchObject({ price: 0.194, amount: 0.5, auto_replaced: false, replaced: true })
})

test('one in dollars says so too', async () => {
  const placed = await order('sell', { price: 24_030, advanced: 'usd' })
  expect(placed).toMatchObject({ price: 0.2005, usd: 24_030, auto_replaced: false })
  await index('100000')
  expect(await stateOf(placed.order_id)).toMatchObject({ price: 0.2405, auto_replaced: true })
})

test('goes on behind a restart, at the price that it had', async () => {
  const placed = await order('sell', { price: 80 })
  await index('129994.448121')
  const before = await stateOf(placed.order_id)
  await server.stop()
  server = await start()
  expect(await stateOf(placed.order_id)).toEqual(before)
  await index('120000')
  expect(await stateOf(placed.order_id)).toMatchObject({ price: 0.159, auto_replaced: true })
})

test('is the same order on the native API, which places and replaces such orders too', async () => {
  const operate = async (path: string, body?: object) => {
    const response = await fetch(`${server.url}/stemma/v1${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${operatorKey}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return response.json()
  }
  const asked = { account: `acc_${main.accountId}`, instrument: CALL, side: 'sell', quantity: '1' }
  const limit = { ...asked, type: 'limit', time_in_force: 'gtc' }
  const placed = await operate('/orders', { ...limit, volatility: '0.8' })
  const told = { price: '0.159', volatility: '0.8', usd_price: null, is_repriced: false, must_wait: false }
  expect(await operate(`/orders/${placed.order}`)).toMatchObject(told)
  expect(await stateOf(placed.order.replace('ord_', ''))).toMatchObject({ advanced: 'implv', implv: 80 })
  expect((await operate(`/orders/${placed.order}/replace`, { volatility: '0.4' })).replaced).toBe(true)
  expect(await operate(`/orders/${placed.order}`)).toMatchObject({ price: '0.08', volatility: '0.4' })
  const both = await operate('/orders', { ...limit, volatility: '0.8', price: '0.2' })
  expect(both).toMatchObject({ code: 'malformed', field: '/volatility' })
  // The index is at 120,000: a sale that waits for it to fall there.
  const stop = { ...asked, type: 'stop', stop_price: '120000', trigger: 'index_price', must_wait: true }
  expect(await operate('/orders', stop)).toMatchObject({
    code: 'order_rejected',
    data: { reason: 'trigger_price_invalid' },
  })
  const waiting = await operate('/orders', { ...stop, stop_price: '119999.5' })
  expect(await operate(`/orders/${waiting.order}`)).toMatchObject({ must_wait: true, is_triggered: false })
})

describe('what is refused, by its number', () => {
  test.each([
    [11038, { instrument_name: 'BTC-PERPETUAL', amount: 100, price: 80 }],
    [11039, { price: 80, post_only: true }],
    [-32602, { price: 0.0099 }],
    [-32602, { price: 2_000.01 }],
    [-32602, { price: 80, advanced: 'delta' }],
    [-32602, { type: 'market' }],
    [10011, { price: 0.01 }],
  ])('%i: %o', async (code, params) => {
    const before = (await call('private/get_open_orders')).result
    expect((await faultOf('buy', params)).code).toBe(code)
    expect((await call('private/get_open_orders')).result).toEqual(before)
  })

  test('a volatility out of bounds is called by the parameter, in percent', async () => {
    expect((await faultOf('buy', { price: 2_000.01 })).data).toEqual({
      param: 'price',
      reason: 'expected a volatility of 0.01 to 2000 percent',
    })
  })

  test('the bounds themselves are taken', async () => {
    expect(await order('sell', { price: 0.01 })).toMatchObject({ price: 0.0005, implv: 0.01 })
    expect(await order('sell', { price: 2_000 })).toMatchObject({ implv: 2_000 })
  })

  test('an edit in another unit, and one of an order that has none', async () => {
    const placed = await order('sell', { price: 80 })
    const fault = await faultOf('edit', {
      order_id: placed.order_id,
      amount: 1,
      price: 24_000,
      advanced: 'usd',
    })
    expect(fault.data).toEqual({ param: 'advanced', reason: 'cannot be changed' })
    const { result } = await call('private/sell', { instrument_name: CALL, amount: 1, price: 0.3 })
    const change = { order_id: result.order.order_id, amount: 1, price: 90 }
    expect((await faultOf('edit', change)).code).toBe(11041)
  })

  test('too close to the end of the option, and behind it', async () => {
    await list('BTC-26MAR27-120000-C', (clock.now() + 7 * MINUTE) as Instant)
    const asked = { instrument_name: 'BTC-26MAR27-120000-C', price: 80 }
    const last = await order('sell', asked)
    clock.advance(2 * MINUTE)
    expect(await faultOf('buy', asked)).toEqual({ code: 11046, message: 'outdated_instrument' })
    await index('120000')
    expect(await stateOf(last.order_id)).toMatchObject({ order_state: 'cancelled' })
    clock.advance(6 * MINUTE)
    await index('120000')
    expect(await faultOf('buy', asked)).toEqual({ code: 11037, message: 'outdated_instrument_for_IV_order' })
  })
})
