// Trading over HTTP: what is placed, refused, read back, previewed and corrected, by whom it may be.
import { findOperation } from '@stemma/contract'
import {
  ACCESS_RESULTS,
  FEE_KINDS,
  INSTRUMENT_KINDS,
  INSTRUMENT_STATES,
  MARGIN_MODELS,
  ORDER_STATES,
  ORDER_TYPES,
  PRODUCTS,
  REPORT_KINDS,
  SELF_MATCH_INSTRUCTIONS,
  SIDES,
  TIMES_IN_FORCE,
} from '@stemma/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SETTLEMENT_TYPES } from '../../../host/market-past/settlements.js'
import { catchUp } from '../../../testing/catch-up.js'
import { type NativeMarket, openContract, openNativeMarket, SYMBOL } from '../../../testing/native-market.js'

let market: NativeMarket

beforeEach(async () => {
  market = await openNativeMarket()
})
afterEach(() => market.world.stop())

const limit = (side: string, price: string, quantity = '10', more: object = {}) => ({
  instrument: SYMBOL,
  side,
  type: 'limit',
  time_in_force: 'gtc',
  price,
  quantity,
  ...more,
})
const head = () => {
  catchUp(market.world.engine)
  return market.world.engine.image.head.sequence
}

/** The seller rests at the price, and the buyer takes it; the trade's id. */
async function trade(price = '0.40', quantity = '10'): Promise<string> {
  await market.place(market.seller, limit('sell', price, quantity))
  const { order } = (await market.place(market.buyer, limit('buy', price, quantity))).body
  const { items } = (await market.get(`/trades?account=${market.buyer.account}`, market.buyer.key)).body
  expect(items[0].order).toBe(order)
  return items[0].trade
}

const cents = (text: string): bigint => BigInt(text.replace('.', ''))
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

describe('a correction', () => {
  const proves = async () => expect((await market.get('/verify')).body).toMatchObject({ holds: true })
  const bust = (id: string, query = '') =>
    market.post(`/trades/${id}/bust${query}`, { reason: 'clearly erroneous' })

  test('takes a trade back, fees included, once; the book sums to zero', async () => {
    const { buyer, seller } = market
    const id = await trade()
    const dry = await bust(id, '?dry_run=true')
    expect(dry.body.executions.map(({ type }: { type: string }) => type)).toEqual(['busted', 'busted'])
    expect((await bust(id)).body).toMatchObject({ trade: id })
    await proves()
    for (const { account, key } of [buyer, seller]) {
      expect(await balanceOf(account)).toMatchObject({ posted: '1000.00' })
      const position = await market.get(`/accounts/${account}/positions/${SYMBOL}`, key)
      expect(position.body).toMatchObject({ quantity: '0', cost: '0.00', realized: '0.00' })
    }
    expect((await bust(id)).body).toMatchObject({ status: 409, code: 'already_reversed' })
    const query = `/trades?account=${buyer.account}&types=busted`
    const { items } = (await market.get(query, buyer.key)).body
    const corrects = expect.stringMatching(/^exe_/)
    expect(items).toMatchObject([{ type: 'busted', trade: id, corrects, side: 'buy' }])
    const sold = await market.get(`/trades?account=${seller.account}&types=busted`, seller.key)
    expect(sold.body.items).toMatchObject([{ type: 'busted', trade: id, side: 'sell' }])
  })

  test('books a trade anew at another price, and that one can be corrected and busted in turn', async () => {
    const { buyer, seller } = market
    const id = await trade()
    const correct = (each: string, price: string) =>
      market.post(`/trades/${each}/correct`, { price, reason: 'price of the agreement' })
    expect((await correct(id, '0.405')).body).toMatchObject({ code: 'malformed', field: '/price' })
    const first = (await correct(id, '0.30')).body.trade
    // 10 × 0.10 come back; the fees of 0.17 and -0.03 stay.
    expect((await balanceOf(buyer.account)).posted).toBe('996.83')
    expect((await balanceOf(seller.account)).posted).toBe('1003.03')
    expect((await bust(id)).body).toMatchObject({ code: 'already_reversed' })
    const second = (await correct(first, '0.35')).body.trade
    expect((await balanceOf(buyer.account)).posted).toBe('996.33')
    expect((await bust(second)).body).toMatchObject({ trade: second })
    await proves()
    for (const { account } of [buyer, seller])
      expect(await balanceOf(account)).toMatchObject({ posted: '1000.00' })
  })

  test('needs the right over both accounts', async () => {
    const id = await trade()
    const { body } = await market.post(
      `/trades/${id}/bust`,
      { reason: 'mine' },
      market.world.keys.administrator,
    )
    expect(body).toMatchObject({ status: 404, code: 'not_visible' })
  })
})

describe('the past', () => {
  test('of positions is read as of a sequence and as of a time', async () => {
    const { buyer } = market
    await trade('0.40', '10')
    const path = `/accounts/${buyer.account}`
    const [first] = (await market.get(`${path}/position-entries`, buyer.key)).body.items
    await trade('0.50', '4')
    const then = Number(first.sequence.split('.')[0])
    const asOf = async (query: string) =>
      (await market.get(`${path}/positions-as-of?${query}`, buyer.key)).body.items
    expect(await asOf(`sequence=${then - 1}`)).toEqual([])
    expect(await asOf(`sequence=${then}`)).toMatchObject([{ quantity: '10', cost: '4.00', sequence: then }])
    expect(await asOf(`sequence=${head()}`)).toMatchObject([{ quantity: '14', cost: '6.00' }])
    expect(await asOf(`time=${first.time}&instrument=${SYMBOL}`)).toMatchObject([{ quantity: '10' }])
    const foreign = await market.get(`${path}/positions-as-of?sequence=1`, market.seller.key)
    expect(foreign.body).toMatchObject({ status: 404, code: 'not_visible' })
  })

  test('of orders is filtered and paged, for an account and for a subtree', async () => {
    const { buyer, seller, world } = market
    for (const [price, tag] of [
      ['0.10', 'a'],
      ['0.11', 'b'],
      ['0.12', 'c'],
    ])
      await market.place(buyer, limit('buy', price!, '1', { client_order_id: tag }))
    await market.place(seller, limit('sell', '0.90', '1'))
    const ids = async (query: string, key = buyer.key) =>
      (await market.get(`/orders?${query}`, key)).body.items.map(
        (each: { client_order_id: string | null }) => each.client_order_id,
      )
    const mine = `account=${buyer.account}`
    expect(await ids(mine)).toEqual(['c', 'b', 'a'])
    expect(await ids(`${mine}&client_order_id=b`)).toEqual(['b'])
    expect(await ids(`${mine}&side=sell`)).toEqual([])
    expect(await ids(`${mine}&states=filled,cancelled`)).toEqual([])
    expect(await ids(`${mine}&instrument=${SYMBOL}&newest_first=false`)).toEqual(['a', 'b', 'c'])
    expect(await ids(`${mine}&to=2020-01-01T00:00:00Z`)).toEqual([])
    const page = (await market.get(`/orders?${mine}&limit=2`, buyer.key)).body
    expect(await ids(`${mine}&limit=2&cursor=${page.next_cursor}`)).toEqual(['a'])
    expect(await ids(`under=${buyer.party}`, world.keys.administrator)).toEqual(['c', 'b', 'a'])
    const foreign = await market.get(`/orders?under=${seller.party}`, world.keys.administrator)
    expect(foreign.body).toMatchObject({ code: 'not_visible' })
  })
})

describe('the margin of an account', () => {
  test('follows from the inputs that each figure names', async () => {
    const { buyer } = market
    await trade()
    await market.place(buyer, limit('buy', '0.20', '100'))
    const { body } = await market.get(`/accounts/${buyer.account}/margin/USD`)
    // 1,000 - 4.00 - 0.17 posted; 100 × 0.20 are reserved, and no fee: what rests is paid a rebate.
    expect(body).toMatchObject({ posted: '995.83', open_orders: '20.00', buying_power: '975.83' })
    const [power] = body.derivations
    expect(power).toMatchObject({
      figure: 'buying_power',
      formula: 'posted - held - requirement - open_orders',
    })
    const inputs = power.inputs.map(({ amount }: { amount: string }) => cents(amount)) as bigint[]
    const [first, ...others] = inputs as [bigint, ...bigint[]]
    expect(others.reduce((left, each) => left - each, first)).toBe(cents(body.buying_power))
  })
})

test('the market shows sums by price, the best of each side, and the figures of the day', async () => {
  const { buyer, seller } = market
  await market.place(buyer, limit('buy', '0.30', '5'))
  await market.place(buyer, limit('buy', '0.30', '7'))
  await market.place(buyer, limit('buy', '0.29', '1'))
  await trade('0.40', '3')
  await market.place(seller, limit('sell', '0.60', '2'))
  const book = (await market.get(`/instruments/${SYMBOL}/book`)).body
  expect(book.bids).toEqual([
    { price: '0.3', quantity: '12', orders: 2 },
    { price: '0.29', quantity: '1', orders: 1 },
  ])
  expect((await market.get(`/instruments/${SYMBOL}/quote`)).body).toMatchObject({
    bids: [{ price: '0.3' }],
    offers: [{ price: '0.6', quantity: '2' }],
  })
  expect((await market.get(`/instruments/${SYMBOL}/statistics`)).body).toMatchObject({
    open_interest: '3',
    statistics: { last: '0.4', last_quantity: '3', volume: '3', notional: '1.20', trades: 1 },
  })
  const open = await market.get(`/orders/open?accounts=${buyer.account}&instruments=${SYMBOL}`, buyer.key)
  expect(open.body.items).toHaveLength(3)
  expect((await market.get(`/instruments/${SYMBOL}/book?depth=1001`)).body).toMatchObject({ field: '/depth' })
})

test('the words of the wire are those of the engine', () => {
  const field = (operation: string, name: string) => findOperation(operation)?.input.shape[name]
  for (const [operation, name, words] of [
    ['orders.place', 'side', SIDES],
    ['orders.place', 'type', ORDER_TYPES],
    ['orders.place', 'time_in_force', TIMES_IN_FORCE],
    ['orders.place', 'self_match_instruction', SELF_MATCH_INSTRUCTIONS],
    ['orders.list', 'states', ORDER_STATES.map((state) => [state])],
    ['executions.list', 'types', REPORT_KINDS.map((kind) => [kind])],
    ['instruments.set_state', 'state', INSTRUMENT_STATES],
    ['instruments.create', 'kind', INSTRUMENT_KINDS],
    ['fee_schedules.create', 'kind', FEE_KINDS],
    ['accounts.bar_products', 'products', PRODUCTS.map((product) => [product])],
    ['settlements.list', 'types', SETTLEMENT_TYPES.map((type) => [type])],
  ] as const)
    for (const word of words) expect(() => field(operation, name)!.decode(word, '', {})).not.toThrow()
  for (const [operation, name, words] of [
    ['access_log.list', 'result', ACCESS_RESULTS],
    ['portfolios.list', 'model', MARGIN_MODELS],
  ] as const) {
    const { output, example } = findOperation(operation)!
    const [item] = (example.response as { items: readonly object[] }).items
    for (const word of words) {
      const answer = { items: [{ ...item, [name]: word }], next_cursor: null }
      expect(output.schema.safeParse(answer).error, word).toBeUndefined()
    }
  }
})
