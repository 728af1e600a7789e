/** What tickers say of options and of funding (section 7.3), over REST, in channels and by the client library. */
import { DAY, fromMilliseconds, HOUR, MINUTE, SECOND } from '@stemma/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ManualClock } from '../../host/clock.js'
import { ccxtOf } from '../../testing/ccxt.js'
import { type CryptoDesk, openCryptoDesk } from '../../testing/crypto-desk.js'
import { openRpcSocket } from '../../testing/json-rpc-socket.js'

const CALL = 'BTC-25JUN27-120000-C'
const CALL_SYMBOL = 'BTC/USD:BTC-270625-120000-C'
const PERPETUAL = 'BTC-PERPETUAL'
const EXPIRY = fromMilliseconds(Date.UTC(2027, 5, 25, 8))
/** A quarter of a year before the options expire, at two o'clock. */
const clock = new ManualClock(fromMilliseconds((EXPIRY - 91.25 * DAY) / 1_000))
let desk: CryptoDesk

/**
 * With the index at the strike of 120,000 and the mark at 2 N(0.2) − 1 = 0.158519418878206 the volatility is 80 percent:
 * σ √T = 0.8 × 0.5. N(0.2) = 0.579259709439103, and the density there 0.391042693975456 (Abramowitz and Stegun, 26.1):
 *   delta N(0.2); gamma 0.3910427 / (120,000 × 0.4); vega 120,000 × 0.3910427 × 0.5 / 100;
 *   theta −120,000 × 0.3910427 × 0.8 / (2 × 0.5 × 365); rho 120,000 × 0.25 × (1 − N(0.2)) / 100.
 * The demo's quotes are 0.0795 and 0.0805: half of one and a quote is N(0.0998039) and N(0.1010636), four times of which
 * are 39.92 and 40.43 percent.
 */
const GREEKS = { delta: 0.57926, gamma: 0.00001, rho: 126.22209, theta: -102.84959, vega: 234.62562 }
const FIGURES = {
  underlying_price: 120_000,
  underlying_index: 'index_price',
  interest_rate: 0,
  mark_iv: 80,
  bid_iv: 39.92,
  ask_iv: 40.43,
  greeks: GREEKS,
}

beforeAll(async () => {
  desk = await openCryptoDesk(clock)
  await publish({ [CALL]: '0.158519418878206', [PERPETUAL]: '120000' }, { btc_usd: '120000' })
})
afterAll(() => desk.close())

async function publish(marks: Readonly<Record<string, string>>, indexes: Readonly<Record<string, string>>) {
  const prices = await Promise.all(
    Object.entries(marks).map(async ([symbol, price]) => {
      const { id } = await desk.operate('GET', `/instruments/${symbol}`)
      return { instrument: id, price }
    }),
  )
  await desk.operate('POST', '/prices', {
    prices,
    indexes: Object.entries(indexes).map(([name, price]) => ({ name, price })),
  })
}
const result = async (method: string, params: object = {}) =>
  (await desk.call(`public/${method}`, params, null)).body.result
const ticker = (instrument_name: string) => result('ticker', { instrument_name })

test('a ticker of an option has greeks and volatilities, and so has its book', async () => {
  expect(await ticker(CALL)).toMatchObject(FIGURES)
  expect(await result('get_order_book', { instrument_name: CALL })).toMatchObject(FIGURES)
  expect(await ticker(PERPETUAL)).not.toHaveProperty('greeks')
})

test('a summary has the volatility of the mark', async () => {
  const [shown] = await result('get_book_summary_by_instrument', { instrument_name: CALL })
  const { underlying_price, underlying_index, interest_rate, mark_iv } = FIGURES
  expect(shown).toMatchObject({ underlying_price, underlying_index, interest_rate, mark_iv })
  expect(shown).not.toHaveProperty('greeks')
  const all = await result('get_book_summary_by_currency', { currency: 'BTC', kind: 'option' })
  expect(all.find((each: { instrument_name: string }) => each.instrument_name === CALL)).toEqual(shown)
})

test('a put has the greeks of the call, less those of the forward', async () => {
  const put = 'BTC-25JUN27-80000-P'
  const { greeks, mark_iv } = await ticker(put)
  expect(mark_iv).toBeGreaterThan(0)
  expect(greeks.delta).toBeLessThan(0)
  expect(greeks.delta).toBeGreaterThan(-1)
  expect(greeks.rho).toBeLessThan(0)
  expect(greeks.theta).toBeLessThan(0)
})

test('channels of tickers have them too, and an incremental one tells what changed', async () => {
  const socket = await openRpcSocket(desk.url)
  const channels = [`ticker.${CALL}.100ms`, `incremental_ticker.${CALL}`]
  await socket.call('public/subscribe', { channels })
  expect(await socket.told(`ticker.${CALL}.100ms`)).toMatchObject(FIGURES)
  expect(await socket.told(`incremental_ticker.${CALL}`)).toMatchObject({ type: 'snapshot', ...FIGURES })
  await socket.close()
})

test('by the library: greeks, an option, and the chain', async () => {
  const exchange = ccxtOf(desk.url, desk.main)
  expect(await exchange.fetchGreeks(CALL_SYMBOL)).toMatchObject({
    symbol: CALL_SYMBOL,
    delta: GREEKS.delta,
    gamma: GREEKS.gamma,
    rho: GREEKS.rho,
    theta: GREEKS.theta,
    vega: GREEKS.vega,
    bidImpliedVolatility: 39.92,
    askImpliedVolatility: 40.43,
    markImpliedVolatility: 80,
    bidPrice: 0.0795,
    askPrice: 0.0805,
    underlyingPrice: 120_000,
  })
  const option = { underlyingPrice: 120_000, bidPrice: 0.0795, askPrice: 0.0805 }
  const shown = await exchange.fetchOption(CALL_SYMBOL)
  expect(shown).toMatchObject(option)
  expect(shown.info.mark_iv).toBe(80)
  const chain = await exchange.fetchOptionChain('BTC')
  expect(chain[CALL_SYMBOL]).toMatchObject(option)
})

test('a trade says what its price implied, to both sides and to everybody', async () => {
  const { body } = await desk.call('private/buy', { instrument_name: CALL, amount: 0.1, type: 'market' })
  const [trade] = body.result.trades
  expect(trade).toMatchObject({ price: 0.0805, iv: 40.43, underlying_price: 120_000 })
  const last = await desk.call(
    'public/get_last_trades_by_instrument',
    { instrument_name: CALL, count: 1 },
    null,
  )
  expect(last.body.result.trades).toMatchObject([{ trade_id: trade.trade_id, iv: 40.43 }])
  const future = await desk.call('private/buy', { instrument_name: PERPETUAL, amount: 10, type: 'market' })
  expect(future.body.result.trades[0]).not.toHaveProperty('iv')
})

test('the funding of the last eight hours beside the rate of now', async () => {
  const funding = async () => {
    const { current_funding, funding_8h } = await ticker(PERPETUAL)
    return { current_funding, funding_8h }
  }
  // 0.2 % above the index, less the damper of 0.05 %: 0.15 % in eight hours, from full hour to full hour.
  clock.advance(HOUR - (clock.now() % HOUR))
  await publish({ [PERPETUAL]: '120240' }, { btc_usd: '120000' })
  expect(await funding()).toEqual({ current_funding: 0.0015, funding_8h: 0 })
  clock.advance(3 * HOUR + 30 * MINUTE)
  // 0.0015 × 3.5 / 8.
  expect(await funding()).toEqual({ current_funding: 0.0015, funding_8h: 0.00065625 })
  await publish({ [PERPETUAL]: '120000' }, { btc_usd: '120000' })
  clock.advance(4 * HOUR)
  expect(await funding()).toEqual({ current_funding: 0, funding_8h: 0.00065625 })
  clock.advance(2 * HOUR + 30 * MINUTE)
  await publish({}, { btc_usd: '120000' })
  // Ten hours later an hour and a half of it is within the last eight.
  expect(await funding()).toEqual({ current_funding: 0, funding_8h: 0.00028125 })
  clock.advance(15 * MINUTE)
  expect(await funding()).toEqual({ current_funding: 0, funding_8h: 0.000234375 })
  clock.advance(SECOND)
})
