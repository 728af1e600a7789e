/** The client library, unmodified: the wallet, charts, funding, options and liquidations of table 12.3. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ccxtOf } from '../../testing/ccxt.js'
import { type CryptoDesk, openCryptoDesk } from '../../testing/crypto-desk.js'

let desk: CryptoDesk
let exchange: ReturnType<typeof ccxtOf>

beforeAll(async () => {
  desk = await openCryptoDesk()
  exchange = ccxtOf(desk.url, desk.main)
  await exchange.loadMarkets()
})
afterAll(() => desk.close())

const PERPETUAL = 'BTC/USD:BTC'
const CALL = 'BTC/USD:BTC-270625-120000-C'

test('deposits, and addresses that they come to', async () => {
  const known = await exchange.fetchDepositAddress('BTC')
  expect(known).toMatchObject({ currency: 'BTC', address: 'demo-btc-1' })
  const made = await exchange.createDepositAddress('BTC')
  expect(made).toMatchObject({ currency: 'BTC', address: 'demo-btc-2' })
  await desk.operate('POST', '/deposits', {
    account: `acc_${desk.main.accountId}`,
    currency: 'BTC',
    amount: '0.5',
    address: 'demo-btc-2',
    reference: 'deadbeef',
    settle: true,
  })
  const latest = (await exchange.fetchDeposits('BTC')).find(({ txid }) => txid === 'deadbeef')
  expect(latest).toMatchObject({ type: 'deposit', amount: 0.5, address: 'demo-btc-2', status: 'ok' })
})

test('a withdrawal with the code of the second factor', async () => {
  // The parser of the library reads the whole envelope, so what it returns is nearly empty (section 12.3).
  await exchange.withdraw('BTC', 0.25, 'demo-cold-wallet', undefined, { tfa: desk.codeAt(Date.now()) })
  const [asked] = await exchange.fetchWithdrawals('BTC')
  expect(asked).toMatchObject({
    type: 'withdrawal',
    amount: 0.25,
    address: 'demo-cold-wallet',
    status: 'pending',
    fee: { cost: 0, currency: 'BTC' },
  })
  await exchange.privateGetCancelWithdrawal({ currency: 'BTC', id: asked?.id })
  expect((await exchange.fetchWithdrawals('BTC'))[0]?.status).toBe('cancelled')
})

test('money to a subaccount, and what was sent', async () => {
  const to = String(desk.subaccounts[1]?.accountId)
  const sent = await exchange.transfer('ETH', 1.25, 'main', to)
  expect(sent).toMatchObject({ status: 'ok', amount: 1.25, currency: 'ETH' })
  expect((await exchange.fetchTransfers('ETH')).map(({ id }) => id)).toContain(sent.id)
})

test('fees, one position, one order’s trades, and closed orders of a currency', async () => {
  const fees = await exchange.fetchTradingFees()
  expect(fees[PERPETUAL]).toMatchObject({ symbol: PERPETUAL })
  expect(await exchange.fetchPosition(PERPETUAL)).toMatchObject({ side: 'long', contracts: 10_000 })
  const [closed] = await exchange.fetchClosedOrders(undefined, undefined, undefined, { code: 'BTC' })
  expect(closed).toMatchObject({ status: 'closed', amount: 10_000 })
  const trades = await exchange.fetchOrderTrades(closed?.id ?? '', PERPETUAL)
  expect(trades).toMatchObject([{ order: closed?.id, amount: 10_000, price: 100_010 }])
  const mine = await exchange.fetchMyTrades(PERPETUAL, Date.now() - 3_600_000)
  expect(mine).toMatchObject([{ id: trades[0]?.id }])
})

test('candles of what was traded', async () => {
  const candles = await exchange.fetchOHLCV(PERPETUAL, '1m', undefined, 5)
  // 10,000 dollars at 100,010 by the demo: coin.
  const traded = candles.find((candle) => (candle[5] ?? 0) > 0)
  expect(traded?.slice(1, 5)).toEqual([100_010, 100_010, 100_010, 100_010])
  expect(traded?.[5]).toBeCloseTo(10_000 / 100_010, 8)
  expect((await exchange.fetchOHLCV('ETH/USD:ETH', '1h')).length).toBe(0)
})

test('funding now, and of the past hours, of which a new server has none', async () => {
  expect(await exchange.fetchFundingRate(PERPETUAL)).toMatchObject({ symbol: PERPETUAL, fundingRate: 0 })
  expect(await exchange.fetchFundingRateHistory(PERPETUAL)).toEqual([])
})

test('tickers, open interest, an option and the chain of them', async () => {
  const tickers = await exchange.fetchTickers(undefined, { code: 'BTC' })
  expect(tickers[PERPETUAL]).toMatchObject({ bid: 99_990, ask: 100_010, last: 100_010 })
  // The demo's client holds 10,000 dollars.
  expect((await exchange.fetchOpenInterest(PERPETUAL)).openInterestValue).toBe(10_000)
  expect(await exchange.fetchOption(CALL)).toMatchObject({
    bidPrice: 0.0795,
    askPrice: 0.0805,
    markPrice: 0.08,
  })
  const chain = await exchange.fetchOptionChain('BTC')
  expect(Object.keys(chain).sort()).toEqual([CALL, 'BTC/USD:BTC-270625-80000-P'].sort())
})

test('nobody was liquidated', async () => {
  expect(await exchange.fetchLiquidations(PERPETUAL)).toEqual([])
  expect(await exchange.fetchMyLiquidations(PERPETUAL)).toEqual([])
})

test('a history of volatility, of which a new server has none', async () => {
  expect(await exchange.fetchVolatilityHistory('BTC')).toEqual([])
})
