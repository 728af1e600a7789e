/** Candles of the past, beside the charts that the second venue shows of them. */
import { DAY, HOUR, MINUTE, SECOND, toMilliseconds } from '@stemma/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NAME, openPastDesk, type PastDesk, time } from '../../../testing/past-desk.js'
import { START } from '../../../testing/venue.js'

describe('candles', () => {
  let past: PastDesk
  const market = (side: 'buy' | 'sell', amount: number) =>
    past.venue(`private/${side}`, { instrument_name: NAME, amount, type: 'market' }, past.trader)

  beforeAll(async () => {
    past = await openPastDesk()
    // The demo bought 0.1 at 100,010 in the first minute; sold is at 99,990.
    past.clock.advance(3 * MINUTE)
    await market('sell', 0.2)
    past.clock.advance(SECOND)
    await market('buy', 0.05)
  })
  afterAll(() => past.desk.close())

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
    const { items, next_cursor } = await past.read(path('1m', '&newest_first=false'))
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
    expect((await past.read(path('5m'))).items).toMatchObject([
      { start: time(START), open: '100010', low: '99990', close: '100010', volume: '0.35', trades: 3 },
    ])
    // The same in the name of its id.
    const { instrument_id: id } = await past.venue('public/get_instrument', { instrument_name: NAME })
    expect(
      (await past.read(`/instruments/ins_${id}/candles?resolution=1m&newest_first=false`)).items,
    ).toEqual(items)
  })

  test('have the same numbers as the chart of the second venue, at every resolution', async () => {
    past.clock.advance(2 * HOUR)
    const words = { '1m': '1', '3m': '3', '5m': '5', '10m': '10', '15m': '15', '30m': '30' }
    const longer = { '1h': '60', '2h': '120', '3h': '180', '6h': '360', '12h': '720', '1d': '1D' }
    for (const [ours, resolution] of Object.entries({ ...words, ...longer })) {
      const chart = await past.venue('public/get_tradingview_chart_data', {
        instrument_name: NAME,
        start_timestamp: toMilliseconds(START),
        end_timestamp: toMilliseconds(past.clock.now()),
        resolution,
      })
      const candles = await past.allOf(path(ours, '&newest_first=false&limit=500'))
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
    const whole = (await past.read(path('1m', '&limit=500&newest_first=false'))).items
    // The first three minutes, the one that was traded in, and 120 more.
    expect(whole).toHaveLength(124)
    expect(await past.allOf(path('1m', '&limit=7&newest_first=false'))).toEqual(whole)
    expect(await past.allOf(path('1m', '&limit=7'))).toEqual([...whole].reverse())
    const bounds = `&from=${time(START + 2 * MINUTE + SECOND)}&to=${time(START + 4 * MINUTE + SECOND)}`
    expect((await past.read(path('1m', `${bounds}&newest_first=false`))).items).toEqual(whole.slice(2, 5))
    // Before the first trade and behind now there are none.
    const early = `&from=${time(START - DAY)}&to=${time(START + SECOND)}`
    expect((await past.read(path('1m', early))).items).toEqual(whole.slice(0, 1))
    expect((await past.read(path('1m', `&from=${time(START + DAY)}`))).items).toEqual([])
    expect((await past.read(path('1m', `&to=${time(START - MINUTE)}`))).items).toEqual([])
  })

  test('a candle that the span ends in is told whole', async () => {
    const to = START + SECOND
    // All of the first five minutes, whenever of them the span ends.
    const whole = { volume: '0.35', low: '99990', close: '100010', trades: 3 }
    expect((await past.read(path('5m', `&to=${time(to)}`))).items).toMatchObject([whole])
    const chart = await past.venue('public/get_tradingview_chart_data', {
      instrument_name: NAME,
      start_timestamp: toMilliseconds(START),
      end_timestamp: toMilliseconds(to as never),
      resolution: '5',
    })
    expect(chart).toMatchObject({ volume: [0.35], low: [99_990] })
  })

  test('of what was never traded there are none; what cannot be asked is refused', async () => {
    expect(await past.read('/instruments/ETH-PERPETUAL/candles?resolution=1d')).toEqual({
      items: [],
      next_cursor: null,
    })
    expect(await past.read(path('2m'))).toMatchObject({ status: 400, field: '/resolution' })
    expect(await past.read('/instruments/none/candles?resolution=1m')).toMatchObject({
      code: 'instrument_unknown',
    })
    expect(await past.read(path('1m', '&limit=501'))).toMatchObject({ status: 400, field: '/limit' })
    for (const cursor of [
      'x',
      Buffer.from('"x"').toString('base64url'),
      Buffer.from('[1]').toString('base64url'),
    ])
      expect(await past.read(path('1m', `&cursor=${cursor}`))).toMatchObject({
        status: 400,
        field: '/cursor',
      })
  })

  test('take the right to see the market, and tell nothing to whoever lacks it', async () => {
    const { user } = await past.desk.operate('GET', '/whoami')
    const key = await past.desk.operate('POST', '/api_keys', {
      user: user.id,
      display_name: 'Reader of parties',
      scopes: ['parties:read'],
    })
    for (const name of [NAME, 'none'])
      expect(await past.read(`/instruments/${name}/candles?resolution=1m`, key.secret)).toMatchObject({
        status: 403,
        code: 'scope_missing',
      })
  })
})
