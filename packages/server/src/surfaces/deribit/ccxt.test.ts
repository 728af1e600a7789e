/** The venue's best known client library, unmodified: the flows of section 12 against a started server. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { oneTimeCode } from '../../testing/authenticator.js'
import { ccxtOf } from '../../testing/ccxt.js'
import { type CryptoDesk, openCryptoDesk } from '../../testing/crypto-desk.js'

let desk: CryptoDesk
let exchange: ReturnType<typeof ccxtOf>

beforeAll(async () => {
  desk = await openCryptoDesk()
  exchange = ccxtOf(desk.url, desk.main)
})
afterAll(() => desk.close())

const PERPETUAL = 'BTC/USD:BTC'

const idOf = ({ id }: { readonly id?: string | undefined }): string => id ?? ''
/** The library's types know balances by currency, and not that totals are there too. */
const totalOf = (balances: object, code: string): number | undefined =>
  (balances as { readonly total: Record<string, number> }).total[code]

test('markets are loaded: swaps, a future and options, inverse and linear', async () => {
  const markets = await exchange.loadMarkets()
  expect(markets[PERPETUAL]).toMatchObject({
    id: 'BTC-PERPETUAL',
    swap: true,
    inverse: true,
    contractSize: 10,
  })
  expect(markets['BTC/USDC:USDC']).toMatchObject({ linear: true, contractSize: 0.0001, settle: 'USDC' })
  expect(markets['BTC/USD:BTC-270625']).toMatchObject({ future: true, inverse: true })
  expect(markets['BTC/USD:BTC-270625-120000-C']).toMatchObject({
    option: true,
    strike: 120_000,
    contractSize: 1,
  })
  expect(exchange.currencies).toHaveProperty('BTC')
})

test('the server tells its time and that it is open', async () => {
  expect(await exchange.fetchTime()).toBeGreaterThan(1_700_000_000_000)
  expect((await exchange.fetchStatus()).status).toBe('ok')
})

test('ticker, book and trades of the market that the maker makes', async () => {
  const ticker = await exchange.fetchTicker(PERPETUAL)
  expect(ticker).toMatchObject({ symbol: PERPETUAL, bid: 99_990, ask: 100_010, last: 100_010 })
  const book = await exchange.fetchOrderBook(PERPETUAL, 7)
  expect(book.bids).toEqual([
    [99_990, 50_000],
    [99_950, 100_000],
  ])
  // 50,000 less what the client bought.
  expect(book.asks[0]).toEqual([100_010, 40_000])
  const [trade] = await exchange.fetchTrades(PERPETUAL)
  expect(trade).toMatchObject({ side: 'buy', price: 100_010, amount: 10_000 })
})

test('accounts: the main account and its three subaccounts', async () => {
  const accounts = await exchange.fetchAccounts()
  expect(accounts.map(({ id }) => Number(id))).toEqual([
    desk.main.accountId,
    ...desk.subaccounts.map(({ accountId }) => accountId),
  ])
})

test('balances of all currencies, and of one', async () => {
  const all = await exchange.fetchBalance()
  // Bought 10,000 dollars at 100,010, marked at 100,000: 10,000/100,010 - 10,000/100,000 = -0.00000999... coin of the
  // 10.5 that are not promised to the prepared transfer: 10.5 - 0.5.
  expect(totalOf(all, 'BTC')).toBeCloseTo(9.99999, 5)
  const one = await exchange.fetchBalance({ code: 'ETH' })
  expect(totalOf(one, 'ETH')).toBe(50)
})

test('positions: what the demo bought', async () => {
  const positions = await exchange.fetchPositions([PERPETUAL])
  expect(positions).toHaveLength(1)
  expect(positions[0]).toMatchObject({ side: 'long', contracts: 10_000, entryPrice: 100_010 })
})

test('an order is placed, read, edited and cancelled', async () => {
  const placed = await exchange.createOrder(PERPETUAL, 'limit', 'buy', 200, 95_000, { label: 'd7' })
  expect(placed).toMatchObject({ status: 'open', amount: 200, price: 95_000, side: 'buy', filled: 0 })
  expect(await exchange.fetchOpenOrders(PERPETUAL)).toMatchObject([{ id: idOf(placed) }])
  const edited = await exchange.editOrder(idOf(placed), PERPETUAL, 'limit', 'buy', 300, 95_500)
  expect(edited).toMatchObject({ id: idOf(placed), amount: 300, price: 95_500, status: 'open' })
  const cancelled = await exchange.cancelOrder(idOf(placed))
  expect(cancelled).toMatchObject({ id: idOf(placed), status: 'canceled' })
  expect(await exchange.fetchOrder(idOf(placed))).toMatchObject({ status: 'canceled' })
  await expect(exchange.cancelOrder(idOf(placed))).rejects.toThrow('already_closed')
})

test('a market order fills, and is among the closed orders and the own trades', async () => {
  const filled = await exchange.createOrder(PERPETUAL, 'market', 'buy', 100)
  expect(filled).toMatchObject({ status: 'closed', filled: 100, average: 100_010 })
  const mine = (await exchange.fetchMyTrades(PERPETUAL)).at(-1)
  expect(mine).toMatchObject({ order: idOf(filled), price: 100_010, amount: 100, takerOrMaker: 'taker' })
  expect(await exchange.fetchOrderTrades(idOf(filled), PERPETUAL)).toHaveLength(1)
  const closed = await exchange.fetchClosedOrders(PERPETUAL)
  expect(closed.map(({ id }) => id)).toContain(idOf(filled))
})

test('all orders of an instrument, and all, are cancelled', async () => {
  await exchange.createOrder(PERPETUAL, 'limit', 'buy', 100, 90_000)
  await exchange.createOrder('BTC/USDC:USDC', 'limit', 'buy', 0.01, 90_000)
  await exchange.cancelAllOrders(PERPETUAL)
  expect(await exchange.fetchOpenOrders(undefined, undefined, undefined, { code: 'BTC' })).toEqual([])
  await exchange.cancelAllOrders()
  expect(await exchange.fetchOpenOrders('BTC/USDC:USDC')).toEqual([])
})

test('a stop waits untriggered, and a reduce-only order that would increase is refused', async () => {
  const stop = await exchange.createOrder(PERPETUAL, 'stop_limit', 'buy', 100, 110_000, {
    stopPrice: 109_000,
    trigger_price: 109_000,
    trigger: 'mark_price',
  })
  expect(stop.status).toBe('open')
  expect(stop.info.order_state).toBe('untriggered')
  await exchange.cancelOrder(idOf(stop))
  await expect(
    exchange.createOrder(PERPETUAL, 'limit', 'buy', 100, 90_000, { reduceOnly: true }),
  ).rejects.toThrow('other_reject would_not_reduce')
})

test('money goes to a subaccount and is among the transfers', async () => {
  const to = String(desk.subaccounts[0]?.accountId)
  const transfer = await exchange.transfer('BTC', 0.75, 'main', to)
  expect(transfer).toMatchObject({ status: 'ok', amount: 0.75, currency: 'BTC' })
  const latest = (await exchange.fetchTransfers('BTC')).at(-1)
  expect(latest).toMatchObject({ id: transfer.id, amount: 0.75, status: 'ok' })
  const sub = ccxtOf(desk.url, desk.subaccounts[0] ?? desk.main)
  // 1.99195 + 0.75 in cash; the future that was sold is marked at 102,000 and the call at 0.08.
  const { info } = await sub.fetchBalance({ code: 'BTC' })
  expect(info.balance).toBeCloseTo(2.74195, 8)
})

test('more than there is cannot be sent', async () => {
  await expect(
    exchange.transfer('BTC', 5_000, 'main', String(desk.subaccounts[0]?.accountId)),
  ).rejects.toThrow('not_enough_funds')
})

test('a method under a second factor, through the challenge', async () => {
  const params = { sid: desk.subaccounts[0]?.accountId, state: 'enable' }
  const refused: Error = await exchange.privateGetToggleSubaccountLogin(params).then(
    () => expect.unreachable(),
    (thrown: Error) => thrown,
  )
  const { code, data } = JSON.parse(refused.message.slice('deribit '.length)).error
  expect({ code, reason: data.reason }).toEqual({ code: 13668, reason: 'tfa_code_is_required' })
  const authorization_data = oneTimeCode(desk.totpSecret, Date.now() * 1_000)
  const answered = { ...params, authorization_data, challenge: data.challenge }
  expect(await exchange.privateGetToggleSubaccountLogin(answered)).toMatchObject({ result: 'ok' })
})
