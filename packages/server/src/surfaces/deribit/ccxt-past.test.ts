/** The rows of section 12.3 that read hours that are past. */
import { HOUR, toMilliseconds } from '@stemma/core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { ManualClock, systemClock } from '../../host/clock.js'
import { ccxtOf } from '../../testing/ccxt.js'
import { type METHODS_OF_PAST, type Row, some, tryTable } from '../../testing/ccxt-table.js'
import { type CryptoDesk, openCryptoDesk } from '../../testing/crypto-desk.js'

/** Four hours ago a server began, and its clock is moved by hand from full hour to full hour: nobody has to sign in. */
describe('12.3, of hours that are past', () => {
  const begun = Math.floor(systemClock().now() / HOUR) * HOUR - 4 * HOUR
  const clock = new ManualClock(begun as never)
  let desk: CryptoDesk
  let exchange: ReturnType<typeof ccxtOf>

  beforeAll(async () => {
    desk = await openCryptoDesk(clock)
    exchange = ccxtOf(desk.url, desk.main)
    const { result } = (await desk.call('public/get_instrument', { instrument_name: 'ETH-PERPETUAL' })).body
    // The mark is a thousandth above the index of 4,000, of which half is let pass: 0.05 % in eight hours.
    const prices = [{ instrument: `ins_${result.instrument_id}`, price: '4004' }]
    const indexes = (price: string) => [{ name: 'btc_usd', price }]
    await desk.operate('POST', '/prices', { prices, indexes: indexes('100000') })
    for (const price of ['101000', '100000', '102010']) {
      clock.advance(HOUR)
      desk.server.host.tick()
      await desk.operate('POST', '/prices', { prices: [], indexes: indexes(price) })
    }
    clock.advance(HOUR)
    desk.server.host.tick()
  })
  afterAll(() => desk.close())

  const hour = (number: number): number => toMilliseconds((begun + number * HOUR) as never)
  const ofHour = 0.0005 / 8
  /** The logarithms of its changes are L, -L and 2 L: see the tests of the history itself. */
  const unit = 100 * Math.log(1.01) * Math.sqrt(8_760)

  const TABLE: Readonly<Record<(typeof METHODS_OF_PAST)[number], Row>> = {
    fetchFundingRate: [
      () => exchange.fetchFundingRate('ETH/USD:ETH'),
      some({ symbol: 'ETH/USD:ETH', fundingRate: expect.closeTo(4 * ofHour, 10) }),
    ],
    fetchFundingRateHistory: [
      () => exchange.fetchFundingRateHistory('ETH/USD:ETH'),
      [1, 2, 3, 4].map((number) =>
        some({
          symbol: 'ETH/USD:ETH',
          timestamp: hour(number),
          indexPrice: 4_000,
          fundingRate: expect.closeTo(number * ofHour, 10),
        }),
      ),
    ],
    fetchVolatilityHistory: [
      () => exchange.fetchVolatilityHistory('BTC'),
      [
        some({ timestamp: hour(3), volatility: expect.closeTo(unit * Math.sqrt(2), 6) }),
        some({ timestamp: hour(4), volatility: expect.closeTo(unit * Math.sqrt(7 / 3), 6) }),
      ],
    ],
  }
  tryTable(TABLE)
})
