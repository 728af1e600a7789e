import { describe, expect, test } from 'vitest'
import type { Instant } from '../image/index.js'
import type { Quantity } from '../money/index.js'
import {
  inversePerpetual,
  linearPerpetual,
  openDerivatives,
  option,
  publish,
} from '../testing/derivatives-world.js'
import { answer, START } from '../testing/world.js'
import { coinHeld, deltasByIndex, deltaTotal, greeksHeld, type Holding, heldGreeks } from './coin-exposure.js'
import type { InstrumentId } from './fields.js'
import type { InstrumentView } from './queries/index.js'

const DAY = 86_400_000_000
/** N(0.2), of which 2 N(0.2) − 1 is the worth of an option at the money with σ √T = 0.4 (Abramowitz and Stegun, 26.1). */
const N = 0.579259709439103
const AT_THE_MONEY = 2 * N - 1

function market() {
  const { engine } = openDerivatives('100000')
  const expiresAt = START + 91.25 * DAY
  const perpetual = inversePerpetual(engine)
  const linear = linearPerpetual(engine)
  const call = option(engine, 'inverse', 'call', '100000', expiresAt)
  const put = option(engine, 'linear', 'put', '100000', expiresAt)
  const holding = (instrument: InstrumentId, quantity: bigint): Holding => {
    const contract = answer<InstrumentView>(engine, 'instruments.get', { instrument, symbol: null })
    const { market: room } = engine.rooms
    return {
      contract: { ...contract, terms: room.termsOf(room.instruments.row(instrument)) },
      quantity: quantity as Quantity,
    }
  }
  const priced = () =>
    publish(engine, [
      [perpetual, '100000'],
      [linear, '100000'],
      [call, '0.158519418878206'],
      [put, '15851.9418878206'],
    ])
  return { now: START as Instant, perpetual, linear, call, put, holding, priced }
}

describe('what holdings stand for', () => {
  test('in coin: dollars of an inverse contract at its price, of every other its size', () => {
    const { perpetual, linear, holding, priced } = market()
    expect(coinHeld(holding(perpetual, 1_000n))).toBe(0)
    expect(coinHeld(holding(linear, 5_000n))).toBe(0.5)
    priced()
    expect(coinHeld(holding(perpetual, 1_000n))).toBe(0.01)
    expect(coinHeld(holding(perpetual, -1_000n))).toBe(-0.01)
  })

  test('of options their greeks, once for each coin', () => {
    const { now, call, put, holding, priced } = market()
    expect(greeksHeld(holding(call, 30n), now)).toEqual({ delta: 0, gamma: 0, rho: 0, theta: 0, vega: 0 })
    priced()
    // Three coins of the call, and two of the put sold: its delta is N(0.2) − 1.
    expect(greeksHeld(holding(call, 30n), now).delta).toBeCloseTo(3 * N, 9)
    expect(greeksHeld(holding(put, -20n), now).delta).toBeCloseTo(-2 * (N - 1), 9)
  })

  test('by index and in all, less what options in coin are worth', () => {
    const { now, perpetual, call, put, holding, priced } = market()
    priced()
    const holdings = [holding(perpetual, 1_000n), holding(call, 30n), holding(put, -20n)]
    const delta = 0.01 + 3 * N - 2 * (N - 1)
    const deltas = deltasByIndex(holdings, now)
    expect([...deltas.keys()]).toEqual(['btc_usd'])
    expect(deltas.get('btc_usd')).toBeCloseTo(delta, 9)
    expect(deltaTotal(holdings, now)).toBeCloseTo(delta - 3 * AT_THE_MONEY, 9)
  })

  test('the sums of greeks are of options alone', () => {
    const { now, perpetual, call, put, holding, priced } = market()
    priced()
    const { all, byIndex } = heldGreeks(
      [holding(perpetual, 1_000n), holding(call, 30n), holding(put, -20n)],
      now,
    )
    expect(all.delta).toBeCloseTo(3 * N - 2 * (N - 1), 9)
    // A call and a put of one strike and volatility have one vega: 100,000 × 0.391042693975456 × 0.5 / 100 of each coin.
    expect(all.vega).toBeCloseTo(195.521346987728, 5)
    expect(byIndex.get('btc_usd')).toEqual(all)
  })
})
