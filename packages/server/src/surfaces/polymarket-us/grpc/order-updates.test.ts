/** The order subscription: the open orders, and then what happens to them. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ManualTimer } from '../../../host/timer.js'
import type { Stream } from '../../../testing/grpc-client.js'
import { ACCOUNT, OTHER_ACCOUNT, openContract, SYMBOL } from '../../../testing/market.js'
import { openTradingVenue, type TradingVenue } from '../../../testing/trading-venue.js'

let world: TradingVenue
let timer: ManualTimer

beforeEach(async () => {
  timer = new ManualTimer()
  world = await openTradingVenue(timer)
})
afterEach(() => world.close())

const METHOD = 'polymarket.v1.OrderEntryAPI/CreateOrderSubscription'
const OK = 0
const NOT_FOUND = 5
const PERMISSION_DENIED = 7

const open = (message: object = {}, token = world.tokens.own): Stream =>
  world.client.open(METHOD, message, { token })
const idsIn = ({ snapshot }: { snapshot: { orders: { id: string }[] } }) =>
  snapshot.orders.map(({ id }) => id)
/** Executions as they come, until so many did. */
async function gather(stream: Stream, count: number) {
  const executions = []
  while (executions.length < count) executions.push(...(await stream.next()).update.executions)
  return executions
}
const types = (executions: { type: string }[]) =>
  executions.map(({ type }) => type.slice('EXECUTION_TYPE_'.length))

test('a snapshot of the open orders, a heartbeat, and what happens', async () => {
  const resting = await world.own.place({ orderQty: 5, price: 30 })
  await world.other.place({ side: 'SIDE_SELL', orderQty: 2, price: 40 })
  const stream = open()
  const first = await stream.next()
  expect(idsIn(first)).toEqual([resting])
  expect(first.session_id).toMatch(/^[0-9a-f-]{36}$/)
  expect(first.processed_sent_time).toEqual({ seconds: '1767625200', nanos: 0 })
  expect(await stream.next()).toMatchObject({ heartbeat: {}, session_id: first.session_id })
  await world.own.place({ orderQty: 3, price: 40 })
  await world.own.post('/v1/trading/orders/cancel', { orderId: resting })
  const executions = await gather(stream, 3)
  expect(types(executions)).toEqual(['NEW', 'PARTIAL_FILL', 'CANCELED'])
  expect(executions.every(({ order }) => order.account === ACCOUNT)).toBe(true)
  expect(executions[1]).toMatchObject({ last_px: '40', last_shares: '2', order: { leaves_qty: '1' } })
  timer.advance(30_000)
  expect(await stream.next()).toMatchObject({ heartbeat: {} })
})

test('a refused replacement is told beside its execution', async () => {
  const id = await world.own.place({ orderQty: 5, price: 30, clordId: 'c' })
  const stream = open()
  await stream.next()
  await stream.next()
  await world.own.post('/v1/trading/orders/replace', { orderId: id, orderQty: 9_999 })
  expect((await stream.next()).update).toMatchObject({
    executions: [
      { type: 'EXECUTION_TYPE_REJECTED', order: { id, state: 'ORDER_STATE_NEW', order_qty: '5' } },
    ],
    cancel_reject: { order_id: id, clord_id: 'c', reject_reason: 'CXL_REJ_REASON_EXCHANGE_OPTION' },
  })
})

test('a snapshot alone ends the stream, and an empty one is told too', async () => {
  const stream = open({ snapshot_only: true })
  expect(idsIn(await stream.next())).toEqual([])
  expect((await stream.ended).code).toBe(OK)
})

test('many open orders come in several messages', async () => {
  for (let list = 0; list < 26; list += 1) {
    const requests = Array.from({ length: 20 }, () => ({
      account: ACCOUNT,
      symbol: SYMBOL,
      type: 'ORDER_TYPE_LIMIT',
      side: 'SIDE_BUY',
      timeInForce: 'TIME_IN_FORCE_GOOD_TILL_CANCEL',
      orderQty: 1,
      price: 1,
    }))
    expect((await world.own.post('/v1/trading/orders/list', { requests })).status).toBe(200)
  }
  const stream = open({ snapshot_only: true })
  const ids = [...idsIn(await stream.next()), ...idsIn(await stream.next())]
  expect(new Set(ids).size).toBe(520)
  expect((await stream.ended).code).toBe(OK)
})

test('shows the symbols and the accounts that were asked for', async () => {
  await openContract(world.venue, 'snow')
  const snow = open({ symbols: ['snow'], accounts: [ACCOUNT] })
  expect(idsIn(await snow.next())).toEqual([])
  await snow.next()
  await world.own.place({ orderQty: 1, price: 10 })
  const id = await world.own.place({ symbol: 'snow', orderQty: 1, price: 10 })
  expect((await gather(snow, 1)).map(({ order }) => order.id)).toEqual([id])
  expect(await open({ accounts: [OTHER_ACCOUNT] }).ended).toMatchObject({
    code: NOT_FOUND,
    details: 'account not found',
  })
  expect((await open({ symbols: ['none'] }).ended).code).toBe(NOT_FOUND)
  expect((await open({}, world.tokens.copy).ended).code).toBe(PERMISSION_DENIED)
})
