/** Spot: pairs of coins by raw JSON-RPC and by the venue's own client library (sections 6.4, 7.2 and 13.3). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ccxtOf } from '../../testing/ccxt.js'
import { type CryptoDesk, type Key, openCryptoDesk } from '../../testing/crypto-desk.js'

let desk: CryptoDesk
/** A segregated account with 1.99195 BTC and no USDC. */
let first: Key
let exchange: ReturnType<typeof ccxtOf>

beforeAll(async () => {
  desk = await openCryptoDesk()
  first = desk.subaccounts[0] as Key
  exchange = ccxtOf(desk.url, desk.main)
})
afterAll(() => desk.close())

const result = async (method: string, params: object = {}, key: Key | null = desk.main) => {
  const { body } = await desk.call(method, params, key)
  if (body.error !== undefined) throw new Error(JSON.stringify(body.error))
  return body.result
}
const error = async (method: string, params: object = {}, key: Key = desk.main) =>
  (await desk.call(method, params, key)).body.error
const summary = (currency: string, key: Key = desk.main) =>
  result('private/get_account_summary', { currency }, key)
const names = (list: readonly { readonly instrument_name: string }[]) =>
  list.map(({ instrument_name }) => instrument_name)

/** The library's types know balances by currency, and not that totals are there too. */
const totalOf = (balances: object, code: string): number =>
  (balances as { readonly total: Record<string, number> }).total[code] ?? 0

describe('the client library', () => {
  test('lists spot markets beside the others', async () => {
    const markets = await exchange.loadMarkets()
    expect(markets['BTC/USDC']).toMatchObject({
      id: 'BTC_USDC',
      type: 'spot',
      spot: true,
      contract: false,
      base: 'BTC',
      quote: 'USDC',
    })
    expect(markets['ETH/BTC']).toMatchObject({ id: 'ETH_BTC', spot: true, base: 'ETH', quote: 'BTC' })
    expect(markets['BTC/USDC:USDC']).toMatchObject({ swap: true, linear: true })
  })

  test('buys: what was paid leaves one balance, what was bought is in the other', async () => {
    const before = await exchange.fetchBalance()
    const order = await exchange.createOrder('BTC/USDC', 'limit', 'buy', 0.25, 100_010)
    expect(order).toMatchObject({ symbol: 'BTC/USDC', status: 'closed', filled: 0.25, average: 100_010 })
    const after = await exchange.fetchBalance()
    const change = (code: string): number => totalOf(after, code) - totalOf(before, code)
    expect(change('BTC')).toBeCloseTo(0.25, 8)
    // 0.25 × 100,010 = 25,002.5.
    expect(change('USDC')).toBeCloseTo(-25_002.5, 6)
    const [trade] = await exchange.fetchMyTrades('BTC/USDC')
    expect(trade).toMatchObject({ symbol: 'BTC/USDC', side: 'buy', price: 100_010, amount: 0.25 })
    expect(trade?.fee).toMatchObject({ cost: 0, currency: 'USDC' })
  })

  test('sells at the market, and shows the book behind it', async () => {
    const order = await exchange.createOrder('BTC/USDC', 'market', 'sell', 0.5)
    // Bids of one coin at 99,990.
    expect(order).toMatchObject({ status: 'closed', filled: 0.5, average: 99_990, side: 'sell' })
    const { bids, asks } = await exchange.fetchOrderBook('BTC/USDC')
    expect(bids).toEqual([
      [99_990, 0.5],
      [99_900, 2],
    ])
    expect(asks).toEqual([
      [100_010, 0.75],
      [100_100, 2],
    ])
    expect(await exchange.fetchTicker('BTC/USDC')).toMatchObject({ bid: 99_990, ask: 100_010, last: 99_990 })
  })

  test('an order rests, locks, is edited and cancelled', async () => {
    const placed = await exchange.createOrder('ETH/BTC', 'limit', 'sell', 2, 0.05)
    expect(placed).toMatchObject({ status: 'open', symbol: 'ETH/BTC' })
    expect((await summary('ETH')).spot_reserve).toBe(2)
    await exchange.editOrder(String(placed.id), 'ETH/BTC', 'limit', 'sell', 3, 0.051)
    expect((await summary('ETH')).spot_reserve).toBe(3)
    expect(await exchange.fetchOpenOrders('ETH/BTC')).toMatchObject([{ id: placed.id, amount: 3 }])
    await exchange.cancelOrder(String(placed.id))
    expect((await summary('ETH')).spot_reserve).toBe(0)
  })
})

describe('instruments', () => {
  test('a pair has no settlement and does not expire', async () => {
    const shown = await result('public/get_instrument', { instrument_name: 'BTC_USDC' }, null)
    expect(shown).toMatchObject({
      kind: 'spot',
      base_currency: 'BTC',
      quote_currency: 'USDC',
      counter_currency: 'USDC',
      instrument_type: 'linear',
      expiration_timestamp: 32_503_708_800_000,
      price_index: 'btc_usdc',
      tick_size: 1,
      min_trade_amount: 0.0001,
      contract_size: 0.0001,
      is_active: true,
      state: 'open',
    })
    for (const field of ['settlement_currency', 'settlement_period', 'max_leverage', 'strike'])
      expect(shown).not.toHaveProperty(field)
  })

  test('they are asked for by kind, and by either of their currencies', async () => {
    const asked = (params: object) => result('public/get_instruments', params, null).then(names)
    expect(await asked({ kind: 'spot' })).toEqual(['BTC_USDC', 'ETH_USDC', 'ETH_BTC'])
    expect(await asked({ kind: 'spot', currency: 'BTC' })).toEqual(['BTC_USDC', 'ETH_BTC'])
    expect(await asked({ kind: 'spot', currency: 'USDC' })).toEqual(['BTC_USDC', 'ETH_USDC'])
    expect(await asked({ kind: 'future', currency: 'USDC' })).toEqual(['BTC_USDC-PERPETUAL'])
    const summaries = await result(
      'public/get_book_summary_by_currency',
      { currency: 'ETH', kind: 'spot' },
      null,
    )
    expect(names(summaries)).toEqual(['ETH_USDC', 'ETH_BTC'])
    expect(summaries[1]).toMatchObject({ base_currency: 'ETH', quote_currency: 'BTC', bid_price: 0.03995 })
    const ticker = await result('public/ticker', { instrument_name: 'ETH_BTC' }, null)
    expect(ticker).toMatchObject({ index_price: 0.04, best_ask_price: 0.04005, best_ask_amount: 10 })
    for (const field of ['open_interest', 'settlement_price', 'current_funding'])
      expect(ticker).not.toHaveProperty(field)
  })
})

describe('orders and trades', () => {
  test('an order says that it rebalances nothing, and knows no position', async () => {
    const asked = { instrument_name: 'BTC_USDC', amount: 0.1, price: 110_000, label: 'spot' }
    const { order } = await result('private/sell', asked, first)
    expect(order).toMatchObject({ order_state: 'open', is_rebalance: false, amount: 0.1, contracts: 1_000 })
    expect(order.order_id).toMatch(/^BTC_USDC-\d+$/)
    expect(order).not.toHaveProperty('reduce_only')
    expect(order).not.toHaveProperty('is_liquidation')
    const reads: readonly (readonly [string, object, number])[] = [
      ['private/get_open_orders', { kind: 'spot' }, 1],
      ['private/get_open_orders', { kind: 'future' }, 0],
      ['private/get_open_orders_by_currency', { currency: 'USDC' }, 1],
      ['private/get_open_orders_by_currency', { currency: 'BTC', kind: 'spot' }, 1],
      ['private/get_open_orders_by_label', { currency: 'BTC', label: 'spot' }, 1],
    ]
    for (const [method, params, count] of reads)
      expect([method, (await result(method, params, first)).length]).toEqual([method, count])
    const row = await summary('BTC', first)
    expect(row.spot_reserve).toBe(0.1)
    expect(row.available_funds).toBeCloseTo(row.margin_balance - row.initial_margin - 0.1, 9)
    expect(await result('private/cancel_all_by_kind_or_type', { currency: 'any', kind: 'spot' }, first)).toBe(
      1,
    )
    expect((await summary('BTC', first)).spot_reserve).toBe(0)
  })

  test('a trade is two entries of the log, one in each currency', async () => {
    const from = Date.now()
    await result('private/sell', { instrument_name: 'BTC_USDC', amount: 0.01, type: 'market' }, first)
    const log = (currency: string) =>
      result(
        'private/get_transaction_log',
        { currency, start_timestamp: from - 1_000, end_timestamp: Date.now() + 1_000, query: 'trade' },
        first,
      ).then(({ logs }) => logs[0])
    const [given, got] = [await log('BTC'), await log('USDC')]
    const shared = {
      type: 'trade',
      instrument_name: 'BTC_USDC',
      commission: 0,
      side: 'sell',
      amount: 0.01,
      price: 99_990,
      user_role: 'taker',
    }
    expect(given).toMatchObject({ ...shared, currency: 'BTC', change: -0.01, cashflow: -0.01 })
    // 0.01 × 99,990.
    expect(got).toMatchObject({ ...shared, currency: 'USDC', change: 999.9, balance: 999.9 })
    expect(given.user_seq).toBe(got.user_seq)
    expect(given.trade_id).toMatch(/^BTC_USDC-\d+$/)
    expect(given.trade_id).toBe(got.trade_id)
    const { trades } = await result(
      'private/get_user_trades_by_currency',
      { currency: 'USDC', kind: 'spot' },
      first,
    )
    expect(trades).toMatchObject([{ instrument_name: 'BTC_USDC', direction: 'sell', fee_currency: 'USDC' }])
    expect(trades[0]).not.toHaveProperty('reduce_only')
    expect(trades[0].trade_id).toMatch(/^BTC_USDC-\d+$/)
  })

  test('there is no position to be shown, asked for or closed', async () => {
    expect(names(await result('private/get_positions', {}, first))).not.toContain('BTC_USDC')
    expect(await error('private/get_position', { instrument_name: 'BTC_USDC' }, first)).toMatchObject({
      code: -32602,
      data: { param: 'instrument_name', reason: 'spot has no positions' },
    })
    const close = { instrument_name: 'BTC_USDC', type: 'market' }
    expect(await error('private/close_position', close, first)).toMatchObject({ code: 11030 })
  })

  test('what is missing is missing in its own currency, and nothing changes', async () => {
    const asked = { instrument_name: 'BTC_USDC', amount: 50, price: 100_000 }
    expect(await error('private/buy', asked, first)).toEqual({
      code: 10039,
      message: 'not_enough_funds_in_currency USDC',
    })
    expect(await error('private/sell', { ...asked, price: 110_000 }, first)).toEqual({
      code: 10039,
      message: 'not_enough_funds_in_currency BTC',
    })
    expect(await error('private/buy', { ...asked, amount: 0.00005 }, first)).toMatchObject({ code: -32602 })
    expect(await error('private/buy', { ...asked, amount: 0.1, price: 100_000.5 }, first)).toMatchObject({
      code: 10043,
    })
    expect(
      await error('private/buy', { ...asked, amount: 0.001, price: 1_000, reduce_only: true }, first),
    ).toMatchObject({
      code: 11030,
      message: 'other_reject would_not_reduce',
    })
    expect(await result('private/get_open_orders', { kind: 'spot' }, first)).toEqual([])
  })

  test('a buyer whose account has it in another currency alone is refused in a pool too', async () => {
    const before = await summary('ETH')
    const asked = { instrument_name: 'ETH_USDC', amount: before.balance + 1, price: 5_000 }
    expect(await error('private/sell', asked)).toEqual({
      code: 10039,
      message: 'not_enough_funds_in_currency ETH',
    })
  })
})
