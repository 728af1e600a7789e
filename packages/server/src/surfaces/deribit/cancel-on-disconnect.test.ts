/** Cancel on disconnect (section 8.1): whose orders end with a connection, and what is left to the next process. */

import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PLAIN_LIMIT } from '@stemma/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ManualTimer } from '../../host/timer.js'
import { basic, type CryptoDesk, type Key, openCryptoDesk } from '../../testing/crypto-desk.js'
import { demoIn, startDemo } from '../../testing/demo-server.js'
import { openRpcSocket, type RpcSocket } from '../../testing/json-rpc-socket.js'
import { INACTIVE_MILLISECONDS } from './orders-of-connection.js'

const NAME = 'BTC-PERPETUAL'
let desk: CryptoDesk
const timer = new ManualTimer()

beforeAll(async () => {
  desk = await openCryptoDesk(undefined, { timer })
})
afterAll(() => desk.close())

async function socketOf(key: Key = desk.main, more: object = {}): Promise<RpcSocket> {
  const socket = await openRpcSocket(desk.url)
  const { clientId, clientSecret } = key
  const asked = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    ...more,
  }
  expect((await socket.call('public/auth', asked)).error).toBeUndefined()
  return socket
}
const limit = { instrument_name: NAME, amount: 10, price: 90_000 }
const orderOver = async (socket: RpcSocket): Promise<string> =>
  (await socket.call('private/buy', limit)).result.order.order_id
const stateOf = async (order_id: string, key: Key = desk.main) =>
  (await desk.call('private/get_order_state', { order_id }, key)).body.result
const enable = (socket: RpcSocket, scope?: string) =>
  socket.call('private/enable_cancel_on_disconnect', scope === undefined ? {} : { scope })

describe('for a connection', () => {
  test('what came over it ends as it closes, before and after it was asked for; nothing else does', async () => {
    const [one, two] = [await socketOf(), await socketOf()]
    const before = await orderOver(one)
    expect((await enable(one)).result).toBe('ok')
    const read = await one.call('private/get_cancel_on_disconnect')
    expect(read.result).toEqual({ scope: 'connection', enabled: true })
    const after = await orderOver(one)
    const elsewhere = await orderOver(two)
    const { body } = await desk.call('private/buy', limit)
    await one.close()
    for (const order of [before, after])
      await expect.poll(async () => (await stateOf(order)).cancel_reason).toBe('cancel_on_disconnect')
    for (const order of [elsewhere, body.result.order.order_id])
      expect((await stateOf(order)).order_state).toBe('open')
    await two.close()
    expect((await stateOf(elsewhere)).order_state).toBe('open')
  })

  test('a socket that is cut off ends them as well', async () => {
    const socket = await socketOf()
    await enable(socket)
    const order = await orderOver(socket)
    socket.socket.terminate()
    await expect.poll(async () => (await stateOf(order)).order_state).toBe('cancelled')
  })

  test('ten minutes of silence end them, a word begins the time anew', async () => {
    const socket = await socketOf()
    await enable(socket)
    // One that follows nothing is closed after a minute already.
    await socket.call('public/subscribe', { channels: [`quote.${NAME}`] })
    const order = await orderOver(socket)
    timer.advance(INACTIVE_MILLISECONDS - 1)
    await socket.call('public/test')
    timer.advance(INACTIVE_MILLISECONDS - 1)
    expect((await stateOf(order)).order_state).toBe('open')
    timer.advance(1)
    const [code] = await once(socket.socket, 'close')
    expect(code).toBe(4000)
    await expect.poll(async () => (await stateOf(order)).cancel_reason).toBe('cancel_on_disconnect')
  })

  test('a heartbeat that is not answered ends them', async () => {
    const socket = await socketOf()
    await enable(socket)
    const order = await orderOver(socket)
    expect((await socket.call('public/set_heartbeat', { interval: 10 })).result).toBe('ok')
    timer.advance(10_000)
    await socket.until((frame) => frame.params?.type === 'test_request')
    timer.advance(9_999)
    expect((await stateOf(order)).order_state).toBe('open')
    const closed = once(socket.socket, 'close')
    timer.advance(1)
    const [code, reason] = await closed
    expect([code, String(reason)]).toEqual([4000, 'heartbeat close'])
    await expect.poll(async () => (await stateOf(order)).cancel_reason).toBe('cancel_on_disconnect')
  })

  test('whoever logs out, or takes it back, keeps them', async () => {
    const [left, disabled] = [await socketOf(), await socketOf()]
    const orders = [await orderOver(left), await orderOver(disabled)]
    await enable(left)
    await enable(disabled)
    expect((await disabled.call('private/disable_cancel_on_disconnect')).result).toBe('ok')
    expect((await disabled.call('private/disable_cancel_on_disconnect')).error.code).toBe(13042)
    left.socket.send(JSON.stringify({ jsonrpc: '2.0', id: 99, method: 'private/logout', params: {} }))
    await once(left.socket, 'close')
    await disabled.close()
    for (const order of orders) expect((await stateOf(order)).order_state).toBe('open')
    expect(desk.server.engine.rooms.trading.disconnects.size).toBe(0)
  })
})

describe('for an account', () => {
  test('every connection that it opens from then on has it', async () => {
    const key = desk.main
    const first = await socketOf(key)
    expect((await enable(first, 'account')).result).toBe('ok')
    const { body } = await desk.call('private/get_cancel_on_disconnect', { scope: 'account' }, key)
    expect(body.result).toEqual({ scope: 'account', enabled: true })
    const second = await socketOf(key)
    const order = await orderOver(second)
    await second.close()
    await expect.poll(async () => (await stateOf(order, key)).cancel_reason).toBe('cancel_on_disconnect')
    await first.call('private/disable_cancel_on_disconnect', { scope: 'account' })
    await first.close()
  })
})

test('it is of sockets, takes the scope to write accounts, and knows its scopes', async () => {
  for (const method of ['private/enable_cancel_on_disconnect', 'private/disable_cancel_on_disconnect'])
    expect((await desk.call(method)).body.error.code).toBe(10030)
  const { body } = await desk.call('private/get_cancel_on_disconnect')
  expect(body.result).toEqual({ scope: 'connection', enabled: false })
  const reader = await socketOf(desk.main, { scope: 'account:read trade:read_write' })
  expect((await enable(reader)).error.code).toBe(13021)
  await reader.close()
  const socket = await socketOf()
  expect((await enable(socket, 'world')).error.data.param).toBe('scope')
  await socket.close()
})

test('connections that were open when a process ended are ended by the next, before it lets anybody in', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'stemma-disconnected-'))
  const start = () => startDemo(directory)
  try {
    const one = await start()
    const { deribit } = demoIn(directory)
    const key: Key = deribit.main
    const ask = async (url: string, method: string, params: object) => {
      const response = await fetch(`${url}/api/v2/${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...basic(key) },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      })
      return (await response.json()).result
    }
    // As the socket of a process that was killed has left it: the row is there, and nobody to fire it.
    const { order } = await ask(one.url, 'private/buy', limit)
    const { trading } = one.engine.rooms
    const terms = trading.orders.terms.get(trading.orders.row(Number(order.order_id) as never))
    expect(terms.connection).toBeUndefined()
    const instrument = trading.orders.instrument.get(trading.orders.row(Number(order.order_id) as never))
    const connection = 'gone-with-its-process'
    const actor = { kind: 'system' } as const
    const { account } = { account: key.accountId }
    await one.host.execute({ command: 'disconnects.enable', actor, input: { account, connection } })
    const placed = await one.host.execute({
      command: 'orders.place',
      actor,
      input: {
        ...PLAIN_LIMIT,
        account,
        instrument,
        side: 'buy',
        quantity: 10n,
        price: 90_000n * 10n ** 18n,
        connection,
      },
    })
    if (placed.kind !== 'done') throw new Error(JSON.stringify(placed))
    const gone = String((placed.result as { order: number }).order)
    await one.stop()
    const two = await start()
    const states = [order.order_id, gone].map((order_id) =>
      ask(two.url, 'private/get_order_state', { order_id }),
    )
    expect(await Promise.all(states)).toMatchObject([
      { order_state: 'open' },
      { order_state: 'cancelled', cancel_reason: 'cancel_on_disconnect' },
    ])
    expect(two.engine.rooms.trading.disconnects.size).toBe(0)
    await two.stop()
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})
