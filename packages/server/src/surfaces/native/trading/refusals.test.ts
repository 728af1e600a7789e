// What is refused over HTTP, and to whom: the number, the code and the field, and nothing has changed.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { catchUp } from '../../../testing/catch-up.js'
import {
  limit,
  type NativeMarket,
  openNativeMarket,
  SYMBOL,
  tradeBetween,
} from '../../../testing/native-market.js'

let market: NativeMarket

beforeEach(async () => {
  market = await openNativeMarket()
})
afterEach(() => market.world.stop())

const head = () => catchUp(market.world.engine)

const trade = (price?: string, quantity?: string) => tradeBetween(market, price, quantity)

describe('every refusal', () => {
  const NAMED: readonly (readonly [string, () => Promise<unknown>, object])[] = [
    [
      'instrument_unknown',
      () => market.place(market.buyer, limit('buy', '0.37', '1', { instrument: 'snow' })),
      { status: 404, code: 'instrument_unknown', field: '/instrument' },
    ],
    [
      'more digits than the instrument has',
      () => market.place(market.buyer, limit('buy', '0.37', '1.5')),
      { status: 400, code: 'malformed', field: '/quantity' },
    ],
    [
      'a number where text belongs',
      () => market.place(market.buyer, { ...limit('buy', '0.37'), quantity: 1 }),
      { status: 400, code: 'malformed', field: '/quantity' },
    ],
    [
      'neither quantity nor cash',
      () => market.place(market.buyer, { ...limit('buy', '0.37'), quantity: null }),
      { status: 400, code: 'malformed', field: '/quantity' },
    ],
    [
      'a price off the tick',
      () => market.place(market.buyer, limit('buy', '0.375')),
      { status: 422, code: 'order_rejected', data: { reason: 'price_off_tick' } },
    ],
    [
      'too little money',
      () => market.place(market.buyer, limit('buy', '0.50', '5000')),
      { status: 422, code: 'order_rejected', data: { reason: 'insufficient_buying_power' } },
    ],
    [
      'an account of somebody else',
      () =>
        market.post('/orders', { account: market.seller.account, ...limit('buy', '0.37') }, market.buyer.key),
      { status: 404, code: 'not_visible' },
    ],
    [
      'a credential without the scope',
      () =>
        market.post(
          '/orders',
          { account: market.buyer.account, ...limit('buy', '0.37', '1', { instrument: 'snow' }) },
          market.buyer.dropCopy,
        ),
      { status: 403, code: 'scope_missing' },
    ],
    [
      'an order that never was',
      () => market.post('/orders/ord_999999/cancel', {}, market.buyer.key),
      { status: 404, code: 'not_visible' },
    ],
    [
      'a trade that never was',
      () => market.post('/trades/trd_999999/bust', { reason: 'x' }),
      { status: 404, code: 'not_visible' },
    ],
    [
      'history of nobody in particular',
      () => market.get('/orders'),
      { status: 400, code: 'malformed', field: '/account' },
    ],
    [
      'a past without its moment',
      () => market.get(`/accounts/${market.buyer.account}/positions-as-of`),
      { status: 400, code: 'malformed', field: '/time' },
    ],
    [
      'a state that does not follow',
      () => market.post(`/instruments/${SYMBOL}/state`, { state: 'pending' }),
      { status: 409, code: 'transition_invalid' },
    ],
    [
      'a symbol in use',
      () =>
        market.post('/instruments', {
          symbol: SYMBOL,
          display_name: 'x',
          kind: 'equity',
          currency: 'USD',
          tick: '0.01',
          lot: '1',
        }),
      { status: 409, code: 'name_taken', field: '/symbol' },
    ],
    [
      'contracts from outside',
      () =>
        market.post('/positions/adjust', {
          account: market.buyer.account,
          instrument: SYMBOL,
          quantity: '1',
          cost: '1.00',
          description: 'x',
        }),
      { status: 422, code: 'order_rejected' },
    ],
  ]

  test.each(NAMED)('%s', async (_name, ask, expected) => {
    const before = head()
    expect(await ask()).toMatchObject({ body: expected })
    expect(head()).toBe(before)
  })

  test('a client order id that an open order has', async () => {
    const order = limit('buy', '0.30', '1', { client_order_id: 'mine' })
    await market.place(market.buyer, order)
    const again = await market.place(market.buyer, order)
    expect(again.body).toMatchObject({ status: 409, code: 'client_order_id_taken' })
  })

  test.each(['cancel', 'replace'])('%s of an order that has ended', async (verb) => {
    const { buyer, seller } = market
    const { order } = (await market.place(buyer, limit('buy', '0.40'))).body
    await market.place(seller, limit('sell', '0.40'))
    const asked = verb === 'replace' ? { price: '0.41', quantity: '20' } : {}
    const ended = await market.post(`/orders/${order}/${verb}`, asked, buyer.key)
    expect(ended.body).toMatchObject({ status: 409, code: 'order_not_open', data: { state: 'filled' } })
    const foreign = await market.post(`/orders/${order}/${verb}`, asked, seller.key)
    const unknown = await market.post(`/orders/ord_999999/${verb}`, asked, seller.key)
    expect(foreign.body).toEqual({ ...unknown.body, request_id: foreign.body.request_id })
    expect(foreign.body).toMatchObject({ status: 404, code: 'not_visible' })
    const watching = await market.post(`/orders/${order}/${verb}`, asked, market.watcher)
    expect(watching.body).toMatchObject({ status: 403, code: 'level_insufficient' })
    const dry = await market.post(`/orders/${order}/${verb}?dry_run=true`, asked, buyer.key)
    expect(dry.body).toMatchObject({ outcome: 'would_be_refused', problem: { code: 'order_not_open' } })
  })

  test.each([
    ['account', 'account_not_active', () => market.buyer.account, 'accounts'],
    ['party', 'party_suspended', () => market.buyer.party, 'parties'],
  ] as const)('a suspended %s', async (_what, code, id, resource) => {
    await market.post(`/${resource}/${id()}/suspend`, { reason: 'review' })
    // The firm's own user falls with its firm: somebody from above asks.
    const { body } = await market.post('/orders', {
      account: market.buyer.account,
      ...limit('buy', '0.30'),
    })
    expect(body).toMatchObject({ code })
  })

  test('a halted instrument takes nothing, and gives nothing back', async () => {
    const { buyer } = market
    const { order } = (await market.place(buyer, limit('buy', '0.30'))).body
    await market.post(`/instruments/${SYMBOL}/state`, { state: 'halted' })
    expect((await market.place(buyer, limit('buy', '0.30'))).body.data).toMatchObject({
      reason: 'instrument_not_open',
    })
    expect((await market.post(`/orders/${order}/cancel`, {}, buyer.key)).body).toMatchObject({
      code: 'order_rejected',
      data: { reason: 'instrument_not_open', state: 'halted' },
    })
  })
})

describe('who may only reduce', () => {
  const closing = (side: string, quantity: string) =>
    market.post('/orders', { account: market.buyer.account, ...limit(side, '0.50', quantity) }, market.closer)

  test('sells what is held and no more, and takes it back', async () => {
    await trade()
    expect((await closing('buy', '1')).body).toMatchObject({ status: 403, code: 'level_insufficient' })
    expect((await closing('sell', '11')).body).toMatchObject({ code: 'level_insufficient' })
    const { body } = await closing('sell', '10')
    expect(body.state).toBe('new')
    // What is open already counts: one more would open a short.
    expect((await closing('sell', '1')).body).toMatchObject({ code: 'level_insufficient' })
    expect((await market.post(`/orders/${body.order}/cancel`, {}, market.closer)).status).toBe(200)
  })

  test('who may only read sees the orders and places none', async () => {
    const { order } = (await market.place(market.buyer, limit('buy', '0.30'))).body
    expect((await market.get(`/orders/${order}`, market.watcher)).body.id).toBe(order)
    const refused = await market.post(
      '/orders',
      { account: market.buyer.account, ...limit('buy', '0.30') },
      market.watcher,
    )
    expect(refused.body).toMatchObject({ status: 403, code: 'level_insufficient' })
  })
})
