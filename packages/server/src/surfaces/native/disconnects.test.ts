/** Cancel on disconnect over the native socket: whose orders end with it, however it ends, and what a restart makes of it. */
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freshFolder } from '../../testing/book-server.js'
import { holdPerpetual } from '../../testing/derivatives.js'
import { type NativeMarket, openNativeMarket, SYMBOL, type Trader } from '../../testing/native-market.js'
import { type NativeSocket, openNativeSocket } from '../../testing/native-socket.js'
import { demoFile, startProcess } from '../../testing/server-process.js'

const HEARTBEAT_MS = 250
let market: NativeMarket

beforeEach(async () => {
  market = await openNativeMarket({ heartbeatMs: HEARTBEAT_MS })
})
afterEach(() => market.world.stop())

const limit = {
  instrument: SYMBOL,
  side: 'buy',
  type: 'limit',
  time_in_force: 'gtc',
  price: '0.10',
  quantity: '1',
}
const open = (by: Trader = market.buyer, options = {}) => openNativeSocket(market.world.url, by.key, options)
async function place(socket: NativeSocket, by: Trader = market.buyer, more: object = {}): Promise<string> {
  const { result } = await socket.call('orders.place', { account: by.account, ...limit, ...more })
  return result.order
}
const enable = (socket: NativeSocket, whose = 'connection', by: Trader = market.buyer) =>
  socket.call('disconnects.enable', { account: by.account, for: whose })
const disable = (socket: NativeSocket, whose = 'connection', by: Trader = market.buyer) =>
  socket.call('disconnects.disable', { account: by.account, for: whose })
const read = async (socket: NativeSocket) =>
  (await socket.call('disconnects.list', { account: market.buyer.account })).result
const stateOf = async (order: string, by: Trader = market.buyer): Promise<string> =>
  (await market.get(`/orders/${order}`, by.key)).body.state
const ended = (order: string, by: Trader = market.buyer) =>
  expect.poll(() => stateOf(order, by)).toBe('cancelled')
const rows = (): number => market.world.engine.rooms.trading.disconnects.size

describe('for the socket that it is asked on', () => {
  test('all that came over it ends as it closes, placed before or after, and nothing else', async () => {
    const [one, two] = [await open(), await open()]
    const before = await place(one)
    expect(await read(one)).toEqual({
      account: market.buyer.account,
      is_for_account: false,
      is_for_connection: false,
      connections: 0,
    })
    expect((await enable(one)).result).toMatchObject({ is_enabled: true })
    expect(await read(one)).toMatchObject({ is_for_account: false, is_for_connection: true, connections: 1 })
    expect(await read(two)).toMatchObject({ is_for_connection: false, connections: 1 })
    const after = await place(one)
    const elsewhere = await place(two)
    const byRequest = (await market.place(market.buyer, limit)).body.order
    // Once more changes nothing.
    expect((await enable(one)).result).toMatchObject({ is_enabled: true })
    expect(rows()).toBe(1)
    await one.close()
    for (const order of [before, after]) await ended(order)
    for (const order of [elsewhere, byRequest]) expect(await stateOf(order)).toBe('new')
    expect(rows()).toBe(0)
    await two.close()
    expect(await stateOf(elsewhere)).toBe('new')
  })

  test('the reports say so, and the events tell that it was asked for and that it fired', async () => {
    const socket = await open()
    await enable(socket)
    const order = await place(socket)
    await socket.close()
    await ended(order)
    const { buyer } = market
    const reports = await market.get(`/executions?account=${buyer.account}&order=${order}`, buyer.key)
    expect(reports.body.items[0]).toMatchObject({ type: 'cancelled', unsolicited: 'disconnected' })
    const events = await market.get(`/events?under=${buyer.party}&subject=${buyer.account}&limit=500`)
    const kinds = events.body.items.map(({ kind }: { kind: string }) => kind)
    expect(kinds.filter((kind: string) => kind.startsWith('disconnect.'))).toEqual([
      'disconnect.enabled',
      'disconnect.fired',
    ])
  })

  test('a client that is cut off, or that answers no heartbeat, is gone as well', async () => {
    const cut = await open()
    await enable(cut)
    const first = await place(cut)
    cut.socket.terminate()
    await ended(first)
    const deaf = await open(market.buyer, { autoPong: false })
    await enable(deaf)
    const second = await place(deaf)
    await once(deaf.socket, 'close')
    await ended(second)
  })

  test('orders that hang on another end with it, and so do those that were replaced', async () => {
    const socket = await open()
    await enable(socket)
    const bracket = {
      kind: 'one_triggers_other',
      orders: [{ side: 'sell', type: 'limit', price: '0.90', quantity: '1' }],
    }
    const order = await place(socket, market.buyer, { linked: bracket })
    const replaced = await market.post(`/orders/${order}/replace`, { price: '0.11' }, market.buyer.key)
    expect(replaced.body).not.toHaveProperty('code')
    expect((await market.get(`/orders/open?accounts=${market.buyer.account}`)).body.items).toHaveLength(2)
    await socket.close()
    await ended(order)
    await expect
      .poll(async () => (await market.get(`/orders/open?accounts=${market.buyer.account}`)).body.items)
      .toEqual([])
  })

  test('quotes end with it as well', async () => {
    const { world, get } = market
    const account = `acc_${(await holdPerpetual(world)).main}`
    const group = { index: 'btc_usd', group: 'near', interval_seconds: 5, quantity_limit: '3' }
    await market.post(`/accounts/${account}/protections`, group)
    const socket = await openNativeSocket(world.url, world.keys.operator)
    await socket.call('disconnects.enable', { account, for: 'connection' })
    const bid = { price: '97000', quantity: '100' }
    const quotes = [{ instrument: 'BTC-PERPETUAL', bid }]
    const { result } = await socket.call('orders.quote', { account, group: 'near', quote_id: '1', quotes })
    const [{ order }] = result.sides
    expect((await get(`/orders/${order}`)).body.state).toBe('new')
    await socket.close()
    await expect.poll(async () => (await get(`/orders/${order}`)).body.state).toBe('cancelled')
  })

  test('an order for an account that there is not is refused as one for another’s is', async () => {
    const socket = await open()
    const refusalOf = async (account: string) => {
      const { status, problem } = await socket.call('orders.place', { account, ...limit })
      return { status, code: problem.code, title: problem.title }
    }
    const foreign = await refusalOf(market.seller.account)
    expect(foreign).toMatchObject({ status: 404, code: 'not_visible' })
    expect(await refusalOf('acc_99999999')).toEqual(foreign)
    await socket.close()
  })

  test('taken back, they outlive it', async () => {
    const socket = await open()
    await enable(socket)
    const order = await place(socket)
    expect((await disable(socket)).result).toMatchObject({ is_enabled: false })
    expect(await read(socket)).toMatchObject({ is_for_connection: false, connections: 0 })
    // Where there is nothing to take back nothing is done.
    expect((await disable(socket)).result).toMatchObject({ is_enabled: false })
    await socket.close()
    expect(await stateOf(order)).toBe('new')
  })

  test('each account is asked for by itself, and only by who may cancel its orders', async () => {
    const { world, buyer, seller, watcher } = market
    const root = await openNativeSocket(world.url, world.keys.operator)
    const [own, foreign] = [await place(root, buyer), await place(root, seller)]
    await enable(root, 'connection', buyer)
    await root.close()
    await ended(own)
    expect(await stateOf(foreign, seller)).toBe('new')
    const stranger = await openNativeSocket(world.url, seller.key)
    for (const asked of [enable(stranger), disable(stranger)])
      expect((await asked).problem).toMatchObject({ code: 'not_visible' })
    expect((await stranger.call('disconnects.list', { account: buyer.account })).problem.code).toBe(
      'not_visible',
    )
    const reader = await openNativeSocket(world.url, watcher)
    expect((await enable(reader)).problem).toMatchObject({ code: 'level_insufficient' })
    await Promise.all([stranger.close(), reader.close()])
  })

  test('a dry run and a refused request leave everything as it was', async () => {
    const socket = await open()
    const asked = { account: market.buyer.account, for: 'connection' }
    const dry = await socket.call('disconnects.enable', asked, { dry_run: true })
    expect(dry.result).toMatchObject({ dry_run: true, outcome: 'would_succeed' })
    // A repeat under the key on another socket would be told that it is done.
    const keyed = await socket.call('disconnects.enable', asked, { idempotency_key: 'once' })
    expect(keyed.problem).toMatchObject({ code: 'malformed', field: '/idempotency_key' })
    const odd = await socket.call('disconnects.enable', { ...asked, for: 'everybody' })
    expect(odd.problem).toMatchObject({ code: 'malformed', field: '/input/for' })
    const order = await place(socket)
    await socket.close()
    expect(await stateOf(order)).toBe('new')
    expect(rows()).toBe(0)
  })

  test('a request and a batch are no connection', async () => {
    const { buyer } = market
    const path = `/accounts/${buyer.account}/disconnects/enable`
    const alone = await market.post(path, { for: 'connection' }, buyer.key)
    expect(alone.body).toMatchObject({ status: 400, field: '/for' })
    const commands = [
      { operation: 'disconnects.enable', input: { account: buyer.account, for: 'connection' } },
    ]
    const { body } = await market.post('/batch', { commands }, buyer.key)
    expect(body.results[0].problem).toMatchObject({ status: 400, field: '/for' })
  })
})

describe('for the account', () => {
  test('every socket that it begins to trade over has it, until it is taken back', async () => {
    const { buyer } = market
    const earlier = await open()
    const kept = await place(earlier)
    const path = `/accounts/${buyer.account}/disconnects`
    const asked = await market.post(`${path}/enable`, { for: 'account' }, buyer.key)
    expect(asked.body).toMatchObject({ is_enabled: true })
    expect((await market.get(path, buyer.key)).body).toEqual({
      account: buyer.account,
      is_for_account: true,
      is_for_connection: null,
      connections: 0,
    })
    const socket = await open()
    // Both wait for one and the same answer, and come in the order in which they were sent.
    const [first, second] = await Promise.all([place(socket), place(socket)])
    expect(Number(first.slice(4))).toBeLessThan(Number(second.slice(4)))
    expect(await read(socket)).toMatchObject({ is_for_connection: true, connections: 1 })
    await Promise.all([socket.close(), earlier.close()])
    for (const order of [first, second]) await ended(order)
    expect(await stateOf(kept)).toBe('new')
    await market.post(`${path}/disable`, { for: 'account' }, buyer.key)
    const later = await open()
    const last = await place(later)
    await later.close()
    expect(await stateOf(last)).toBe('new')
    expect(rows()).toBe(0)
  })

  test('beyond 200 sockets of an account no order is taken over a further one', async () => {
    const { buyer, world } = market
    const account = Number(buyer.account.slice(4))
    // The account itself is one of them.
    await market.post(`/accounts/${buyer.account}/disconnects/enable`, { for: 'account' }, buyer.key)
    for (let number = 2; number <= 199; number += 1)
      await world.run('disconnects.enable', { account, connection: `c${number}` })
    const last = await open()
    await place(last)
    expect(rows()).toBe(200)
    const further = await open()
    const refused = await further.call('orders.place', { account: buyer.account, ...limit })
    expect(refused.problem).toMatchObject({ code: 'limit_reached' })
    expect((await enable(further)).problem).toMatchObject({ code: 'limit_reached' })
    // As soon as there is room it is let in.
    await last.close()
    await expect.poll(rows).toBe(199)
    expect(await place(further)).toMatch(/^ord_/)
    await further.close()
  })
})

test('a server that is killed ends them as it starts again, before it lets anybody in', async () => {
  const directory = freshFolder()
  const first = await startProcess(directory)
  try {
    const { key } = first
    const call = async (url: string, path: string) =>
      (await fetch(`${url}/stemma/v1${path}`, { headers: { authorization: `Bearer ${key}` } })).json()
    const account = `acc_${demoFile(directory).deribit.main.accountId}`
    const order = { ...limit, account, instrument: 'BTC-PERPETUAL', quantity: '10', price: '90000' }
    const [asking, other] = [await openNativeSocket(first.url, key), await openNativeSocket(first.url, key)]
    await asking.call('disconnects.enable', { account, for: 'connection' })
    const gone = (await asking.call('orders.place', order)).result.order
    const kept = (await other.call('orders.place', order)).result.order
    first.kill('SIGKILL')
    await first.ended
    const second = await startProcess(directory)
    try {
      expect((await call(second.url, `/orders/${gone}`)) as object).toMatchObject({ state: 'cancelled' })
      expect((await call(second.url, `/orders/${kept}`)) as object).toMatchObject({ state: 'new' })
      expect((await call(second.url, `/accounts/${account}/disconnects`)) as object).toMatchObject({
        connections: 0,
      })
    } finally {
      second.kill('SIGTERM')
      await second.ended
    }
  } finally {
    first.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  }
})
