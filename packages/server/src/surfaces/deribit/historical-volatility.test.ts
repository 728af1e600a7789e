/** How much an index moved. The clock is moved by hand, from full hour to full hour. */
import { HOUR, toMilliseconds } from '@stemma/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ManualClock } from '../../host/clock.js'
import { type CryptoDesk, openCryptoDesk } from '../../testing/crypto-desk.js'
import { START } from '../../testing/venue.js'

let desk: CryptoDesk
const clock = new ManualClock(START)

beforeAll(async () => {
  desk = await openCryptoDesk(clock)
})
afterAll(() => desk.close())

const asked = async (currency: string) =>
  (await desk.call('public/get_historical_volatility', { currency }, null)).body

async function passHour(): Promise<void> {
  clock.advance(HOUR - (clock.now() % HOUR))
  desk.server.host.tick()
}
const publish = (price: string) =>
  desk.operate('POST', '/prices', { indexes: [{ name: 'btc_usd', price }], prices: [] })

test('the deviation of hourly changes, for a year and in percent', async () => {
  await passHour()
  expect((await asked('BTC')).result).toEqual([])
  for (const price of ['101000', '100000', '102010']) {
    await publish(price)
    await passHour()
  }
  const { result } = await asked('BTC')
  const now = toMilliseconds(clock.now())
  // The logarithms are L, -L and 2 L, where L = ln 1.01. Of the first two: mean 0, deviation √2 L.
  // Of all three: mean 2/3 L, squares (1 + 25 + 16) / 9 L², half of which is 7/3 L². A year has 8,760 hours.
  const unit = 100 * Math.log(1.01) * Math.sqrt(8_760)
  expect(result.map(([at]: [number]) => at)).toEqual([now - 3_600_000, now])
  expect(result[0][1]).toBeCloseTo(unit * Math.sqrt(2), 6)
  expect(result[1][1]).toBeCloseTo(unit * Math.sqrt(7 / 3), 6)
})

test('a coin without a perpetual has none, and there has to be one', async () => {
  expect((await asked('STETH')).result).toEqual([])
  expect((await asked('XYZ')).error).toMatchObject({ code: -32602, data: { param: 'currency' } })
})
