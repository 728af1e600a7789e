/** Charts and funding of the past (section 7). The clock is moved by hand. */
import { HOUR, MINUTE, SECOND, toMilliseconds } from '@stemma/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ManualClock } from '../../host/clock.js'
import { type CryptoDesk, type Key, openCryptoDesk } from '../../testing/crypto-desk.js'
import { openRpcSocket } from '../../testing/json-rpc-socket.js'
import { START } from '../../testing/venue.js'

let desk: CryptoDesk
const clock = new ManualClock(START)
const NAME = 'BTC_USDC-PERPETUAL'
const BEGIN = toMilliseconds(START)

beforeAll(async () => {
  desk = await openCryptoDesk(clock)
})
afterAll(() => desk.close())

const result = async (method: string, params: object, key: Key | null = null) => {
  const { body } = await desk.call(method, params, key)
  if (body.error !== undefined) throw new Error(JSON.stringify(body.error))
  return body.result
}
const error = async (method: string, params: object) => (await desk.call(method, params, null)).body.error
const buy = (amount: number) =>
  result('private/buy', { instrument_name: NAME, amount, type: 'market' }, desk.subaccounts[2])
const sell = (amount: number) =>
  result('private/sell', { instrument_name: NAME, amount, type: 'market' }, desk.subaccounts[2])
const chart = (resolution: string, more: object = {}) =>
  result('public/get_tradingview_chart_data', {
    instrument_name: NAME,
    start_timestamp: BEGIN,
    end_timestamp: toMilliseconds(clock.now()),
    resolution,
    ...more,
  })

test('candles of minutes, with those in which nothing was traded, and longer ones added up', async () => {
  // The demo bought 0.1 at 100,010 in the first minute; sold is at 99,990.
  clock.advance(3 * MINUTE)
  await sell(0.2)
  clock.advance(SECOND)
  await buy(0.05)
  expect(await chart('1')).toEqual({
    status: 'ok',
    ticks: [0, 1, 2, 3].map((minute) => BEGIN + minute * 60_000),
    open: [100_010, 100_010, 100_010, 99_990],
    high: [100_010, 100_010, 100_010, 100_010],
    low: [100_010, 100_010, 100_010, 99_990],
    close: [100_010, 100_010, 100_010, 100_010],
    volume: [0.1, 0, 0, 0.25],
    // 0.1 × 100,010; 0.2 × 99,990 + 0.05 × 100,010.
    cost: [10_001, 0, 0, 24_998.5],
  })
  expect(await chart('5')).toMatchObject({
    ticks: [BEGIN],
    open: [100_010],
    low: [99_990],
    close: [100_010],
    volume: [0.35],
    cost: [34_999.5],
  })
  clock.advance(2 * HOUR)
  const hours = await chart('60')
  expect(hours).toMatchObject({ volume: [0.35, 0, 0], close: [100_010, 100_010, 100_010] })
})

test('an inverse contract has coin as volume and dollars as cost', async () => {
  const { volume, cost } = await chart('1D', { instrument_name: 'BTC-PERPETUAL' })
  expect(cost).toEqual([10_000])
  // 10,000 / 100,010.
  expect(volume[0]).toBeCloseTo(10_000 / 100_010, 8)
})

test('where nothing was traded there are none, and what cannot be asked is refused', async () => {
  const none = { status: 'no_data', ticks: [], open: [], high: [], low: [], close: [], volume: [], cost: [] }
  expect(await chart('1', { instrument_name: 'ETH-PERPETUAL' })).toEqual(none)
  expect(await chart('1', { start_timestamp: BEGIN - 10 * 60_000, end_timestamp: BEGIN - 1 })).toEqual(none)
  const refused = async (more: object) =>
    (
      await error('public/get_tradingview_chart_data', {
        instrument_name: NAME,
        start_timestamp: BEGIN,
        end_timestamp: BEGIN + 1,
        resolution: '1',
        ...more,
      })
    ).data.param
  expect(await refused({ resolution: '2' })).toBe('resolution')
  expect(await refused({ end_timestamp: BEGIN - 1 })).toBe('end_timestamp')
  expect(await refused({ instrument_name: 'X' })).toBe('instrument_name')
})

test('a span of more candles than may be has the newest of them', async () => {
  clock.advance(5_001 * MINUTE)
  const { ticks } = await chart('1')
  expect(ticks).toHaveLength(5_000)
  expect(ticks.at(-1)).toBe(toMilliseconds(clock.now()) - (toMilliseconds(clock.now()) % 60_000))
})

test('the running candle is told at once and after every trade', async () => {
  const socket = await openRpcSocket(desk.url)
  const channel = `chart.trades.${NAME}.1`
  const { result: opened } = await socket.call('public/subscribe', {
    channels: [channel, `chart.trades.${NAME}.2`, 'chart.other.X.1'],
  })
  expect(opened).toEqual([channel])
  const first = await socket.told(channel)
  expect(first).toMatchObject({ close: 100_010, volume: 0 })
  await buy(0.01)
  const next = await socket.told(channel, ({ volume }) => volume === 0.01)
  expect(next).toMatchObject({ open: 100_010, close: 100_010, cost: 1_000.1 })
  await socket.close()
})

test('funding by full hours: as a sum between two times, and one by one', async () => {
  const asked = { instrument_name: 'BTC-PERPETUAL' }
  const instrument = (await result('public/get_instrument', asked)).instrument_id
  // On a full hour the mark goes 0.1 % above the index, of which 0.05 % is let pass: 0.05 % in eight hours.
  clock.advance(HOUR - (clock.now() % HOUR))
  const published = { prices: [{ instrument: `ins_${instrument}`, price: '100100' }] }
  await desk.operate('POST', '/prices', published)
  const begun = toMilliseconds(clock.now())
  clock.advance(3 * HOUR)
  desk.server.host.tick()
  const span = { ...asked, start_timestamp: begun, end_timestamp: begun + 3 * 3_600_000 }
  const rates = await result('public/get_funding_rate_history', { ...span, start_timestamp: begun + 1 })
  expect(rates).toHaveLength(3)
  for (const [at, rate] of rates.entries()) {
    expect(rate).toMatchObject({
      timestamp: begun + (at + 1) * 3_600_000,
      index_price: 100_000,
      prev_index_price: 100_000,
      interest_1h: 0.0000625,
    })
  }
  // Three of the last eight hours.
  expect(rates[2].interest_8h).toBeCloseTo(3 * 0.0000625, 12)
  expect(await result('public/get_funding_rate_value', span)).toBeCloseTo(3 * 0.0000625, 12)
  const wrong = { ...span, instrument_name: 'BTC-25JUN27' }
  expect((await error('public/get_funding_rate_value', wrong)).data.param).toBe('instrument_name')
  expect((await error('public/get_funding_rate_history', asked)).data.param).toBe('start_timestamp')
})
