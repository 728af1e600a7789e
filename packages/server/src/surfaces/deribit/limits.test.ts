/** Credits: what a pool holds, what comes back with time, and whose it is (section 11). The clock is moved by hand. */
import { once } from 'node:events'
import { SECOND } from '@stemma/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ManualClock } from '../../host/clock.js'
import { type CryptoDesk, type Key, openCryptoDesk } from '../../testing/crypto-desk.js'
import { openRpcSocket } from '../../testing/json-rpc-socket.js'
import { START } from '../../testing/venue.js'

let desk: CryptoDesk
const clock = new ManualClock(START)

beforeAll(async () => {
  desk = await openCryptoDesk(clock)
})
afterAll(() => desk.close())

/** How many calls one after another are answered, up to `most`. */
async function answeredOf(most: number, method: string, params: object, key: Key | null): Promise<number> {
  for (let count = 0; count < most; count += 1) {
    const { body } = await desk.call(method, params, key)
    if (body.error?.code === 10028) return count
  }
  return most
}

test('a hundred at once, then one for every fiftieth of a second; another account has its own', async () => {
  const [first, second] = desk.subaccounts as [Key, Key]
  expect(await answeredOf(101, 'private/get_open_orders', {}, first)).toBe(100)
  expect(await answeredOf(1, 'private/get_open_orders', {}, second)).toBe(1)
  clock.advance(SECOND / 20)
  expect(await answeredOf(2, 'private/get_open_orders', {}, first)).toBe(1)
})

test('the matching engine has a pool by the tier of the owner, which the summary tells', async () => {
  const order = { order_id: '1' }
  expect(await answeredOf(101, 'private/cancel', order, desk.main)).toBe(100)
  // 1.2 of one, at thirty a second.
  clock.advance(SECOND / 25)
  expect(await answeredOf(2, 'private/cancel', order, desk.main)).toBe(1)
  const { body } = await desk.call('private/get_account_summary', { currency: 'BTC' })
  expect(body.result.limits).toMatchObject({
    non_matching_engine: { burst: 100, rate: 20 },
    matching_engine: { trading: { total: { burst: 100, rate: 30 } } },
  })
})

test('spot, and what cancels whatever there is, have pools of their own', async () => {
  const third = desk.subaccounts[2] as Key
  expect(await answeredOf(101, 'private/cancel', { order_id: 'BTC_USDC-1' }, third)).toBe(100)
  const buy = { instrument_name: 'ETH_BTC', amount: 1, price: 0.01 }
  expect(await answeredOf(1, 'private/buy', buy, third)).toBe(0)
  expect(await answeredOf(101, 'private/cancel_all', {}, third)).toBe(100)
  expect(await answeredOf(1, 'private/cancel_all_by_kind_or_type', { currency: 'any' }, third)).toBe(0)
  expect(
    await answeredOf(1, 'private/cancel_all_by_currency', { currency: 'BTC', kind: 'spot' }, third),
  ).toBe(0)
  expect(await answeredOf(101, 'private/cancel', { order_id: '1' }, third)).toBe(100)
})

test('the transaction log and the list of instruments have pools of their own', async () => {
  const asked = { currency: 'BTC', start_timestamp: 0, end_timestamp: 1 }
  expect(await answeredOf(9, 'private/get_transaction_log', asked, desk.main)).toBe(8)
  expect(await answeredOf(51, 'public/get_instruments', {}, null)).toBe(50)
  expect(await answeredOf(1, 'public/get_time', {}, null)).toBe(1)
})

test('a socket lists instruments five times, and is let go at the sixth', async () => {
  const socket = await openRpcSocket(desk.url)
  const closed = once(socket.socket, 'close')
  for (let count = 0; count < 5; count += 1)
    expect((await socket.call('public/get_instruments', { kind: 'spot' })).result).toHaveLength(3)
  expect((await socket.call('public/get_instruments', {})).error.code).toBe(10028)
  expect((await closed)[0]).toBe(1008)
})

test('a socket that subscribes too often is answered, and closed', async () => {
  const socket = await openRpcSocket(desk.url)
  const closed = once(socket.socket, 'close')
  for (let count = 0; count < 10; count += 1)
    expect((await socket.call('public/subscribe', { channels: [] })).result).toEqual([])
  expect((await socket.call('public/subscribe', { channels: [] })).error).toEqual({
    code: 10028,
    message: 'too_many_requests',
  })
  const [code] = await closed
  expect(code).toBe(1008)
})
