/** The tape of an instrument: numbers, directions and candles, by hand; and funding by the hour. */
import { describe, expect, test } from 'vitest'
import type { AccountId } from '../hierarchy/index.js'
import { after, type Event, type HistoryRow, HOUR, MINUTE, SECOND } from '../image/index.js'
import { PRICE_SCALE } from '../money/index.js'
import { inversePerpetual, margined, openDerivatives, publish } from '../testing/derivatives-world.js'
import { textHash } from '../testing/hash.js'
import { place, tryPlace } from '../testing/market-world.js'
import { answer, START } from '../testing/world.js'
import { CANDLES, type ClosedCandle } from './index.js'

function openMarket() {
  const world = openDerivatives()
  const { engine } = world
  const instrument = inversePerpetual(engine)
  const [buyer, seller] = ['buyer', 'seller'].map((name) => margined(world, name, { BTC: '100' })) as [
    AccountId,
    AccountId,
  ]
  return { engine, instrument, buyer, seller }
}
type Opened = ReturnType<typeof openMarket>

/** What was told of a trade at a price, `minutes` behind the beginning. */
function trade(
  { engine, instrument, buyer, seller }: Opened,
  price: string,
  quantity: number,
  minutes: number,
): readonly Event[] {
  const time = after(START, minutes * MINUTE)
  place(engine, { account: seller, instrument, side: 'sell', quantity, price }, { time })
  const outcome = tryPlace(engine, { account: buyer, instrument, quantity, price }, { time })
  if (outcome.kind !== 'done') throw new Error('expected a trade')
  return outcome.events
}

const numbersIn = (events: readonly Event[]) =>
  events
    .filter(({ kind }) => kind === 'order.filled')
    .map(({ data }) => [data.tradeNumber, data.tickDirection])

const shown = ({ period, start, open, high, low, close, volume, trades }: HistoryRow) => [
  period,
  (Number(start) - START) / MINUTE,
  ...[open, high, low, close].map((price) => Number((price as bigint) / 10n ** BigInt(PRICE_SCALE))),
  Number(volume),
  trades,
]
const closedBy = (events: readonly Event[]) =>
  events.flatMap((event) => CANDLES.rows(event)).map((row) => shown(row))

describe('the tape', () => {
  test('counts trades by instrument and says which way each went, to both sides alike', () => {
    const market = openMarket()
    const told = ['100', '101', '101', '100', '100', '101'].map((price, minutes) =>
      numbersIn(trade(market, price, 10, minutes)),
    )
    expect(told).toEqual(
      [
        [1, 'plus'],
        [2, 'plus'],
        [3, 'zero_plus'],
        [4, 'minus'],
        [5, 'zero_minus'],
        [6, 'plus'],
      ].map((each) => [each, each]),
    )
    expect(market.engine.verify(textHash).filter(({ holds }) => !holds)).toEqual([])
  })

  test('a candle goes into history with the first trade of the next one, once', () => {
    const market = openMarket()
    expect(closedBy(trade(market, '100', 10, 0))).toEqual([])
    expect(closedBy(trade(market, '103', 20, 0.5))).toEqual([])
    expect(closedBy(trade(market, '99', 30, 0.9))).toEqual([])
    // 09:00: opened at 100, between 99 and 103, closed at 99; 10 + 20 + 30 dollars.
    expect(closedBy(trade(market, '101', 10, 2))).toEqual([['minute', 0, 100, 103, 99, 99, 60, 3]])
    expect(closedBy(trade(market, '102', 10, 61))).toEqual([
      ['minute', 2, 101, 101, 101, 101, 10, 1],
      ['hour', 0, 100, 103, 99, 101, 70, 4],
    ])
    // The day begins at midnight, nine hours before.
    expect(closedBy(trade(market, '102', 10, 15 * 60))).toEqual([
      ['minute', 61, 102, 102, 102, 102, 10, 1],
      ['hour', 60, 102, 102, 102, 102, 10, 1],
      ['day', -9 * 60, 100, 103, 99, 102, 80, 5],
    ])
  })

  test('the running candles are in the image', () => {
    const market = openMarket()
    trade(market, '100', 10, 0)
    trade(market, '98', 20, 1)
    const { items } = answer<{ items: readonly ClosedCandle[] }>(market.engine, 'candles.running', {
      instrument: market.instrument,
    })
    expect(items.map((candle) => shown(candle))).toEqual([
      ['minute', 1, 98, 98, 98, 98, 20, 1],
      ['hour', 0, 100, 100, 98, 98, 30, 2],
      ['day', -9 * 60, 100, 100, 98, 98, 30, 2],
    ])
  })
})

describe('funding by the hour', () => {
  /** The mark is 0.1 % above the index, of which 0.05 % are let pass: 0.05 % in eight hours. */
  function funded() {
    const market = openMarket()
    publish(market.engine, [[market.instrument, '100100']], { btc_usd: '100000' }, START)
    return market
  }
  test('every full hour says what a long paid in it and in the last eight, exactly', () => {
    const { engine, instrument } = funded()
    const clock = engine.rooms.market.fundingClocks
    const interest = (): readonly bigint[] => {
      const row = clock.row(instrument)
      return [clock.interest.get(row), ...clock.hours.get(row)]
    }
    engine.tick(after(START, HOUR + SECOND))
    // 0.0005 / 8 = 0.0000625.
    expect(interest()).toEqual([62_500_000_000_000n, 62_500_000_000_000n])
    engine.tick(after(START, 10 * HOUR + SECOND))
    expect(interest()).toEqual([625_000_000_000_000n, ...Array(8).fill(62_500_000_000_000n)])
    expect(clock.recorded.get(clock.row(instrument))).toBe(10)
    expect(engine.verify(textHash).filter(({ holds }) => !holds)).toEqual([])
  })

  test('a rate that changes within an hour counts for its part of it', () => {
    const { engine, instrument } = funded()
    // Half an hour at 0.05 %, then nothing: mark and index are one.
    publish(engine, [[instrument, '100000']], {}, after(START, HOUR / 2))
    engine.tick(after(START, HOUR + SECOND))
    const clock = engine.rooms.market.fundingClocks
    expect(clock.hours.get(clock.row(instrument))).toEqual([31_250_000_000_000n])
  })
})
