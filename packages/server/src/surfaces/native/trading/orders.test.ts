// Orders over HTTP: placed, traded, replaced, read back, and told ahead by a dry run.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { catchUp } from '../../../testing/catch-up.js'
import {
  limit,
  type NativeMarket,
  openContract,
  openNativeMarket,
  SYMBOL,
} from '../../../testing/native-market.js'

let market: NativeMarket

beforeEach(async () => {
  market = await openNativeMarket()
})
afterEach(() => market.world.stop())

const head = () => catchUp(market.world.engine)

const balanceOf = async (account: string) => (await market.get(`/accounts/${account}/balances/USD`)).body

describe('an order', () => {
  test('names its instrument by id or by symbol, and its quantity at the scale of the instrument', async () => {
    const { buyer, instrument, world } = market
    const bySymbol = await market.place(buyer, limit('buy', '0.37'))
    const byId = await market.place(buyer, limit('buy', '0.37', '10', { instrument }))
    expect([bySymbol.body.state, byId.body.state]).toEqual(['new', 'new'])
    await openContract(world, 'halves', { quantity_scale: 1, lot: '0.5' })
    const half = await market.place(buyer, limit('buy', '0.37', '2.5', { instrument: 'halves' }))
    const { body } = await market.get(`/orders/${half.body.order}`, buyer.key)
    expect(body).toMatchObject({ symbol: 'halves', quantity: '2.5', filled: '0', price: '0.37' })
  })

  test('that trades is in both accounts at one sequence, with the same numbers on both sides', async () => {
    const { buyer, seller } = market
    await market.place(seller, limit('sell', '0.40'))
    const { body } = await market.place(buyer, limit('buy', '0.45'))
    expect(body.state).toBe('filled')
    const [bought] = (await market.get(`/trades?account=${buyer.account}`, buyer.key)).body.items
    const [sold] = (await market.get(`/trades?account=${seller.account}`, seller.key)).body.items
    // The resting price: 10 × 0.40. Taker 0.0695 × 10 × 0.4 × 0.6 = 0.1668, maker -0.0125 × 10 × 0.24 = -0.03.
    expect(bought).toMatchObject({
      sequence: body.sequence,
      last_price: '0.4',
      last_quantity: '10',
      notional: '4.00',
      fee: '0.17',
      is_aggressor: true,
    })
    expect(sold).toMatchObject({
      sequence: body.sequence,
      notional: '4.00',
      fee: '-0.03',
      is_aggressor: false,
    })
    expect(sold.trade).toBe(bought.trade)
    const position = (await market.get(`/accounts/${buyer.account}/positions/${SYMBOL}`, buyer.key)).body
    expect(position).toMatchObject({ quantity: '10', cost: '4.00', price: '0.4', value: '4.00' })
    expect((await balanceOf(buyer.account)).posted).toBe('995.83')
    expect((await balanceOf(seller.account)).posted).toBe('1004.03')
  })

  test('by two prices has the average of its fills, to the precision of prices', async () => {
    const { buyer, seller } = market
    const { order } = (await market.place(buyer, limit('buy', '0.45', '10'))).body
    const read = async () => (await market.get(`/orders/${order}`, buyer.key)).body
    expect(await read()).toMatchObject({ average_price: null, submitted_by: null })
    await market.post(`/orders/${order}/cancel`, {}, buyer.key)
    await market.place(seller, limit('sell', '0.40', '1'))
    await market.place(seller, limit('sell', '0.41', '2'))
    const taking = (await market.place(buyer, limit('buy', '0.45', '3'))).body
    // (1 × 0.40 + 2 × 0.41) / 3 = 0.40666…, half-even at 18 digits.
    const { body } = await market.get(`/orders/${taking.order}`, buyer.key)
    expect(body).toMatchObject({ cost: '1.22', average_price: '0.406666666666666667' })
  })

  test('that has ended is read from history, by its id and by the client’s own', async () => {
    const { buyer, seller } = market
    const { order } = (await market.place(buyer, limit('buy', '0.30', '1', { client_order_id: 'a/1' }))).body
    await market.post(`/orders/${order}/cancel`, {}, buyer.key)
    const again = (await market.place(buyer, limit('buy', '0.31', '1', { client_order_id: 'a/1' }))).body
      .order
    const byId = (await market.get(`/orders/${order}`, buyer.key)).body
    expect(byId).toMatchObject({ id: order, state: 'cancelled', quantity: '1', price: '0.3' })
    const find = () => market.get(`/accounts/${buyer.account}/orders/a%2F1`, buyer.key)
    expect((await find()).body).toMatchObject({ id: again, state: 'new' })
    await market.post(`/orders/${again}/cancel`, {}, buyer.key)
    expect((await find()).body).toMatchObject({ id: again, state: 'cancelled' })
    expect((await market.get(`/orders/${order}`, seller.key)).body).toMatchObject({ code: 'not_visible' })
  })

  test('is replaced at the scale of its own instrument, whose name it need not repeat', async () => {
    const { buyer, world } = market
    await openContract(world, 'halves', { quantity_scale: 1, lot: '0.5' })
    const { order } = (await market.place(buyer, limit('buy', '0.37', '2.5', { instrument: 'halves' }))).body
    await market.post(`/orders/${order}/replace`, { quantity: '1.5' }, buyer.key)
    expect((await market.get(`/orders/${order}`, buyer.key)).body.quantity).toBe('1.5')
    const fine = await market.post(`/orders/${order}/replace`, { quantity: '1.55' }, buyer.key)
    expect(fine.body).toMatchObject({ code: 'malformed', field: '/quantity' })
    const foreign = await market.post(`/orders/${order}/replace`, { quantity: '1.55' }, market.seller.key)
    expect(foreign.body).toMatchObject({ code: 'not_visible' })
  })

  test('that is recorded as rejected says why, and stays in the lists', async () => {
    const { buyer } = market
    const { body } = await market.place(buyer, limit('buy', '0.375', '10', { on_reject: 'record' }))
    expect(body.state).toBe('rejected')
    const query = `/orders?account=${buyer.account}&states=rejected`
    const { items } = (await market.get(query, buyer.key)).body
    expect(items).toMatchObject([{ id: body.order, state: 'rejected', reason: 'price_off_tick' }])
  })

  test('may be one of a batch', async () => {
    const { buyer } = market
    const commands = ['0.10', '0.11'].map((price) => ({
      operation: 'orders.place',
      input: { account: buyer.account, ...limit('buy', price, '1') },
    }))
    const [first, second] = (await market.post('/batch', { commands }, buyer.key)).body.results
    expect([first.status, second.status]).toEqual([200, 200])
    const gone = { operation: 'orders.cancel', input: { order: first.result.order } }
    const both = (await market.post('/batch', { commands: [gone, gone] }, buyer.key)).body.results
    expect(both).toMatchObject([{ status: 200 }, { status: 409, problem: { code: 'order_not_open' } }])
    const linked = { mode: 'all_or_nothing', commands: [commands[0], gone] }
    const refused = (await market.post('/batch', linked, buyer.key)).body.results
    expect(refused).toMatchObject([
      { problem: { code: 'batch_refused' } },
      { problem: { code: 'order_not_open' } },
    ])
  })
})

describe('a dry run', () => {
  test('tells the whole outcome of the own side, and changes nothing', async () => {
    const { buyer, seller } = market
    await market.place(seller, limit('sell', '0.40'))
    const before = head()
    const order = { account: buyer.account, ...limit('buy', '0.45', '15') }
    const { body } = await market.post('/orders?dry_run=true', order, buyer.key)
    expect(body).toMatchObject({ outcome: 'would_succeed', result: { state: 'partially_filled' } })
    expect(body.executions.map(({ type }: { type: string }) => type)).toEqual([
      'accepted',
      'partially_filled',
    ])
    expect(body.executions[1]).toMatchObject({
      last_price: '0.4',
      last_quantity: '10',
      notional: '4.00',
      fee: '0.17',
      after: { filled: '10', quantity: '15' },
    })
    expect(body.events.map(({ kind }: { kind: string }) => kind)).toEqual([
      'order.accepted',
      'order.partially_filled',
    ])
    // As an id or as its number: the digits alone may stand in any time.
    const id = seller.account.slice(4)
    expect(JSON.stringify(body)).not.toMatch(new RegExp(`acc_${id}\\b|[":]${id}[",}]`))
    expect(head()).toBe(before)
    const preview = new URLSearchParams({ ...order, tags: '{"desk":"a"}' })
    const asked = await market.get(`/orders/preview?${preview}`, buyer.key)
    expect(asked.body).toMatchObject({
      fault: null,
      quantity: '10',
      worth: '4.00',
      best_price: '0.4',
      fees: '0.17',
      order: { tags: { desk: 'a' } },
    })
  })

  test('of an order that would be refused says why', async () => {
    const order = { account: market.buyer.account, ...limit('buy', '0.375') }
    const { body } = await market.post('/orders?dry_run=true', order, market.buyer.key)
    expect(body).toMatchObject({
      outcome: 'would_be_refused',
      problem: { data: { reason: 'price_off_tick' } },
    })
    const asked = await market.get(`/orders/preview?${new URLSearchParams(order)}`, market.buyer.key)
    expect(asked.body.fault).toMatchObject({ code: 'price_off_tick' })
  })
})
