/** Channels and how often they are told (section 8.3). */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ccxtOf, ccxtProOf } from '../../testing/ccxt.js'
import { type CryptoDesk, type Key, openCryptoDesk } from '../../testing/crypto-desk.js'
import { openRpcSocket, type RpcSocket } from '../../testing/json-rpc-socket.js'

let desk: CryptoDesk
const open: RpcSocket[] = []

beforeAll(async () => {
  desk = await openCryptoDesk()
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((socket) => socket.close()))
})
afterAll(() => desk.close())

const NAME = 'BTC-PERPETUAL'

async function socketOf(key: Key | null): Promise<RpcSocket> {
  const socket = await openRpcSocket(desk.url)
  open.push(socket)
  if (key !== null)
    await socket.call('public/auth', {
      grant_type: 'client_credentials',
      client_id: key.clientId,
      client_secret: key.clientSecret,
    })
  return socket
}
async function follow(socket: RpcSocket, ...channels: string[]): Promise<void> {
  const { result } = await socket.call('private/subscribe', { channels })
  expect(result).toEqual(channels)
}
const call = async (method: string, params: object) => {
  const { body } = await desk.call(method, params)
  if (body.error !== undefined) throw new Error(JSON.stringify(body.error))
  return body.result
}
const buy = (price: number, label = '') =>
  call('private/buy', { instrument_name: NAME, amount: 10, price, label })
// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire says
const dataOf = (socket: RpcSocket, channel: string): any[] =>
  socket.frames.filter(({ params }) => params?.channel === channel).map(({ params }) => params.data)

describe('windows', () => {
  test('orders of a window come together, each as it stood last; raw tells every step', async () => {
    const socket = await socketOf(desk.main)
    const [raw, paced] = [`user.orders.${NAME}.raw`, `user.orders.${NAME}.agg2`]
    await follow(socket, raw, paced)
    const orders = [await buy(90_000), await buy(90_010), await buy(90_020)]
    const ids = orders.map(({ order }) => order.order_id)
    await call('private/cancel', { order_id: ids[0] })
    await call('private/cancel_all', {})
    const told = new Map<string, string>()
    const isWhole = (data: readonly { order_id: string; order_state: string }[]): boolean => {
      for (const { order_id, order_state } of data) told.set(order_id, order_state)
      return ids.every((id) => told.get(id) === 'cancelled')
    }
    await socket.told(paced, isWhole)
    // Five commands, six steps; at most one array for each two seconds.
    expect(dataOf(socket, raw).length).toBe(6)
    expect(dataOf(socket, paced).length).toBeLessThan(6)
    for (const data of dataOf(socket, paced)) {
      const each = data.map(({ order_id }: { order_id: string }) => order_id)
      expect(new Set(each).size).toBe(each.length)
    }
  })

  test('trades and changes of a window come together', async () => {
    const socket = await socketOf(desk.main)
    const [trades, changes] = [`user.trades.future.BTC.100ms`, `user.changes.${NAME}.100ms`]
    await follow(socket, trades, changes)
    const bought = await Promise.all(
      [10, 20, 30].map((amount) => call('private/buy', { instrument_name: NAME, amount, type: 'market' })),
    )
    const expected = bought.flatMap(({ trades: made }) =>
      made.map(({ trade_id }: { trade_id: string }) => trade_id),
    )
    const seen = new Set<string>()
    await socket.told(trades, (data) => {
      for (const { trade_id } of data) seen.add(trade_id)
      return expected.every((id) => seen.has(id))
    })
    const changed = await socket.told(changes, ({ trades: made }) => made.length > 0)
    expect(changed.instrument_name).toBe(NAME)
    expect(changed.positions[0]).not.toHaveProperty('open_orders_margin')
  })
})

describe('the book', () => {
  test('every change follows the one before it, in each interval, and leads to the book that is read', async () => {
    const socket = await socketOf(desk.main)
    const channels = ['raw', '100ms'].map((interval) => `book.${NAME}.${interval}`)
    await follow(socket, ...channels)
    for (let price = 90_100; price < 90_120; price += 1) await buy(price, 'chain')
    await call('private/cancel_by_label', { label: 'chain' })
    // The last of all is another order, alone at its price.
    await buy(91_000, 'last')
    const isLast = ({ bids }: { bids: readonly [string, number, number][] }): boolean =>
      bids.some(([action, price]) => action !== 'delete' && price === 91_000)
    for (const channel of channels) {
      await socket.told(channel, isLast)
      const data = dataOf(socket, channel)
      expect(data[0]).toMatchObject({ type: 'snapshot' })
      expect(data[0]).not.toHaveProperty('prev_change_id')
      expect(data.slice(1).map(({ prev_change_id }) => prev_change_id)).toEqual(
        data.slice(0, -1).map(({ change_id }) => change_id),
      )
      const bids = new Map<number, number>()
      for (const { bids: rows } of data)
        for (const [action, price, amount] of rows)
          action === 'delete' ? bids.delete(price) : bids.set(price, amount)
      const read = await call('public/get_order_book', { instrument_name: NAME, depth: 100 })
      expect([...bids].sort(([left], [right]) => right - left)).toEqual(read.bids)
    }
    expect(dataOf(socket, channels[1] as string).length).toBeLessThan(
      dataOf(socket, channels[0] as string).length,
    )
    await call('private/cancel_all', {})
  })

  test('grouped prices are added up, bids downwards and asks upwards', async () => {
    const socket = await socketOf(null)
    const channels = [`book.${NAME}.none.1.100ms`, `book.${NAME}.100.10.100ms`]
    const { result } = await socket.call('public/subscribe', {
      channels: [...channels, `book.${NAME}.3.1.100ms`],
    })
    expect(result).toEqual(channels)
    const single = await socket.told(channels[0] as string)
    expect(single.bids).toEqual([[99_990, 50_000]])
    // A hundred ticks are 50 dollars: 99,990 and 99,950 both are 99,950.
    const grouped = await socket.told(channels[1] as string)
    expect(grouped.bids).toEqual([[99_950, 150_000]])
    expect(grouped.asks[0][0]).toBe(100_050)
  })
})

describe('other channels', () => {
  test('an index, a perpetual, and a ticker that says what changed', async () => {
    const socket = await socketOf(null)
    const channels = ['deribit_price_index.btc_usd', `perpetual.${NAME}.100ms`, `incremental_ticker.${NAME}`]
    const unknown = ['deribit_price_index.x', 'perpetual.BTC-25JUN27.100ms', 'incremental_ticker.X', 'other']
    const { result } = await socket.call('public/subscribe', { channels: [...channels, ...unknown] })
    expect(result).toEqual(channels)
    expect(await socket.told('deribit_price_index.btc_usd')).toMatchObject({ price: 100_000 })
    expect(await socket.told(`perpetual.${NAME}.100ms`)).toMatchObject({ index_price: 100_000, interest: 0 })
    expect(await socket.told(`incremental_ticker.${NAME}`)).toMatchObject({
      type: 'snapshot',
      mark_price: 100_000,
    })
    const id = (await call('public/get_instrument', { instrument_name: NAME })).instrument_id
    await desk.operate('POST', '/prices', {
      prices: [{ instrument: `ins_${id}`, price: '100001' }],
      indexes: [{ name: 'btc_usd', price: '100001' }],
    })
    const changed = await socket.told(`incremental_ticker.${NAME}`, ({ type }) => type === 'change')
    expect(changed).toMatchObject({ mark_price: 100_001, instrument_name: NAME })
    expect(changed).not.toHaveProperty('best_bid_price')
    expect(await socket.told('deribit_price_index.btc_usd', ({ price }) => price === 100_001)).toBeDefined()
  })

  test('instruments that come, and what becomes of them; an index of which nothing trades is locked', async () => {
    const socket = await socketOf(null)
    const channels = ['instrument.creation.any.ETH', 'instrument.state.future.ETH', 'platform_state']
    expect((await socket.call('public/subscribe', { channels })).result).toEqual(channels)
    const id = (await call('public/get_instrument', { instrument_name: 'ETH-PERPETUAL' })).instrument_id
    const instrument = await desk.operate('GET', `/instruments/ins_${id}`)
    const { symbol: _symbol, display_name: _name, kind, currency, tick, lot } = instrument
    await desk.operate('POST', '/instruments', {
      ...{ kind, currency, tick, lot },
      symbol: 'ETH-NEW',
      price_low: instrument.price_low,
      display_name: 'New',
      quantity_scale: instrument.quantity_scale,
      derivative: instrument.derivative,
      margin_rates: instrument.margin_rates,
    })
    expect(await socket.told('instrument.creation.any.ETH')).toMatchObject({ instrument_name: 'ETH-NEW' })
    expect(await socket.told('instrument.state.future.ETH')).toMatchObject({ state: 'created' })
    await desk.operate('POST', `/instruments/ins_${id}/state`, { state: 'halted' })
    const isHalted = (data: { instrument_name: string; state: string }): boolean =>
      data.instrument_name === 'ETH-PERPETUAL' && data.state === 'deactivated'
    expect(await socket.told('instrument.state.future.ETH', isHalted)).toBeDefined()
  })
})

test('the library follows candles, tickers, quotes, trades and both forms of the book', async () => {
  const [rest, pro] = [ccxtOf(desk.url, desk.main), ccxtProOf(desk.url, desk.main)]
  await Promise.all([rest.loadMarkets(), pro.loadMarkets()])
  await pro.loadHttpProxyAgent()
  const [first, second] = ['BTC/USD:BTC', 'BTC/USDC:USDC'] as const
  expect((await pro.watchOHLCV(first, '1m')).at(-1)?.[4]).toBe(100_010)
  expect(await pro.watchTickers([first, second])).toBeDefined()
  expect((await pro.watchBidsAsks([first]))[first]).toMatchObject({ bid: 99_990, ask: 100_010 })
  const whole = await pro.watchOrderBook(first, undefined, { useDepthEndpoint: true })
  expect(whole.bids.length + whole.asks.length).toBeGreaterThanOrEqual(0)
  let isTold = false
  const trades = pro.watchTrades(second).then((told) => {
    isTold = true
    return told
  })
  do await rest.createOrder(second, 'market', 'buy', 0.001)
  while (!isTold)
  expect((await trades)[0]).toMatchObject({ price: 100_010, side: 'buy' })
  await pro.close()
})

// It trades with what stands in the book, so it comes last.
test('a trade that closes a position tells that it is flat, and what it realized', async () => {
  const key = desk.subaccounts[0] as Key
  const socket = await socketOf(key)
  const channel = `user.changes.${NAME}.raw`
  await follow(socket, channel)
  for (const side of ['buy', 'sell']) {
    const market = { instrument_name: NAME, amount: 1_000, type: 'market' }
    expect((await socket.call(`private/${side}`, market)).error).toBeUndefined()
  }
  const told = await socket.told(channel, ({ positions }) => positions[0]?.direction === 'zero')
  // 1,000 / 100,010 - 1,000 / 99,990, to the digits of the coin.
  const flat = { size: 0, size_currency: 0, realized_profit_loss: -0.000002, leverage: 50 }
  expect(told.positions).toMatchObject([flat])
  const { body } = await desk.call('private/get_position', { instrument_name: NAME }, key)
  expect(body.result).toMatchObject(flat)
  const open = (await desk.call('private/get_positions', {}, key)).body.result
  expect(open.map(({ instrument_name }: { instrument_name: string }) => instrument_name)).not.toContain(NAME)
})
