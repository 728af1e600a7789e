/** Indexes by full hours and how much they moved, beside what the second venue tells of them. */
import { HOUR } from '@stemma/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPastDesk, type PastDesk, type Told, time } from '../../../testing/past-desk.js'

describe('indexes', () => {
  let past: PastDesk
  beforeAll(async () => {
    past = await openPastDesk()
    past.passHour()
    for (const price of ['101000', '100000', '102010']) {
      await past.desk.operate('POST', '/prices', { indexes: [{ name: 'btc_usd', price }], prices: [] })
      past.passHour()
    }
  })
  afterAll(() => past.desk.close())

  test('are read by full hours, and how much they moved, as the second venue has it', async () => {
    const now = past.clock.now()
    const hours = (await past.read('/indexes/btc_usd/hours?newest_first=false')).items
    expect(hours).toEqual(
      ['100000', '101000', '100000', '102010'].map((price, at) => ({
        hour: time(now - (3 - at) * HOUR),
        price,
      })),
    )
    expect(await past.allOf('/indexes/btc_usd/hours?limit=3')).toEqual([...hours].reverse())
    const { index, items } = await past.read('/indexes/btc_usd/volatility')
    // The logarithms are L, -L and 2 L, where L = ln 1.01. Of the first two: mean 0, deviation √2 L.
    // Of all three: mean 2/3 L, squares (1 + 25 + 16) / 9 L², half of which is 7/3 L². A year has 8,760 hours.
    const unit = Math.log(1.01) * Math.sqrt(8_760)
    expect(index).toBe('btc_usd')
    expect(items.map(({ hour }: Told) => hour)).toEqual([time(now - HOUR), time(now)])
    expect(Number(items[0].volatility)).toBeCloseTo(unit * Math.sqrt(2), 8)
    expect(Number(items[1].volatility)).toBeCloseTo(unit * Math.sqrt(7 / 3), 8)
    const percents = await past.venue('public/get_historical_volatility', { currency: 'BTC' })
    for (const [at, [timestamp, percent]] of percents.entries()) {
      expect(Date.parse(items[at].hour)).toBe(timestamp)
      expect(100 * Number(items[at].volatility)).toBeCloseTo(percent, 8)
    }
    expect(percents).toHaveLength(2)
  })

  test('that no perpetual follows are recorded nowhere; those that are not there are refused', async () => {
    for (const path of ['/indexes/usdc_usd/hours', '/indexes/usdc_usd/volatility'])
      expect((await past.read(path)).items).toEqual([])
    for (const path of ['/indexes/xyz_usd/hours', '/indexes/xyz_usd/volatility', '/indexes/BTC/hours'])
      expect(await past.read(path)).toMatchObject({ status: 400, field: '/index' })
  })
})
