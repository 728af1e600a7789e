/** Orders, positions, reports and reference data over gRPC: a stock client, and the REST beside it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TRADES } from '../../../testing/drop-copies.js'
import { ACCOUNT, fund, OTHER_ACCOUNT, SYMBOL } from '../../../testing/market.js'
import { openTradingVenue, type TradingVenue } from '../../../testing/trading-venue.js'

let world: TradingVenue

beforeEach(async () => {
  world = await openTradingVenue()
})
afterEach(() => world.close())

const ORDERS = 'polymarket.v1.OrderEntryAPI'
const REPORTS = 'polymarket.v1.ReportAPI'
const POSITIONS = 'polymarket.v1.PositionAPI'
const REFERENCE = 'polymarket.v1.RefDataAPI'
const MARKET = 'polymarket.v1.MarketDataAPI'
const INVALID_ARGUMENT = 3
const NOT_FOUND = 5
const ALREADY_EXISTS = 6
const PERMISSION_DENIED = 7
const RESOURCE_EXHAUSTED = 8
const ABORTED = 10

const ask = (method: string, message: object = {}, token: string = world.tokens.own) =>
  world.client.ask(method, message, { token })
const limit = (change: object = {}) => ({
  account: ACCOUNT,
  symbol: SYMBOL,
  type: 'ORDER_TYPE_LIMIT',
  side: 'SIDE_BUY',
  time_in_force: 'TIME_IN_FORCE_GOOD_TILL_CANCEL',
  order_qty: 10,
  price: 37,
  ...change,
})
const insert = async (change: object = {}): Promise<string> => {
  const { code, details, message } = await ask(`${ORDERS}/InsertOrder`, limit(change))
  expect([code, details]).toEqual([0, ''])
  return message.order_id
}
const read = async (id: string) => (await ask(`${REPORTS}/GetOrder`, { order_id: id })).message.order

describe('an order by gRPC', () => {
  test('rests, and is the order that the REST shows', async () => {
    const id = await insert({ clord_id: 'g-1', client_account_id: 'book 7' })
    expect(await read(id)).toMatchObject({
      id,
      clord_id: 'g-1',
      state: 'ORDER_STATE_NEW',
      order_qty: '10',
      leaves_qty: '10',
      price: '37',
      price_scale: '100',
      account: ACCOUNT,
      participant: 'firms/api-acme-participantfirm/users/api-acme-trading',
      client_account_id: 'book 7',
      create_time: { seconds: '1767625200', nanos: 0 },
    })
    expect(await world.own.read(id)).toMatchObject({ clordId: 'g-1', clientAccountId: 'book 7' })
    const { message } = await ask(`${ORDERS}/GetOpenOrders`, { symbols: [SYMBOL], accounts: [ACCOUNT] })
    expect(message.orders.map((order: { id: string }) => order.id)).toEqual([id])
  })

  test('trades with one placed by REST, and both see it as theirs', async () => {
    const resting = await world.other.place({ side: 'SIDE_SELL', orderQty: 4, price: 36 })
    const id = await insert()
    expect(await read(id)).toMatchObject({
      state: 'ORDER_STATE_PARTIALLY_FILLED',
      cum_qty: '4',
      avg_px: '36',
      // The stock reader has keys of 64 bits as their eight bytes.
      price_to_quantity_filled: { [`${String.fromCharCode(36)}${'\0'.repeat(7)}`]: '4' },
    })
    expect(await world.other.read(resting)).toMatchObject({ state: 'ORDER_STATE_FILLED' })
    const { message: found } = await ask(`${REPORTS}/SearchExecutions`, { order_id: id }, world.tokens.admin)
    expect(found.executions.map(({ type }: { type: string }) => type)).toEqual([
      'EXECUTION_TYPE_NEW',
      'EXECUTION_TYPE_PARTIAL_FILL',
    ])
    const { message: traded } = await ask(`${REPORTS}/SearchTrades`, {}, world.tokens.admin)
    expect(traded.trade).toMatchObject([
      { state: 'TRADE_STATE_CLEARED', px: '36', qty: '4', passive: null, aggressor: { last_shares: '4' } },
    ])
    const { message: positions } = await ask(`${POSITIONS}/ListAccountPositions`, { name: ACCOUNT })
    // 4 at 0.36, in cents and whole contracts.
    expect(positions).toMatchObject({
      positions: [{ symbol: SYMBOL, net_position: '4', cost: '144', qty_bought: '4', expired: false }],
      available_position: ['4'],
      eof: true,
    })
    const { message: ledger } = await ask(`${POSITIONS}/GetAccountPositionLedger`, { account: ACCOUNT })
    expect(ledger.entries).toMatchObject([{ quantity_change: '4', net_position: '4' }])
  })

  test('in a list, in a cross and in a preview', async () => {
    const { message } = await ask(`${ORDERS}/InsertOrderList`, {
      requests: [limit({ price: 30 }), limit({ price: 31 })],
    })
    expect(message.responses).toHaveLength(2)
    const many = await ask(`${ORDERS}/InsertOrderList`, {
      requests: Array.from({ length: 21 }, () => limit()),
    })
    expect([many.code, many.details]).toEqual([INVALID_ARGUMENT, 'invalid requests: expected 1 to 20'])
    const { message: seen } = await ask(`${ORDERS}/PreviewOrder`, { request: limit({ order_qty: 9_999 }) })
    expect(seen).toMatchObject({
      preview_order: { id: '', state: 'ORDER_STATE_REJECTED' },
      order_reject_reason: 'ORD_REJECT_REASON_EXCHANGE_OPTION',
      // 10 at 0.30 and at 0.31 are promised; 9,999 at 0.37 are 3,699.63, and the fee on them 161.99.
      text: '993.90 USD available, requested 3861.62',
    })
    const foreign = await ask(`${ORDERS}/InsertOrderCross`, {
      requests: [limit({ price: 40 }), limit({ account: OTHER_ACCOUNT, side: 'SIDE_SELL', price: 40 })],
      cross_type: 'CROSS_TYPE_ALL_OR_NONE',
      cross_id: 'x-1',
    })
    expect([foreign.code, foreign.details]).toEqual([NOT_FOUND, 'account not found'])
  })

  test('in a cross trades with the other one, and trade capture has both sides', async () => {
    const { admin, copy } = world.tokens
    await world.venue.send('POST', '/v1/accounts', { token: admin, json: { name: 'acme-second' } })
    const { accounts, accountByName } = world.venue.server.engine.rooms.hierarchy
    await fund(world.venue, accounts.id(accountByName.find('acme-second')), '100.00')
    const stream = world.client.open(TRADES, {}, { token: copy })
    expect((await stream.next()).trade_capture_reports).toEqual([])
    const cross = {
      requests: [
        limit({ price: 40, order_qty: 5 }),
        limit({ account: 'acme-second', side: 'SIDE_SELL', price: 40, order_qty: 5 }),
      ],
      cross_type: 'CROSS_TYPE_ALL_OR_NONE',
      cross_id: 'x-2',
      cross_prioritized_side: 'SIDE_BUY',
    }
    const { code, message } = await ask(`${ORDERS}/InsertOrderCross`, cross, admin)
    expect([code, message.responses]).toMatchObject([0, [{}, {}]])
    for (const { order_id } of message.responses) {
      const { message: found } = await ask(`${REPORTS}/GetOrder`, { order_id }, admin)
      expect(found.order).toMatchObject({
        state: 'ORDER_STATE_FILLED',
        cum_qty: '5',
        avg_px: '40',
        cross_id: 'x-2',
      })
    }
    const { trade_capture_reports: told } = await stream.next()
    expect(told).toMatchObject([{ px: '40', qty: '5', state: 'TRADE_STATE_CLEARED' }])
    expect([told[0].aggressor.order.id, told[0].passive.order.id].sort()).toEqual(
      message.responses.map(({ order_id }: { order_id: string }) => order_id).sort(),
    )
  })

  test('is replaced and cancelled, one or several', async () => {
    const id = await insert({ clord_id: 'a' })
    await ask(`${ORDERS}/CancelReplaceOrder`, { order_id: id, clord_id: 'b', price: 38 })
    expect(await read(id)).toMatchObject({ clord_id: 'b', price: '38', order_qty: '10' })
    const all = await ask(`${ORDERS}/CancelReplaceOrderList`, { requests: [{ order_id: id, order_qty: 7 }] })
    expect(all.message.responses).toEqual([{}])
    expect((await ask(`${ORDERS}/CancelOrder`, { order_id: id, symbol: SYMBOL })).code).toBe(0)
    expect(await read(id)).toMatchObject({ state: 'ORDER_STATE_CANCELED', order_qty: '7', leaves_qty: '0' })
    const again = await ask(`${ORDERS}/CancelOrder`, { order_id: id })
    expect([again.code, again.details]).toEqual([ABORTED, 'Too late to cancel: the order is CANCELED'])
    const other = await insert()
    const list = await ask(`${ORDERS}/CancelOrderList`, { requests: [{ order_id: other }, { order_id: id }] })
    expect(list.message.responses).toEqual([{}, {}])
  })

  test.each<[string, object, number, string]>([
    ['no symbol', { symbol: '' }, INVALID_ARGUMENT, 'missing required field symbol'],
    ['no type', { type: 0 }, INVALID_ARGUMENT, 'missing required field type'],
    ['an unknown symbol', { symbol: 'none' }, NOT_FOUND, 'symbol not found'],
    ['another firm', { account: OTHER_ACCOUNT }, NOT_FOUND, 'account not found'],
  ])('with %s is refused like by REST', async (_what, change, code, details) => {
    const refused = await ask(`${ORDERS}/InsertOrder`, limit(change))
    expect([refused.code, refused.details]).toEqual([code, details])
  })

  test('is counted with those of the REST', async () => {
    await insert({ clord_id: 'one' })
    const taken = await world.own.order({ orderQty: 1, price: 1, clordId: 'one' })
    expect(taken.body.code).toBe(ALREADY_EXISTS)
    for (let count = 2; count < 30; count += 1) await world.own.place({ orderQty: 1, price: 1 })
    const { code, metadata } = await ask(`${ORDERS}/InsertOrder`, limit())
    expect([code, metadata.get('retry-after')]).toEqual([RESOURCE_EXHAUSTED, ['1']])
  })

  test('needs its scope', async () => {
    const { code, details } = await ask(`${ORDERS}/InsertOrder`, limit(), world.tokens.copy)
    expect([code, details]).toEqual([
      PERMISSION_DENIED,
      'permission denied: missing required scope write:orders',
    ])
  })
})

test('balances, searches and statistics', async () => {
  await world.other.place({ side: 'SIDE_SELL', orderQty: 10, price: 37 })
  await insert()
  const { message: balance } = await ask(`${POSITIONS}/GetAccountBalance`, { name: ACCOUNT, currency: 'USD' })
  // 10 at 0.37, and the taker's 0.0695 of 10 × 0.37 × 0.63: 0.16.
  expect(balance).toMatchObject({ balance: '996.14', buying_power: '996.14', securities: {} })
  const { message: balances } = await ask(`${POSITIONS}/ListAccountBalances`, { name: ACCOUNT })
  expect(balances.balances.USD).toMatchObject({ balance: '996.14' })
  const { message: orders } = await ask(
    `${REPORTS}/SearchOrders`,
    { order_state_filter: 'ORDER_STATE_FILTER_FILLED', with_last_execution: true },
    world.tokens.admin,
  )
  expect(orders.order).toMatchObject([{ state: 'ORDER_STATE_FILLED', cum_qty: '10' }])
  expect(orders.last_executions).toMatchObject([{ type: 'EXECUTION_TYPE_FILL' }])
  const { message: stats } = await ask(
    `${REPORTS}/GetTradeStats`,
    { symbol: SYMBOL, bars: 1 },
    world.tokens.admin,
  )
  expect(stats.stats).toMatchObject({ first: '37', last: '37', total_trade_count: '1', volume: '10' })
  expect(stats.bars).toHaveLength(1)
})

test('instruments, books and settlement prices', async () => {
  const { admin } = world.tokens
  await insert()
  const { message: symbols } = await ask(`${REFERENCE}/ListSymbols`, {}, admin)
  expect(symbols).toEqual({ symbols: [SYMBOL], next_page_token: '', eof: true })
  const { message: listed } = await ask(`${REFERENCE}/ListInstruments`, { symbols: [SYMBOL] }, admin)
  expect(listed.instruments).toMatchObject([
    {
      symbol: SYMBOL,
      tick_size: 0.01,
      minimum_trade_qty: 1,
      price_limit: { low: 0.01, high: 0.99, low_set: true, high_set: true },
      order_size_limit: null,
      state: 'INSTRUMENT_STATE_OPEN',
      price_scale: '100',
    },
  ])
  const { message: metadata } = await ask(`${REFERENCE}/GetInstrumentMetadata`, { symbol: SYMBOL }, admin)
  expect(metadata).toEqual({ metadata: {}, symbol: SYMBOL })
  const { message: book } = await ask(`${MARKET}/GetOrderBook`, { symbol: SYMBOL }, admin)
  expect(book).toMatchObject({ bids: [{ px: '37', qty: '10' }], offers: [], price_scale: '100' })
  const deep = await ask(`${MARKET}/GetOrderBook`, { symbol: SYMBOL, depth: 11 }, admin)
  expect(deep.code).toBe(INVALID_ARGUMENT)
  const { message: best } = await ask(`${MARKET}/GetBBO`, { symbol: SYMBOL }, admin)
  expect(best).toMatchObject({ best_bid: { px: '37', qty: '10' }, best_offer: null })
  const SETTLEMENT = 'polymarket.us.settlement.v1.SettlementService/GetInstrumentSettlement'
  expect((await ask(SETTLEMENT, { symbol: SYMBOL }, admin)).message).toEqual({
    symbol: SYMBOL,
    price_scale: '100',
    stats: null,
  })
  expect((await ask(SETTLEMENT, { symbol: 'none' }, admin)).code).toBe(NOT_FOUND)
  expect((await ask(SETTLEMENT, {}, admin)).details).toBe('missing required field symbol')
})
