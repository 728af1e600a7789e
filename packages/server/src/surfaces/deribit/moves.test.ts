/** `private/move_positions` over the wire: forms, answers, faults, credits (sections 5.4 and 11.2). */
import { SECOND } from '@stemma/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ManualClock } from '../../host/clock.js'
import { basic, type CryptoDesk, type Key, openCryptoDesk } from '../../testing/crypto-desk.js'
import { openRpcSocket } from '../../testing/json-rpc-socket.js'
import { START } from '../../testing/venue.js'

let desk: CryptoDesk
let first: Key
let second: Key
const clock = new ManualClock(START)

beforeAll(async () => {
  desk = await openCryptoDesk(clock)
  ;[first, second] = desk.subaccounts as [Key, Key]
})
afterAll(() => desk.close())

/** With credits enough for each call. */
const move = async (trades: unknown, more: object = {}, key: Key = desk.main) => {
  clock.advance(10 * SECOND)
  const params = { source_uid: desk.main.accountId, target_uid: first.accountId, trades, ...more }
  return (await desk.call('private/move_positions', params, key)).body
}
const leg = (amount: unknown, more: object = {}) => [{ instrument_name: 'BTC-PERPETUAL', amount, ...more }]
const positionOf = async (key: Key) =>
  (await desk.call('private/get_position', { instrument_name: 'BTC-PERPETUAL' }, key)).body.result
const summaryOf = async (key: Key) =>
  (await desk.call('private/get_account_summary', { currency: 'BTC' }, key)).body.result

test('numbers as text, an array as the answer, and the entry price where none is said', async () => {
  const before = await Promise.all([desk.main, first].map(summaryOf))
  // The main account is long 10,000 dollars at 100,010.
  expect((await move(leg('110'))).result).toEqual([
    {
      source_uid: desk.main.accountId,
      target_uid: first.accountId,
      instrument_name: 'BTC-PERPETUAL',
      direction: 'buy',
      price: 100_010,
      amount: 110,
    },
  ])
  expect(await positionOf(first)).toMatchObject({ size: 110, average_price: 100_010, direction: 'buy' })
  expect(await positionOf(desk.main)).toMatchObject({ size: 9_890, average_price: 100_010 })
  const behind = await Promise.all([desk.main, first].map(summaryOf))
  expect(behind.map(({ balance }) => balance)).toEqual(before.map(({ balance }) => balance))
})

test('at a price of its own, over GET as JSON text', async () => {
  clock.advance(10 * SECOND)
  const query = new URLSearchParams({
    currency: 'BTC',
    source_uid: String(desk.main.accountId),
    target_uid: String(first.accountId),
    trades: JSON.stringify(leg(890, { price: '100000.25' })),
  })
  const response = await fetch(`${desk.url}/api/v2/private/move_positions?${query}`, {
    headers: basic(desk.main),
  })
  const { result } = (await response.json()) as { result: { price: number; amount: number }[] }
  expect(result).toMatchObject([{ price: 100_000.25, amount: 890 }])
})

test('it is a trade of both accounts, in history and on the socket, and of nobody else', async () => {
  const socket = await openRpcSocket(desk.url)
  await socket.call('public/auth', {
    grant_type: 'client_credentials',
    client_id: first.clientId,
    client_secret: first.clientSecret,
  })
  const channels = [
    'user.trades.BTC-PERPETUAL.raw',
    'user.orders.BTC-PERPETUAL.raw',
    'trades.BTC-PERPETUAL.raw',
  ]
  await socket.call('private/subscribe', { channels: channels.slice(0, 2) })
  await socket.call('public/subscribe', { channels: channels.slice(2) })
  expect((await move(leg(200))).error).toBeUndefined()
  const [trade] = await socket.told(channels[0] as string)
  expect(trade).toMatchObject({
    direction: 'buy',
    amount: 200,
    price: 100_010,
    fee: 0,
    state: 'filled',
    order_id: expect.stringMatching(/^move-/),
  })
  const { trades } = (
    await desk.call('private/get_user_trades_by_instrument', { instrument_name: 'BTC-PERPETUAL' })
  ).body.result
  expect(trades[0]).toMatchObject({ trade_id: trade.trade_id, direction: 'sell', amount: 200 })
  // It is no trade of the market.
  const last = await desk.call(
    'public/get_last_trades_by_instrument',
    { instrument_name: 'BTC-PERPETUAL' },
    null,
  )
  expect(last.body.result.trades.map(({ trade_id }: { trade_id: string }) => trade_id)).not.toContain(
    trade.trade_id,
  )
  expect(socket.frames.filter(({ params }) => channels.slice(1).includes(params?.channel))).toEqual([])
  await socket.close()
})

test('faults, each in the words of the venue', async () => {
  const error = async (trades: unknown, more: object = {}, key: Key = desk.main) =>
    (await move(trades, more, key)).error
  const param = async (trades: unknown, more: object = {}) => (await error(trades, more)).data.param
  expect(await error(leg(1_000_000))).toMatchObject({ code: -32602, data: { param: 'amount' } })
  expect(await param(leg('15'))).toBe('amount')
  expect(await param(leg('1.5'))).toBe('amount')
  expect(await param(leg(0))).toBe('amount')
  expect(await param(leg(10, { price: 0 }))).toBe('price')
  expect(await param([{ amount: 10 }])).toBe('instrument_name')
  expect(await param([])).toBe('trades')
  expect(await param('[')).toBe('trades')
  expect(await param([7])).toBe('trades')
  expect(await param(undefined)).toBe('trades')
  expect(await param([...leg(10), ...leg(10)])).toBe('instrument_name')
  expect(await param([...leg(10), { instrument_name: 'ETH-PERPETUAL', amount: 1 }])).toBe('trades')
  expect(await param(leg(10), { currency: 'ETH' })).toBe('trades')
  expect(await error([{ instrument_name: 'none', amount: 1 }])).toMatchObject({
    data: { reason: 'instrument not found' },
  })
  expect(await param(leg(10), { target_uid: desk.main.accountId })).toBe('target_uid')
  expect((await error(leg(10), { target_uid: 1 })).data).toEqual({
    reason: 'subaccount_not_found',
    param: 'target_uid',
  })
  expect((await error(leg(10), { source_uid: 'x' })).data.reason).toBe('invalid_subaccount_id')
  expect(await error(leg(10), {}, first)).toEqual({
    code: 13012,
    message: 'unavailable_in_subaccount',
    data: { reason: 'insufficient_permissions' },
  })
  // The second subaccount has no coin at all.
  expect(await error(leg(5_000), { target_uid: second.accountId })).toEqual({
    code: 10009,
    message: 'not_enough_funds',
  })
})

test('an account that may lose no more takes nothing over, though the account it comes from may', async () => {
  const value = 10n ** 18n
  const { instrument_id: instrument } = (
    await desk.call('public/get_instrument', { instrument_name: 'BTC-PERPETUAL' }, null)
  ).body.result
  const mark = (price: bigint) =>
    desk.server.host.execute({
      command: 'prices.publish',
      actor: { kind: 'system' },
      input: { prices: [{ instrument, price: price * value }], indexes: [] },
    })
  expect((await move(leg(10))).error).toBeUndefined()
  // It is long some dollars at 100,010: at 90,000 it has lost what it may not.
  const bounds = { currency: 'BTC', daily_loss: '0' }
  const { limit } = await desk.operate('PUT', `/nodes/acc_${first.accountId}/risk-limits`, bounds)
  await mark(90_000n)
  const sizes = async () => (await Promise.all([desk.main, first].map(positionOf))).map(({ size }) => size)
  const before = await sizes()
  expect((await move(leg(10))).error).toEqual({ code: 10019, message: 'locked_by_admin' })
  expect(await sizes()).toEqual(before)
  // What it has may leave it.
  const back = { source_uid: first.accountId, target_uid: desk.main.accountId }
  expect((await move(leg(10), back)).error).toBeUndefined()
  await mark(100_000n)
  await desk.operate('DELETE', `/risk-limits/${limit}`)
  const { items } = await desk.operate('GET', `/nodes/acc_${first.accountId}/loss-lockouts`)
  await desk.operate('POST', `/loss-lockouts/${items[0].id}/lift`, {})
  expect((await move(leg(10))).error).toBeUndefined()
})

test('six at once, then one in ten seconds; refusals cost as much', async () => {
  clock.advance(60 * SECOND)
  const params = { source_uid: desk.main.accountId, target_uid: first.accountId, trades: [] }
  const call = async () => (await desk.call('private/move_positions', params)).body.error
  for (let count = 0; count < 6; count += 1) expect((await call()).code).toBe(-32602)
  expect(await call()).toEqual({ code: 10028, message: 'too_many_requests', data: { wait: 10 } })
  clock.advance(10 * SECOND)
  expect((await call()).code).toBe(-32602)
})

test('a hundred a week, whoever of the main account moves', async () => {
  await desk.server.host.execute({
    command: 'settings.set',
    actor: { kind: 'system' },
    input: {
      node: desk.main.accountId,
      name: 'positions.moves_per_week',
      // One more than there were in this file.
      value: desk.server.engine.rooms.trading.moves.size + 1,
      from: null,
    },
  })
  expect((await move(leg(10))).error).toBeUndefined()
  const { error } = await move(leg(10))
  expect(error).toMatchObject({ code: 13780, message: 'move_positions_over_limit' })
  expect(error.data.wait).toBeGreaterThan(604_000)
  expect(error.data.wait).toBeLessThan(604_800)
})
