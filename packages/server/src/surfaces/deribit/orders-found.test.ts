/** Orders by their ids and labels, and what they are cancelled by and called (sections 6.1 to 6.4). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type CryptoDesk, openCryptoDesk } from '../../testing/crypto-desk.js'

const NAME = 'BTC-PERPETUAL'
const ETH = 'ETH-PERPETUAL'
let desk: CryptoDesk

beforeAll(async () => {
  desk = await openCryptoDesk()
})
beforeEach(() => desk.call('private/cancel_all'))
afterAll(() => desk.close())

const result = async (method: string, params: object = {}) => {
  const { body } = await desk.call(`private/${method}`, params)
  if (body.error !== undefined) throw new Error(JSON.stringify(body.error))
  return body.result
}
const fault = async (method: string, params: object) =>
  (await desk.call(`private/${method}`, params)).body.error
const bought = async (more: object = {}) =>
  (await result('buy', { instrument_name: NAME, amount: 100, price: 90_000, ...more })).order

describe('the id of an order', () => {
  test.each([
    ['get_order_state', {}],
    ['edit', { amount: 200 }],
    ['cancel', {}],
    ['get_user_trades_by_order', {}],
  ])('%s knows no other currency’s of the same number', async (method, more) => {
    const { order_id } = await bought()
    expect(await fault(method, { order_id: `ETH-${order_id}`, ...more })).toEqual({
      code: 10004,
      message: 'order_not_found',
    })
    expect(await result('get_order_state', { order_id })).toMatchObject({
      order_state: 'open',
      amount: 100,
      replaced: false,
    })
  })

  test('is found with its own, and is none where it is no number', async () => {
    const { order_id } = await bought({ instrument_name: ETH, amount: 1, price: 3_000 })
    expect(order_id).toMatch(/^ETH-\d+$/)
    expect((await fault('cancel', { order_id: order_id.slice(4) })).code).toBe(10004)
    expect(await fault('cancel', { order_id: 'ETH-' })).toEqual({ code: 10025, message: 'invalid_order_id' })
    expect((await result('get_order_margin_by_ids', { ids: [order_id] }))[0].order_id).toBe(order_id)
    expect((await result('cancel', { order_id })).order_state).toBe('cancelled')
  })
})

test('the state by label is of those that have ended too, of open orders by label it is not', async () => {
  const label = 'looked-for'
  const ended = (await bought({ label })).order_id
  await result('cancel', { order_id: ended })
  const filled = (await bought({ label, type: 'market', price: undefined })).order_id
  const open = (await bought({ label })).order_id
  await bought({ label: 'another' })
  const asked = { currency: 'BTC', label }
  const states = await result('get_order_state_by_label', asked)
  expect(states).toMatchObject([
    { order_id: open, order_state: 'open' },
    { order_id: filled, order_state: 'filled' },
    { order_id: ended, order_state: 'cancelled', cancel_reason: 'user_request' },
  ])
  expect(states).toHaveLength(3)
  expect(await result('get_open_orders_by_label', asked)).toMatchObject([{ order_id: open }])
  expect(await result('get_order_state_by_label', { currency: 'ETH', label })).toEqual([])
})

test('a list of currencies is cancelled together, and what is none of them stays', async () => {
  await bought()
  await bought({ instrument_name: ETH, amount: 1, price: 3_000 })
  const linear = await bought({ instrument_name: 'BTC_USDC-PERPETUAL', amount: 0.01 })
  expect(await result('cancel_all_by_kind_or_type', { currency: ['BTC', 'eth'], kind: 'future' })).toBe(2)
  expect((await result('get_order_state', { order_id: linear.order_id })).order_state).toBe('open')
  expect((await fault('cancel_all_by_kind_or_type', { currency: ['BTC', 'XYZ'] })).data).toEqual({
    reason: 'invalid currency',
    param: 'currency',
  })
  expect(await result('cancel_all_by_kind_or_type', { currency: ['USDC'] })).toBe(1)
})

test('what is bought at the market and would rest is a limit order that says what it was', async () => {
  const order = await bought({ type: 'market_limit', price: undefined })
  expect(order).toMatchObject({ order_type: 'limit', original_order_type: 'market_limit' })
  const [trade] = await result('get_user_trades_by_order', { order_id: order.order_id })
  expect(trade.order_type).toBe('limit')
  expect(await bought()).not.toHaveProperty('original_order_type')
})

test('a limit order alone is post-only, and one that stands', async () => {
  const post = { instrument_name: NAME, amount: 100, post_only: true }
  for (const type of ['market', 'market_limit', 'stop_limit'])
    expect(
      await fault('buy', { ...post, type, price: 91_000, trigger: 'mark_price', trigger_price: 110_000 }),
    ).toEqual({ code: 11055, message: 'post_only_not_allowed' })
  expect(
    (await fault('buy', { ...post, price: 90_000, time_in_force: 'immediate_or_cancel' })).data.param,
  ).toBe('post_only')
})
