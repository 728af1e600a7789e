/** The socket: the client library's streams, and the frames themselves (sections 8 and 12.4). */
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ccxtOf, ccxtProOf } from '../../testing/ccxt.js'
import { type CryptoDesk, type Key, openCryptoDesk } from '../../testing/crypto-desk.js'
import { openRpcSocket, type RpcSocket } from '../../testing/json-rpc-socket.js'
import { whenTold } from '../../testing/when-told.js'

let desk: CryptoDesk
const open: RpcSocket[] = []

beforeAll(async () => {
  desk = await openCryptoDesk()
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((socket) => socket.close()))
})
afterAll(() => desk.close())

const PERPETUAL = 'BTC/USD:BTC'
const NAME = 'BTC-PERPETUAL'

async function socketOf(key: Key | null): Promise<RpcSocket> {
  const socket = await openRpcSocket(desk.url)
  open.push(socket)
  if (key !== null) {
    const { clientId, clientSecret } = key
    const told = await socket.call('public/auth', {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    })
    expect(told.result.token_type).toBe('bearer')
  }
  return socket
}

test('the library follows ticker, book, balance, orders and own trades', async () => {
  const [rest, pro] = [ccxtOf(desk.url, desk.main), ccxtProOf(desk.url, desk.main)]
  await rest.loadMarkets()
  await pro.loadMarkets()
  await pro.loadHttpProxyAgent()
  expect(await pro.watchTicker(PERPETUAL)).toMatchObject({ symbol: PERPETUAL, bid: 99_990 })
  const book = await pro.watchOrderBook(PERPETUAL)
  expect(book.bids[0]?.slice(0, 2)).toEqual([99_990, 50_000])
  // It is told of one currency after another.
  let balance = await pro.watchBalance()
  while (balance.BTC === undefined) balance = await pro.watchBalance()
  // The library keeps a whole balance under each currency.
  expect((balance.BTC as unknown as { total: { BTC: number } }).total.BTC).toBeGreaterThan(9)
  // Each is asked for until the first of its subscription is seen: that begins when the server has answered it.
  const placed: string[] = []
  const orders = await whenTold(pro.watchOrders(), async () => {
    placed.push((await rest.createOrder(PERPETUAL, 'limit', 'buy', 10, 90_000)).id ?? '')
  })
  expect(placed).toContain(orders[0]?.id)
  const trades = await whenTold(pro.watchMyTrades(), async () => {
    await rest.createOrder(PERPETUAL, 'market', 'buy', 100)
  })
  expect(trades[0]).toMatchObject({ amount: 100, price: 100_010, side: 'buy' })
  await rest.cancelAllOrders()
  await pro.close()
})

describe('frames', () => {
  test('what is no JSON is answered without an id, and the socket stays', async () => {
    const socket = await socketOf(null)
    socket.socket.send('{')
    const { error, id } = await socket.until((frame) => frame.error !== undefined)
    expect({ error, id }).toEqual({
      error: { code: 11050, message: 'bad_request', data: 'invalid json' },
      id: undefined,
    })
    expect((await socket.call('public/hello', { client_name: 'x' })).error.data.param).toBe('client_version')
    expect(
      (await socket.call('public/hello', { client_name: 'x', client_version: '1' })).result.version,
    ).toBe('1.2.26')
    expect((await socket.call('private/get_positions')).error.code).toBe(13009)
  })

  test('a frame beyond 32 KiB is too large', async () => {
    const socket = await socketOf(null)
    socket.socket.send(JSON.stringify({ method: 'public/test', pad: 'x'.repeat(33_000) }))
    expect((await socket.until((frame) => frame.error !== undefined)).error.code).toBe(-32600)
  })

  test('a token of a connection is not good on another socket', async () => {
    const one = await socketOf(null)
    const { result } = await one.call('public/auth', {
      grant_type: 'client_credentials',
      client_id: desk.main.clientId,
      client_secret: desk.main.clientSecret,
    })
    const two = await socketOf(null)
    const asked = { access_token: result.access_token }
    expect((await one.call('private/get_positions', asked)).result).toBeInstanceOf(Array)
    expect((await two.call('private/get_positions', asked)).error.code).toBe(13009)
  })

  test('what is sent behind a signing in waits for it, and is nobody where it fails', async () => {
    const signIn = { grant_type: 'client_credentials', client_id: desk.main.clientId }
    const socket = await socketOf(null)
    const [signed, positions, subscribed] = await Promise.all([
      socket.call('public/auth', { ...signIn, client_secret: desk.main.clientSecret }),
      socket.call('private/get_positions'),
      socket.call('public/subscribe', { channels: [`ticker.${NAME}.raw`] }),
    ])
    expect(signed.result.token_type).toBe('bearer')
    expect(positions.result).toBeInstanceOf(Array)
    expect(subscribed.result).toEqual([`ticker.${NAME}.raw`])
    const other = await socketOf(null)
    const [failed, refused] = await Promise.all([
      other.call('public/auth', { ...signIn, client_secret: 'wrong' }),
      other.call('private/get_positions'),
    ])
    expect([failed.error.code, refused.error.code]).toEqual([13004, 13009])
  })

  test('a request for test is answered by the client, and stops when it is disabled', async () => {
    const socket = await socketOf(null)
    expect((await socket.call('public/set_heartbeat', { interval: 9 })).error.data.param).toBe('interval')
    expect((await socket.call('public/set_heartbeat', { interval: 10 })).result).toBe('ok')
    expect((await socket.call('public/disable_heartbeat')).result).toBe('ok')
  })

  test('logging out closes the socket without an answer and ends the token', async () => {
    const socket = await socketOf(null)
    const { result } = await socket.call('public/auth', {
      grant_type: 'client_credentials',
      client_id: desk.main.clientId,
      client_secret: desk.main.clientSecret,
    })
    const before = socket.frames.length
    socket.socket.send(JSON.stringify({ jsonrpc: '2.0', id: 99, method: 'private/logout', params: {} }))
    await once(socket.socket, 'close')
    expect(socket.frames).toHaveLength(before)
    const response = await fetch(`${desk.url}/api/v2/private/get_positions`, {
      headers: { authorization: `Bearer ${result.access_token}` },
    })
    expect((await response.json()).error.code).toBe(13009)
  })
})

describe('subscriptions', () => {
  test('what there is not, or is not allowed, is left out; raw data and user channels need somebody', async () => {
    const socket = await socketOf(null)
    const channels = [`ticker.${NAME}.100ms`, 'ticker.NOTHING.100ms', 'nonsense', `book.${NAME}.none.7.100ms`]
    expect((await socket.call('public/subscribe', { channels })).result).toEqual([`ticker.${NAME}.100ms`])
    expect((await socket.call('public/subscribe', { channels: [`ticker.${NAME}.raw`] })).error.code).toBe(
      13778,
    )
    expect(
      (await socket.call('private/subscribe', { channels: ['user.orders.any.any.raw'] })).error.code,
    ).toBe(13009)
    expect((await socket.call('public/unsubscribe', { channels })).result).toEqual([`ticker.${NAME}.100ms`])
    expect((await socket.call('public/unsubscribe_all')).result).toBe('ok')
  })

  test('a book begins with a snapshot, and changes name what they follow', async () => {
    const socket = await socketOf(desk.main)
    const channel = `book.${NAME}.raw`
    await socket.call('public/subscribe', { channels: [channel] })
    const snapshot = await socket.told(channel)
    expect(snapshot).toMatchObject({ type: 'snapshot', instrument_name: NAME })
    expect(snapshot.bids[0]).toEqual(['new', 99_990, 50_000])
    const { result } = await socket.call('private/buy', { instrument_name: NAME, amount: 20, price: 99_000 })
    const change = await socket.told(channel, ({ type }) => type === 'change')
    expect(change).toMatchObject({
      bids: [['new', 99_000, 20]],
      asks: [],
      prev_change_id: snapshot.change_id,
    })
    await socket.call('private/cancel', { order_id: result.order.order_id })
    expect((await socket.told(channel, ({ bids }) => bids[0]?.[0] === 'delete')).bids).toEqual([
      ['delete', 99_000, 0],
    ])
  })

  test('orders, trades, changes and the portfolio of the own account, with the label of the subscription', async () => {
    const socket = await socketOf(desk.main)
    const channels = [
      `user.orders.${NAME}.raw`,
      'user.orders.future.BTC.100ms',
      'user.trades.any.any.raw',
      `user.changes.${NAME}.raw`,
      'user.portfolio.btc',
      `trades.${NAME}.100ms`,
    ]
    const { result } = await socket.call('private/subscribe', { channels, label: 'd7' })
    expect(result).toEqual(channels)
    const portfolio = await socket.told('user.portfolio.btc')
    expect(portfolio).toMatchObject({ currency: 'BTC', cross_collateral_enabled: true })
    const bought = (
      await socket.call('private/buy', { instrument_name: NAME, amount: 50, type: 'market', label: 'mine' })
    ).result
    expect(bought.order).toMatchObject({ order_state: 'filled', average_price: 100_010, label: 'mine' })
    const frame = await socket.until(
      (each) => each.params?.channel === channels[0] && each.params.data.order_state === 'filled',
    )
    expect(frame.params).toMatchObject({ label: 'd7', data: { order_id: bought.order.order_id } })
    expect(await socket.told('user.orders.future.BTC.100ms')).toMatchObject([
      { order_id: bought.order.order_id },
    ])
    expect(await socket.told('user.trades.any.any.raw')).toMatchObject([
      { trade_id: bought.trades[0].trade_id, liquidity: 'T' },
    ])
    const changes = await socket.told(`user.changes.${NAME}.raw`, ({ trades }) => trades.length > 0)
    expect(changes.positions[0]).not.toHaveProperty('open_orders_margin')
    expect(await socket.told(`trades.${NAME}.100ms`)).toMatchObject([{ amount: 50, direction: 'buy' }])
    // More is required for the larger position.
    await socket.told(
      'user.portfolio.btc',
      ({ initial_margin }) => initial_margin !== portfolio.initial_margin,
    )
  })

  test('an account is told nothing of another', async () => {
    const [first, second] = [desk.subaccounts[0] as Key, desk.subaccounts[1] as Key]
    const [mine, other] = [await socketOf(first), await socketOf(second)]
    const channel = 'user.orders.any.any.raw'
    for (const socket of [mine, other]) await socket.call('private/subscribe', { channels: [channel] })
    const { result } = await mine.call('private/buy', { instrument_name: NAME, amount: 10, price: 90_000 })
    await mine.told(channel, ({ order_id }) => order_id === result.order.order_id)
    const own = await other.call('private/buy', { instrument_name: 'ETH-PERPETUAL', amount: 1, price: 3_000 })
    await other.told(channel, ({ order_id }) => order_id === own.result.order.order_id)
    const seen = other.frames.filter((frame) => frame.params?.channel === channel)
    expect(new Set(seen.map((frame) => frame.params.data.instrument_name))).toEqual(
      new Set(['ETH-PERPETUAL']),
    )
  })
})
