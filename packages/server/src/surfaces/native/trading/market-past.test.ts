/** Candles, funding by the hour, settlements and indexes of the past, beside what the second venue shows of them. */
import { DAY, formatDecimal, HOUR, MINUTE, SECOND, toMilliseconds } from '@stemma/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ManualClock } from '../../../host/clock.js'
import { type CryptoDesk, type Key, openCryptoDesk } from '../../../testing/crypto-desk.js'
import { START } from '../../../testing/venue.js'

let desk: CryptoDesk
let clock: ManualClock
let trader: Key
const NAME = 'BTC_USDC-PERPETUAL'

async function open(): Promise<void> {
  clock = new ManualClock(START)
  desk = await openCryptoDesk(clock)
  trader = desk.subaccounts[2] as Key
}

const read = async (path: string, key = desk.operatorKey) => {
  const response = await fetch(`${desk.url}/stemma/v1${path}`, {
    headers: { authorization: `Bearer ${key}` },
  })
  return (await response.json()) as Told
}
// biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
type Told = any
/** All pages, as a client reads them. */
async function allOf(path: string): Promise<Told[]> {
  const items: Told[] = []
  for (let cursor: string | null = null; ; ) {
    const page: Told = await read(`${path}${cursor === null ? '' : `&cursor=${cursor}`}`)
    items.push(...page.items)
    cursor = page.next_cursor
    if (cursor === null) return items
  }
}
const venue = async (method: string, params: object, key: Key | null = null) => {
  const { body } = await desk.call(method, params, key)
  if (body.error !== undefined) throw new Error(JSON.stringify(body.error))
  return body.result
}
const market = (side: 'buy' | 'sell', amount: number) =>
  venue(`private/${side}`, { instrument_name: NAME, amount, type: 'market' }, trader)
const time = (microseconds: number) => `${new Date(microseconds / 1_000).toISOString().slice(0, -1)}000Z`
async function passHour(): Promise<void> {
  clock.advance(HOUR - (clock.now() % HOUR))
  desk.server.host.tick()
}

describe('candles', () => {
  beforeAll(async () => {
    await open()
    // The demo bought 0.1 at 100,010 in the first minute; sold is at 99,990.
    clock.advance(3 * MINUTE)
    await market('sell', 0.2)
    clock.advance(SECOND)
    await market('buy', 0.05)
  })
  afterAll(() => desk.close())

  const path = (resolution: string, more = '') =>
    `/instruments/${NAME}/candles?resolution=${resolution}${more}`

  test('of minutes, with those in which nothing was traded, and longer ones added up', async () => {
    const flat = {
      open: '100010',
      high: '100010',
      low: '100010',
      close: '100010',
      volume: '0',
      notional: '0.000000',
      trades: 0,
    }
    const { items, next_cursor } = await read(path('1m', '&newest_first=false'))
    expect(next_cursor).toBeNull()
    expect(items).toEqual(
      [
        { ...flat, volume: '0.1', notional: '10001.000000', trades: 1 },
        flat,
        flat,
        // 0.2 × 99,990 + 0.05 × 100,010.
        { ...flat, open: '99990', low: '99990', volume: '0.25', notional: '24998.500000', trades: 2 },
      ].map((candle, minute) => ({ start: time(START + minute * MINUTE), currency: 'USDC', ...candle })),
    )
    expect((await read(path('5m'))).items).toMatchObject([
      { start: time(START), open: '100010', low: '99990', close: '100010', volume: '0.35', trades: 3 },
    ])
    // The same in the name of its id.
    const { instrument_id: id } = await venue('public/get_instrument', { instrument_name: NAME })
    expect((await read(`/instruments/ins_${id}/candles?resolution=1m&newest_first=false`)).items).toEqual(
      items,
    )
  })

  test('have the same numbers as the chart of the second venue, at every resolution', async () => {
    clock.advance(2 * HOUR)
    const words = { '1m': '1', '3m': '3', '5m': '5', '10m': '10', '15m': '15', '30m': '30' }
    const longer = { '1h': '60', '2h': '120', '3h': '180', '6h': '360', '12h': '720', '1d': '1D' }
    for (const [ours, resolution] of Object.entries({ ...words, ...longer })) {
      const chart = await venue('public/get_tradingview_chart_data', {
        instrument_name: NAME,
        start_timestamp: toMilliseconds(START),
        end_timestamp: toMilliseconds(clock.now()),
        resolution,
      })
      const candles = await allOf(path(ours, '&newest_first=false&limit=500'))
      const column = (name: string) => candles.map((candle) => Number(candle[name]))
      expect(
        candles.map(({ start }) => Date.parse(start)),
        ours,
      ).toEqual(chart.ticks)
      for (const name of ['open', 'high', 'low', 'close', 'volume'])
        expect(column(name), `${ours} ${name}`).toEqual(chart[name])
      expect(column('notional'), ours).toEqual(chart.cost)
    }
  })

  test('come in pages, the newest first or last, from and to the candle that a time is in', async () => {
    const whole = (await read(path('1m', '&limit=500&newest_first=false'))).items
    // The first three minutes, the one that was traded in, and 120 more.
    expect(whole).toHaveLength(124)
    expect(await allOf(path('1m', '&limit=7&newest_first=false'))).toEqual(whole)
    expect(await allOf(path('1m', '&limit=7'))).toEqual([...whole].reverse())
    const bounds = `&from=${time(START + 2 * MINUTE + SECOND)}&to=${time(START + 4 * MINUTE + SECOND)}`
    expect((await read(path('1m', `${bounds}&newest_first=false`))).items).toEqual(whole.slice(2, 5))
    // Before the first trade and behind now there are none.
    const early = `&from=${time(START - DAY)}&to=${time(START + SECOND)}`
    expect((await read(path('1m', early))).items).toEqual(whole.slice(0, 1))
    expect((await read(path('1m', `&from=${time(START + DAY)}`))).items).toEqual([])
    expect((await read(path('1m', `&to=${time(START - MINUTE)}`))).items).toEqual([])
  })

  test('a candle that the span ends in is told whole', async () => {
    const to = START + SECOND
    // All of the first five minutes, whenever of them the span ends.
    const whole = { volume: '0.35', low: '99990', close: '100010', trades: 3 }
    expect((await read(path('5m', `&to=${time(to)}`))).items).toMatchObject([whole])
    const chart = await venue('public/get_tradingview_chart_data', {
      instrument_name: NAME,
      start_timestamp: toMilliseconds(START),
      end_timestamp: toMilliseconds(to as never),
      resolution: '5',
    })
    expect(chart).toMatchObject({ volume: [0.35], low: [99_990] })
  })

  test('of what was never traded there are none; what cannot be asked is refused', async () => {
    expect(await read('/instruments/ETH-PERPETUAL/candles?resolution=1d')).toEqual({
      items: [],
      next_cursor: null,
    })
    expect(await read(path('2m'))).toMatchObject({ status: 400, field: '/resolution' })
    expect(await read('/instruments/none/candles?resolution=1m')).toMatchObject({
      code: 'instrument_unknown',
    })
    expect(await read(path('1m', '&limit=501'))).toMatchObject({ status: 400, field: '/limit' })
    for (const cursor of [
      'x',
      Buffer.from('"x"').toString('base64url'),
      Buffer.from('[1]').toString('base64url'),
    ])
      expect(await read(path('1m', `&cursor=${cursor}`))).toMatchObject({ status: 400, field: '/cursor' })
  })

  test('take the right to see the market, and tell nothing to whoever lacks it', async () => {
    const { user } = await desk.operate('GET', '/whoami')
    const key = await desk.operate('POST', '/api_keys', {
      user: user.id,
      display_name: 'Reader of parties',
      scopes: ['parties:read'],
    })
    for (const name of [NAME, 'none'])
      expect(await read(`/instruments/${name}/candles?resolution=1m`, key.secret)).toMatchObject({
        status: 403,
        code: 'scope_missing',
      })
  })
})

describe('funding', () => {
  let begun: number

  beforeAll(async () => {
    await open()
    // On a full hour the mark goes 0.1 % above the index, of which 0.05 % is let pass: 0.05 % in eight hours.
    await passHour()
    begun = clock.now()
    const { instrument_id: id } = await venue('public/get_instrument', { instrument_name: 'BTC-PERPETUAL' })
    await desk.operate('POST', '/prices', { prices: [{ instrument: `ins_${id}`, price: '100100' }] })
    for (let hour = 0; hour < 3; hour += 1) await passHour()
  })
  afterAll(() => desk.close())

  const path = '/instruments/BTC-PERPETUAL/funding-hours'

  test('by full hours, and as a sum between two times', async () => {
    const bounds = `from=${time(begun + SECOND)}&newest_first=false`
    const { items } = await read(`${path}?${bounds}`)
    expect(items).toMatchObject(
      [1, 2, 3].map((hour) => ({
        symbol: 'BTC-PERPETUAL',
        hour: time(begun + hour * HOUR),
        index_price: '100000',
        index_price_before: '100000',
        funding_rate: '0.0005',
        // An eighth of 0.05 % in each hour.
        interest_1h: '0.0000625',
        interest_8h: formatDecimal(BigInt(hour) * 625n, 7),
        interest: formatDecimal(BigInt(hour) * 625n, 7),
      })),
    )
    expect(await allOf(`${path}?${bounds}&limit=1`)).toEqual(items)
    const sum = await read(`${path}/sum?from=${time(begun)}&to=${time(begun + 3 * HOUR)}`)
    expect(sum).toMatchObject({ symbol: 'BTC-PERPETUAL', interest: '0.0001875' })
    const span = {
      start_timestamp: toMilliseconds(begun as never),
      end_timestamp: toMilliseconds(clock.now()),
    }
    const asked = { instrument_name: 'BTC-PERPETUAL', ...span }
    expect(Number(sum.interest)).toBe(await venue('public/get_funding_rate_value', asked))
    const rates = await venue('public/get_funding_rate_history', {
      ...asked,
      start_timestamp: span.start_timestamp + 1,
    })
    expect(rates.map((rate: Told) => rate.interest_8h)).toEqual(
      items.map((hour: Told) => Number(hour.interest_8h)),
    )
  })

  test('is of perpetuals, and of times in their order', async () => {
    const dated = '/instruments/BTC-25JUN27/funding-hours'
    expect(await read(dated)).toMatchObject({ status: 400, field: '/instrument' })
    const bounds = `from=${time(begun)}&to=${time(begun)}`
    expect(await read(`${dated}/sum?${bounds}`)).toMatchObject({ status: 400, field: '/instrument' })
    expect(await read(`${path}/sum?${bounds}`)).toMatchObject({ interest: '0' })
    const reversed = `from=${time(begun)}&to=${time(begun - 1_000)}`
    expect(await read(`${path}/sum?${reversed}`)).toMatchObject({ status: 400, field: '/to' })
    expect(await read(`${path}/sum?from=${time(begun)}`)).toMatchObject({ status: 400, field: '/to' })
  })
})

describe('indexes', () => {
  beforeAll(async () => {
    await open()
    await passHour()
    for (const price of ['101000', '100000', '102010']) {
      await desk.operate('POST', '/prices', { indexes: [{ name: 'btc_usd', price }], prices: [] })
      await passHour()
    }
  })
  afterAll(() => desk.close())

  test('are read by full hours, and how much they moved, as the second venue has it', async () => {
    const now = clock.now()
    const hours = (await read('/indexes/btc_usd/hours?newest_first=false')).items
    expect(hours).toEqual(
      ['100000', '101000', '100000', '102010'].map((price, at) => ({
        hour: time(now - (3 - at) * HOUR),
        price,
      })),
    )
    expect(await allOf('/indexes/btc_usd/hours?limit=3')).toEqual([...hours].reverse())
    const { index, items } = await read('/indexes/btc_usd/volatility')
    // The logarithms are L, -L and 2 L, where L = ln 1.01. Of the first two: mean 0, deviation √2 L.
    // Of all three: mean 2/3 L, squares (1 + 25 + 16) / 9 L², half of which is 7/3 L². A year has 8,760 hours.
    const unit = Math.log(1.01) * Math.sqrt(8_760)
    expect(index).toBe('btc_usd')
    expect(items.map(({ hour }: Told) => hour)).toEqual([time(now - HOUR), time(now)])
    expect(Number(items[0].volatility)).toBeCloseTo(unit * Math.sqrt(2), 8)
    expect(Number(items[1].volatility)).toBeCloseTo(unit * Math.sqrt(7 / 3), 8)
    const percents = await venue('public/get_historical_volatility', { currency: 'BTC' })
    for (const [at, [timestamp, percent]] of percents.entries()) {
      expect(Date.parse(items[at].hour)).toBe(timestamp)
      expect(100 * Number(items[at].volatility)).toBeCloseTo(percent, 8)
    }
    expect(percents).toHaveLength(2)
  })

  test('that no perpetual follows are recorded nowhere; those that are not there are refused', async () => {
    for (const path of ['/indexes/usdc_usd/hours', '/indexes/usdc_usd/volatility'])
      expect((await read(path)).items).toEqual([])
    for (const path of ['/indexes/xyz_usd/hours', '/indexes/xyz_usd/volatility', '/indexes/BTC/hours'])
      expect(await read(path)).toMatchObject({ status: 400, field: '/index' })
  })
})

describe('settlements', () => {
  beforeAll(open)
  afterAll(() => desk.close())

  test('of a session that ended are those of the account and of the instrument, as at the second venue', async () => {
    // Bought 0.1 at 100,010 and held at a mark of 100,000: the session takes 1 USDC.
    clock.advance(DAY)
    desk.server.host.tick()
    const path = `/accounts/acc_${trader.accountId}/settlements`
    const { items } = await read(path)
    expect(items).toMatchObject([
      {
        type: 'settlement',
        account: `acc_${trader.accountId}`,
        symbol: NAME,
        currency: 'USDC',
        quantity: '0.1',
        price: '100000',
        index_price: '100000',
        realized: '0.000000',
        unrealized: '-1.000000',
        funding: '0.000000',
        amount: '-1.000000',
      },
    ])
    for (const filter of [
      `instrument=${NAME}`,
      'currency=USDC',
      'types=settlement',
      'types=settlement,delivery',
    ])
      expect((await read(`${path}?${filter}`)).items, filter).toEqual(items)
    for (const filter of ['instrument=BTC-PERPETUAL', 'currency=BTC', 'types=delivery', 'types=bankruptcy'])
      expect((await read(`${path}?${filter}`)).items, filter).toEqual([])
    const asked = { instrument_name: NAME }
    const theirs = await venue('private/get_settlement_history_by_instrument', asked, trader)
    expect(theirs.settlements).toMatchObject([
      {
        timestamp: Date.parse(items[0].time),
        position: Number(items[0].quantity),
        session_profit_loss: Number(items[0].unrealized),
      },
    ])
  })

  test('of instruments are told to everybody, page by page', async () => {
    clock.advance(DAY)
    desk.server.host.tick()
    const all = await allOf('/instrument-settlements?newest_first=false')
    const own = await allOf(`/instrument-settlements?instruments=${NAME}&newest_first=false`)
    expect(own).toMatchObject([
      { type: 'settlement', symbol: NAME, price: '100000', index_price: '100000' },
      { type: 'settlement', symbol: NAME, price: '100000', index_price: '100000' },
    ])
    expect(all.filter(({ symbol }) => symbol === NAME)).toEqual(own)
    const two = `/instrument-settlements?instruments=${NAME},BTC-PERPETUAL`
    expect(await allOf(`${two}&limit=1`)).toEqual(
      all.filter(({ symbol }) => [NAME, 'BTC-PERPETUAL'].includes(symbol)).reverse(),
    )
    expect(await allOf('/instrument-settlements?types=delivery')).toEqual([])
    const theirs = await venue('public/get_last_settlements_by_instrument', { instrument_name: NAME })
    expect(theirs.settlements.map((each: Told) => each.timestamp)).toEqual(
      own.map((each) => Date.parse(each.time)).reverse(),
    )
  })

  test('what cannot be asked is refused, and what is out of reach is not there', async () => {
    const path = `/accounts/acc_${trader.accountId}/settlements`
    expect(await read(`${path}?instrument=${NAME}&currency=USDC`)).toMatchObject({ field: '/currency' })
    expect(await read(`${path}?types=session`)).toMatchObject({ field: '/types/0' })
    expect(await read(`${path}?currency=XYZ`)).toMatchObject({ code: 'currency_unknown' })
    expect(await read(`${path}?instrument=none`)).toMatchObject({ code: 'instrument_unknown' })
    expect(await read('/accounts/acc_999999/settlements')).toMatchObject({ code: 'not_visible' })
    expect(await read('/instrument-settlements?types=bankruptcy')).toMatchObject({ field: '/types/0' })
    expect(await read('/instrument-settlements?instruments=none')).toMatchObject({
      code: 'instrument_unknown',
    })
  })
})

describe('what an account owed when it had nothing left', () => {
  beforeAll(open)
  afterAll(() => desk.close())

  test('stands among its settlements, of its currency and of no instrument', async () => {
    const post = (path: string, body: object) => desk.operate('POST', path, body)
    const { items: parties } = await desk.operate('GET', '/parties?search=kestrel')
    const party = parties[0].id
    await desk.operate('PUT', `/settings/${party}/margin.insurance`, { value: true })
    const expiry = time(START + 3 * DAY)
    const { instrument } = await post('/instruments', {
      symbol: 'BTC-CALL',
      display_name: 'A call on a coin',
      kind: 'option',
      currency: 'BTC',
      quantity_scale: 1,
      tick: '0.0005',
      lot: '0.1',
      expires_at: expiry,
      derivative: {
        style: 'inverse',
        base: 'BTC',
        index: 'btc_usd',
        option: { type: 'call', strike: '100000' },
      },
      margin_rates: {
        initial: '0.15',
        maintenance: '0.075',
        initial_per_unit: '0',
        maintenance_per_unit: '0',
        option_floor: '0.1',
      },
    })
    await post(`/instruments/${instrument}/state`, { state: 'open' })
    await post('/prices', { prices: [{ instrument, price: '0.05' }] })
    const holding = async (name: string, amount: string): Promise<string> => {
      const { account } = await post('/accounts', {
        party,
        name,
        display_name: name,
        type: 'segregated_standard',
      })
      await post('/deposits', { account, currency: 'BTC', amount, settle: true })
      return account
    }
    const [writer, buyer] = [await holding('writer', '0.30000000'), await holding('buyer', '1.00000000')]
    const order = { instrument, type: 'limit', time_in_force: 'gtc', quantity: '1', price: '0.05' }
    await post('/orders', { ...order, account: writer, side: 'sell' })
    await post('/orders', { ...order, account: buyer, side: 'buy' })
    await post('/prices', { indexes: [{ name: 'btc_usd', price: '200000' }] })
    clock.advance(3 * DAY + MINUTE)
    desk.server.host.tick()
    clock.advance(MINUTE)
    desk.server.host.tick()
    const path = `/accounts/${writer}/settlements`
    // Written for 0.05, delivered at 200,000: half a coin. Of 0.3 + 0.05 that leaves 0.15 that is owed.
    const delivered = { type: 'delivery', symbol: 'BTC-CALL', quantity: '-1', amount: '-0.50000000' }
    const owed = { type: 'bankruptcy', instrument: null, symbol: null, currency: 'BTC', amount: '0.15000000' }
    expect((await read(`${path}?newest_first=false`)).items).toMatchObject([delivered, owed])
    expect((await read(`${path}?currency=BTC&newest_first=false`)).items).toMatchObject([delivered, owed])
    expect(await allOf(`${path}?currency=BTC&limit=1`)).toMatchObject([owed, delivered])
    expect((await read(`${path}?instrument=BTC-CALL`)).items).toMatchObject([delivered])
    expect((await read(`${path}?types=bankruptcy`)).items).toMatchObject([owed])
    expect((await read(`${path}?types=bankruptcy&currency=USDC`)).items).toEqual([])
    const settled = await read('/instrument-settlements?instruments=BTC-CALL')
    expect(settled.items).toMatchObject([{ type: 'delivery', index_price: '200000' }])
  })
})
