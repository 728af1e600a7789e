/** Funding by full hours, beside what the second venue tells of it. */
import { formatDecimal, HOUR, SECOND, toMilliseconds } from '@stemma/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPastDesk, type PastDesk, type Told, time } from '../../../testing/past-desk.js'

describe('funding', () => {
  let past: PastDesk
  let begun: number

  beforeAll(async () => {
    past = await openPastDesk()
    // On a full hour the mark goes 0.1 % above the index, of which 0.05 % is let pass: 0.05 % in eight hours.
    past.passHour()
    begun = past.clock.now()
    const { instrument_id: id } = await past.venue('public/get_instrument', {
      instrument_name: 'BTC-PERPETUAL',
    })
    await past.desk.operate('POST', '/prices', { prices: [{ instrument: `ins_${id}`, price: '100100' }] })
    for (let hour = 0; hour < 3; hour += 1) past.passHour()
  })
  afterAll(() => past.desk.close())

  const path = '/instruments/BTC-PERPETUAL/funding-hours'

  test('by full hours, and as a sum between two times', async () => {
    const bounds = `from=${time(begun + SECOND)}&newest_first=false`
    const { items } = await past.read(`${path}?${bounds}`)
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
    expect(await past.allOf(`${path}?${bounds}&limit=1`)).toEqual(items)
    const sum = await past.read(`${path}/sum?from=${time(begun)}&to=${time(begun + 3 * HOUR)}`)
    expect(sum).toMatchObject({ symbol: 'BTC-PERPETUAL', interest: '0.0001875' })
    const span = {
      start_timestamp: toMilliseconds(begun as never),
      end_timestamp: toMilliseconds(past.clock.now()),
    }
    const asked = { instrument_name: 'BTC-PERPETUAL', ...span }
    expect(Number(sum.interest)).toBe(await past.venue('public/get_funding_rate_value', asked))
    const rates = await past.venue('public/get_funding_rate_history', {
      ...asked,
      start_timestamp: span.start_timestamp + 1,
    })
    expect(rates.map((rate: Told) => rate.interest_8h)).toEqual(
      items.map((hour: Told) => Number(hour.interest_8h)),
    )
  })

  test('is of perpetuals, and of times in their order', async () => {
    const dated = '/instruments/BTC-25JUN27/funding-hours'
    expect(await past.read(dated)).toMatchObject({ status: 400, field: '/instrument' })
    const bounds = `from=${time(begun)}&to=${time(begun)}`
    expect(await past.read(`${dated}/sum?${bounds}`)).toMatchObject({ status: 400, field: '/instrument' })
    expect(await past.read(`${path}/sum?${bounds}`)).toMatchObject({ interest: '0' })
    const reversed = `from=${time(begun)}&to=${time(begun - 1_000)}`
    expect(await past.read(`${path}/sum?${reversed}`)).toMatchObject({ status: 400, field: '/to' })
    expect(await past.read(`${path}/sum?from=${time(begun)}`)).toMatchObject({ status: 400, field: '/to' })
  })
})
