// What a reader leaves unread of its channels (docs/reference/limits.md): beyond a mebibyte it is cut off, and others are not.
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CryptoDesk, openCryptoDesk } from '../../testing/crypto-desk.js'
import { openRpcSocket, type RpcSocket } from '../../testing/json-rpc-socket.js'

const ALL = 'user.orders.any.any.raw'
/** Each tells of every order, so that one order is ten frames. */
const CHANNELS = ['BTC-PERPETUAL', 'any.any', 'any.BTC', 'future.any', 'future.BTC'].flatMap((which) => [
  `user.orders.${which}.raw`,
  `user.changes.${which}.raw`,
])
const BATCH = 100
/** Far more than a reader may leave unread and the buffers of the machine hold together. */
const BATCHES_MAX = 100
/** Thousands of frames are made, and read, by the process of the test. */
const MILLISECONDS_MAX = 180_000

let desk: CryptoDesk

beforeAll(async () => {
  desk = await openCryptoDesk()
})
afterAll(() => desk.close())

async function following(channels: readonly string[]): Promise<RpcSocket> {
  const socket = await openRpcSocket(desk.url)
  const { clientId: client_id, clientSecret: client_secret } = desk.main
  await socket.call('public/auth', { grant_type: 'client_credentials', client_id, client_secret })
  expect((await socket.call('private/subscribe', { channels })).result).toEqual(channels)
  return socket
}

/** Orders that find nobody and end at once. */
async function placeOrders(): Promise<void> {
  const input = {
    ...{ account: `acc_${desk.main.accountId}`, instrument: 'BTC-PERPETUAL', side: 'buy', type: 'limit' },
    ...{ time_in_force: 'ioc', quantity: '10', price: '1000', label: 'x'.repeat(64), on_reject: 'record' },
  }
  const commands = Array.from({ length: BATCH }, () => ({ operation: 'orders.place', input }))
  const { results } = await desk.operate('POST', '/batch', { commands })
  expect(results[0]).toMatchObject({ status: 200 })
}

test(
  'whoever does not read what its channels tell is cut off, and one that reads is told everything',
  async () => {
    const streams = () => desk.server.host.hub.size
    const quick = await following([ALL])
    const before = streams()
    const slow = await following(CHANNELS)
    expect(streams()).toBe(before + CHANNELS.length)
    const closed = once(slow.socket, 'close')
    slow.socket.pause()
    let batches = 0
    for (; streams() > before; batches += 1) {
      expect(batches).toBeLessThan(BATCHES_MAX)
      await placeOrders()
    }
    slow.socket.resume()
    expect((await closed)[0]).toBe(1006)
    const told = new Set<string>()
    await quick.told(ALL, ({ order_id }) => told.add(order_id).size === batches * BATCH)
    await quick.close()
  },
  MILLISECONDS_MAX,
)
