/**
 * The table of section 12.3, row by row: every unified method of the client library that is installed. A method that a
 * newer library brings and that has no row fails.
 */
import ccxt from 'ccxt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ccxtOf } from '../../testing/ccxt.js'
import {
  asyncOf,
  listOf,
  METHODS_OF_PAST,
  PERPETUAL,
  some,
  type Table,
  timestamp,
  tryTable,
} from '../../testing/ccxt-table.js'
import { type CryptoDesk, openCryptoDesk } from '../../testing/crypto-desk.js'

const CALL = 'BTC/USD:BTC-270625-120000-C'
const PUT = 'BTC/USD:BTC-270625-80000-P'
export const idOf = ({ id }: { readonly id?: string | undefined }): string => String(id)

describe('12.3, over HTTP', () => {
  let desk: CryptoDesk
  let exchange: ReturnType<typeof ccxtOf>
  /** Ids that one row gives to those behind it. */
  const known = { order: '', filled: '', transfer: '' }

  beforeAll(async () => {
    desk = await openCryptoDesk()
    exchange = ccxtOf(desk.url, desk.main)
  })
  afterAll(() => desk.close())

  const order = { symbol: PERPETUAL, side: 'buy', type: 'limit', timeInForce: 'GTC', postOnly: false }
  /** 10,000 dollars that the demo bought at 100,010: ccxt calls coin the cost. */
  const bought = {
    symbol: PERPETUAL,
    side: 'buy',
    price: 100_010,
    amount: 10_000,
    cost: expect.closeTo(10_000 / 100_010, 8),
    timestamp,
  }
  const position = {
    symbol: PERPETUAL,
    side: 'long',
    contracts: 10_000,
    entryPrice: 100_010,
    markPrice: 100_000,
    notional: 0.1,
    leverage: 50,
    // 2 % and 1 %, and 0.005 % for each coin.
    initialMarginPercentage: expect.closeTo(2.0005, 6),
    maintenanceMarginPercentage: expect.closeTo(1.0005, 6),
    unrealizedPnl: expect.closeTo(10_000 / 100_010 - 0.1, 8),
    realizedPnl: 0,
  }

  const TABLE: Table = {
    fetchTime: [() => exchange.fetchTime(), timestamp],
    fetchStatus: [() => exchange.fetchStatus(), some({ status: 'ok', updated: timestamp })],
    fetchCurrencies: [
      () => exchange.fetchCurrencies(),
      some({ BTC: some({ id: 'BTC', code: 'BTC', name: 'Bitcoin', fee: 0 }) }),
    ],
    fetchMarkets: [
      () => exchange.fetchMarkets(),
      listOf(
        some({
          id: 'BTC-PERPETUAL',
          symbol: PERPETUAL,
          base: 'BTC',
          quote: 'USD',
          settle: 'BTC',
          type: 'swap',
          swap: true,
          inverse: true,
          linear: false,
          active: true,
          maker: 0,
          taker: 0,
          contractSize: 10,
          precision: { amount: 10, price: 0.5 },
          created: timestamp,
        }),
        some({
          id: 'BTC_USDC-PERPETUAL',
          settle: 'USDC',
          linear: true,
          inverse: false,
          contractSize: 0.0001,
        }),
        some({ id: 'BTC-25JUN27', type: 'future', expiry: Date.parse('2027-06-25T08:00:00Z') }),
        some({ symbol: CALL, type: 'option', strike: 120_000, optionType: 'call', contractSize: 1 }),
        some({ symbol: PUT, type: 'option', strike: 80_000, optionType: 'put' }),
        some({ id: 'BTC_USDC', symbol: 'BTC/USDC', type: 'spot', spot: true, contract: false }),
      ),
    ],
    fetchAccounts: [
      () => exchange.fetchAccounts(),
      ['main', 'subaccount', 'subaccount', 'subaccount'].map((type) =>
        some({ id: expect.stringMatching(/^\d+$/), type }),
      ),
    ],
    fetchBalance: [
      () => exchange.fetchBalance(),
      some({
        // What the pool has in all, less 0.0020005 of margin; 0.0010005 to be kept; 10 coins less what was lost.
        BTC: {
          free: expect.closeTo(14.1 + 10_000 / 100_010 - 0.1 - 0.0020005, 6),
          used: expect.closeTo(0.0010005, 8),
          total: expect.closeTo(10 + 10_000 / 100_010 - 0.1, 8),
        },
        ETH: some({ total: 50 }),
      }),
    ],
    fetchTradingFees: [
      () => exchange.fetchTradingFees(),
      some({
        [PERPETUAL]: some({ symbol: PERPETUAL, maker: 0, taker: 0 }),
        [CALL]: some({ maker: 0, taker: 0 }),
      }),
    ],
    createOrder: [
      async () => {
        const params = { label: 'd7', timeInForce: 'GTC' }
        const placed = await exchange.createOrder(PERPETUAL, 'limit', 'buy', 200, 95_000, params)
        known.order = idOf(placed)
        return placed
      },
      some({ ...order, status: 'open', amount: 200, price: 95_000, filled: 0, remaining: 200, timestamp }),
    ],
    editOrder: [
      () => exchange.editOrder(known.order, PERPETUAL, 'limit', 'buy', 300, 95_500),
      some({ ...order, status: 'open', amount: 300, price: 95_500 }),
    ],
    fetchOrder: [
      () => exchange.fetchOrder(known.order),
      some({
        ...order,
        status: 'open',
        amount: 300,
        price: 95_500,
        info: some({ label: 'd7', replaced: true }),
      }),
    ],
    fetchOpenOrders: [() => exchange.fetchOpenOrders(PERPETUAL), [some({ ...order, amount: 300 })]],
    cancelOrder: [() => exchange.cancelOrder(known.order), some({ ...order, status: 'canceled' })],
    cancelAllOrders: [
      async () => {
        await exchange.createOrder(PERPETUAL, 'limit', 'buy', 10, 90_000)
        await exchange.createOrder(PERPETUAL, 'limit', 'buy', 10, 90_000)
        return exchange.cancelAllOrders(PERPETUAL)
      },
      [some({ info: some({ result: 2 }) })],
    ],
    fetchClosedOrders: [
      async () => {
        const closed = await exchange.fetchClosedOrders(PERPETUAL)
        known.filled = idOf(closed[0] ?? {})
        return closed
      },
      [some({ ...order, status: 'closed', filled: 10_000, average: 100_010, remaining: 0 })],
    ],
    fetchOrderTrades: [
      () => exchange.fetchOrderTrades(known.filled, PERPETUAL),
      [some({ ...bought, takerOrMaker: 'taker', fee: { cost: 0, currency: 'BTC' } })],
    ],
    fetchMyTrades: [
      () => exchange.fetchMyTrades(PERPETUAL),
      [some({ ...bought, takerOrMaker: 'taker', type: 'limit', fee: { cost: 0, currency: 'BTC' } })],
    ],
    fetchPosition: [() => exchange.fetchPosition(PERPETUAL), some(position)],
    fetchPositions: [() => exchange.fetchPositions(), [some(position)]],
    transfer: [
      async () => {
        const to = String(desk.subaccounts[0]?.accountId)
        const sent = await exchange.transfer('BTC', 0.75, 'main', to)
        known.transfer = idOf(sent)
        return sent
      },
      some({ status: 'ok', amount: 0.75, currency: 'BTC', toAccount: 'kestrel_1', timestamp }),
    ],
    fetchTransfers: [
      async () => (await exchange.fetchTransfers('BTC')).find(({ id }) => id === known.transfer),
      some({ status: 'ok', amount: 0.75, currency: 'BTC', toAccount: 'kestrel_1', timestamp }),
    ],
    fetchDepositAddress: [
      () => exchange.fetchDepositAddress('BTC'),
      some({ currency: 'BTC', address: 'demo-btc-1' }),
    ],
    createDepositAddress: [
      () => exchange.createDepositAddress('BTC'),
      some({ currency: 'BTC', address: 'demo-btc-2' }),
    ],
    fetchDeposits: [
      () => exchange.fetchDeposits('BTC'),
      [some({ type: 'deposit', amount: 12.5, currency: 'BTC', status: 'ok', timestamp })],
    ],
    withdraw: [
      // The library reads the whole envelope, so that what it makes of it is nearly empty.
      () => exchange.withdraw('BTC', 0.25, 'demo-cold-wallet', undefined, { tfa: desk.codeAt(Date.now()) }),
      some({
        currency: 'BTC',
        info: some({ result: some({ address: 'demo-cold-wallet', amount: 0.25 }) }),
      }),
    ],
    fetchWithdrawals: [
      () => exchange.fetchWithdrawals('BTC'),
      [
        some({
          type: 'withdrawal',
          amount: 0.25,
          address: 'demo-cold-wallet',
          status: 'pending',
          fee: { cost: 0, currency: 'BTC' },
          timestamp,
        }),
      ],
    ],
    fetchDepositWithdrawFees: [
      () => exchange.fetchDepositWithdrawFees(['ETH']),
      { ETH: some({ withdraw: { fee: 0, percentage: false } }) },
    ],
    fetchTicker: [
      () => exchange.fetchTicker(PERPETUAL),
      some({
        symbol: PERPETUAL,
        bid: 99_990,
        bidVolume: 50_000,
        ask: 100_010,
        askVolume: 40_000,
        last: 100_010,
        high: 100_010,
        low: 100_010,
        markPrice: 100_000,
        indexPrice: 100_000,
        timestamp,
      }),
    ],
    fetchTickers: [
      () => exchange.fetchTickers(undefined, { code: 'BTC' }),
      some({
        [PERPETUAL]: some({ bid: 99_990, ask: 100_010, last: 100_010, markPrice: 100_000 }),
        [CALL]: some({ bid: 0.0795, ask: 0.0805, markPrice: 0.08 }),
      }),
    ],
    fetchOptionChain: [
      () => exchange.fetchOptionChain('BTC'),
      {
        [CALL]: some({ symbol: CALL, currency: 'BTC', bidPrice: 0.0795, askPrice: 0.0805, markPrice: 0.08 }),
        [PUT]: some({ symbol: PUT, currency: 'BTC', bidPrice: 0.0395, askPrice: 0.0405, markPrice: 0.04 }),
      },
    ],
    fetchOpenInterest: [
      () => exchange.fetchOpenInterest(PERPETUAL),
      some({ symbol: PERPETUAL, openInterestValue: 10_000, timestamp }),
    ],
    fetchOrderBook: [
      () => exchange.fetchOrderBook(PERPETUAL, 7),
      some({
        symbol: PERPETUAL,
        bids: [
          [99_990, 50_000],
          [99_950, 100_000],
        ],
        asks: [
          [100_010, 40_000],
          [100_050, 100_000],
        ],
        nonce: timestamp,
        timestamp,
      }),
    ],
    fetchTrades: [() => exchange.fetchTrades(PERPETUAL), [some(bought)]],
    fetchOHLCV: [
      () => exchange.fetchOHLCV(PERPETUAL, '1h', undefined, 2),
      listOf([timestamp, 100_010, 100_010, 100_010, 100_010, expect.closeTo(10_000 / 100_010, 8)]),
    ],
    fetchLiquidations: [() => exchange.fetchLiquidations(PERPETUAL), []],
    fetchMyLiquidations: [() => exchange.fetchMyLiquidations(PERPETUAL), []],
  }
  tryTable(TABLE)

  test('every method of the library has a row here, below, or with the figures of options', () => {
    const elsewhere = [...METHODS_OF_PAST, 'fetchGreeks', 'fetchOption']
    const names = asyncOf(ccxt.deribit, /^(fetch|create|edit|cancel|transfer|withdraw)/)
    expect([...Object.keys(TABLE), ...elsewhere].sort()).toEqual([...names].sort())
  })
})
