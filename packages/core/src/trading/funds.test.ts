import { describe, expect, test } from 'vitest'
import { currencyOf, formatAmount } from '../money/index.js'
import { LedgerPage } from '../testing/ledger-page.js'
import {
  contract,
  openMarket,
  pageWorld,
  place,
  placeFault,
  trader,
  USD,
  venueFees,
} from '../testing/market-world.js'
import { dearFees } from '../testing/random-orders.js'
import { answer, done } from '../testing/world.js'

type World = ReturnType<typeof pageWorld>

const buyingPower = ({ engine, people }: World, who: string): string =>
  formatAmount(
    answer<{ buyingPower: never }>(engine, 'margin.get', { account: people[who] as number, currency: USD })
      .buyingPower,
    currencyOf(USD),
  )

/** Anna alone has little; the others have plenty. */
function poorAnna(money: string, more = {}): World {
  const world = openMarket()
  const people = {
    anna: trader(world, 'anna', money),
    ben: trader(world, 'ben', '10000.00'),
    carl: trader(world, 'carl', '10000.00'),
  }
  return { ...world, instrument: contract(world.engine, 'rain', more), people }
}

function play(world: World, text: string): void {
  const { expected, actual } = new LedgerPage(world).play(text)
  expect(actual).toEqual(expected)
}

describe('stops are paid for at the prices that are there when they trade', () => {
  test('one that is triggered into a dearer book is cancelled, not filled on credit', () => {
    // 10 at its stop of 0.50 are 5.00; at 0.90 they would be 9.00.
    const world = poorAnna('5.00')
    play(
      world,
      `a1 anna buy  stop  gtc 10 ^0.50                -> new
       b1 ben  sell limit gtc 1  @0.50                -> new
       b2 ben  sell limit gtc 10 @0.90                -> new
       c1 carl buy  limit gtc 1  @0.50                -> filled 1@0.5 c1/b1, a1 triggered, a1 cancelled unfunded`,
    )
    expect(buyingPower(world, 'anna')).toBe('5.00')
  })

  test('one that is triggered as it comes in too', () => {
    const world = poorAnna('5.00')
    play(
      world,
      `b1 ben  sell limit gtc 1  @0.50                -> new
       c1 carl buy  limit gtc 1  @0.50                -> filled 1@0.5 c1/b1
       b2 ben  sell limit gtc 10 @0.90                -> new
       a1 anna buy  stop  gtc 10 ^0.50                -> triggered cancelled unfunded
       a2 anna buy  stop  gtc 5  ^0.50                -> triggered filled 5@0.9 a2/b2`,
    )
    expect(buyingPower(world, 'anna')).toBe('0.50')
  })
})

describe('market orders', () => {
  test('reserve the fee of the prices that they take, not of the last trade', () => {
    // 10 at 0.50: 5.00 and a fee of 0.0695 x 10 x 0.25 = 0.17375, 0.17; after a last trade at 0.99 it looked like 0.01.
    const world = poorAnna('5.10')
    const { engine, people } = world
    const instrument = contract(engine, 'fees', { feeSchedule: venueFees(engine) })
    const [anna, ben, carl] = [people.anna, people.ben, people.carl] as [never, never, never]
    place(engine, { account: ben, instrument, side: 'sell', quantity: 1, price: '0.99' })
    place(engine, { account: carl, instrument, quantity: 1, price: '0.99' })
    place(engine, { account: ben, instrument, side: 'sell', quantity: 10, price: '0.50' })
    expect(placeFault(engine, { account: anna, instrument, quantity: 10 })).toBe('insufficient_buying_power')
    place(engine, { account: anna, instrument, quantity: 9 })
    expect(engine.rooms.trading.held(anna, instrument)).toBe(9n)
  })

  test('to limit: what is left to rest is paid for at the price that it will rest at', () => {
    // 5 at 0.60 and 5 that rest at 0.60: 6.00; at the last trade of 0.10 the rest would have looked like 0.50.
    const rows = `b0 ben  sell limit gtc 1  @0.10                     -> new
       c0 carl buy  limit gtc 1  @0.10                     -> filled 1@0.1 c0/b0
       b1 ben  sell limit gtc 5  @0.60                     -> new`
    play(
      poorAnna('5.99'),
      `${rows}
       a1 anna buy  market_to_limit gtc 10                 -> refused insufficient_buying_power`,
    )
    const world = poorAnna('6.00')
    play(
      world,
      `${rows}
       a1 anna buy  market_to_limit gtc 10                 -> partially_filled 5@0.6 a1/b1`,
    )
    expect(buyingPower(world, 'anna')).toBe('0.00')
  })
})

test('a market-to-limit order that fills nothing rests at the reference, and not at all where there is none', () => {
  play(
    pageWorld(),
    `b1 ben  sell limit gtc 1  @0.46                       -> new
     a1 anna buy  market_to_limit gtc 2 aon                -> expired
     c1 carl buy  limit gtc 1  @0.46                       -> filled 1@0.46 c1/b1
     b2 ben  sell limit gtc 1  @0.50                       -> new
     a2 anna buy  market_to_limit gtc 2 aon                -> new
     b3 ben  sell limit gtc 3  @0.46                       -> partially_filled 2@0.46 a2/b3`,
  )
})

test('an expiry that is set while orders are ended step by step does not keep the rest of them', () => {
  const world = pageWorld()
  const { engine, instrument, people } = world
  for (let number = 0; number < 501; number += 1)
    place(engine, {
      account: people.anna as never,
      instrument,
      quantity: 1,
      price: '0.50',
      timeInForce: 'day',
    })
  done(engine, 'instruments.set_state', { instrument, state: 'closed', version: null })
  expect(engine.rooms.trading.orders.size).toBe(1)
  const expiresAt = engine.image.head.time + 3_600_000_000
  const none = {
    displayName: null,
    tick: null,
    limits: null,
    feeSchedule: null,
    metadata: null,
    version: null,
  }
  done(engine, 'instruments.update', { instrument, ...none, expiresAt })
  engine.tick((engine.image.head.time + 10_000) as never)
  expect(engine.rooms.trading.orders.size).toBe(0)
  expect(engine.rooms.market.state(engine.rooms.market.instruments.row(instrument))).toBe('closed')
  engine.tick(expiresAt as never)
  expect(engine.rooms.market.state(engine.rooms.market.instruments.row(instrument))).toBe('expired')
})

test('an order that takes the market as a whole, and has to wait for that, is judged at the reference it will stand at', () => {
  // The book has 1 at 0.10, so that 6 at that were 0.60; what waits stands at the last trade, 0.49: 2.94, and 3.43 for 7.
  play(
    poorAnna('3.00'),
    `b1 ben  sell limit gtc 1 @0.49                        -> new
     c1 carl buy  limit gtc 1 @0.49                        -> filled 1@0.49 c1/b1
     b2 ben  sell limit gtc 1 @0.10                        -> new
     a1 anna buy  market_to_limit gtc 7 aon                -> refused insufficient_buying_power
     a2 anna buy  market_to_limit gtc 6 aon                -> new`,
  )
})

test('fees of many small fills of a resting order are never more than was reserved for it', () => {
  // 100 at 0.50 are 50.00, and 2 % if they take, 1.00; resting they reserve 1 %, 0.50. Filled one by one, each 0.005
  // rounded up would be 0.01, 1.00 in all.
  const world = poorAnna('51.00')
  const { engine, people } = world
  const instrument = contract(engine, 'dear', { feeSchedule: dearFees(engine) })
  const [anna, ben] = [people.anna, people.ben] as [never, never]
  expect(placeFault(engine, { account: anna, instrument, quantity: 101, price: '0.50' })).toBe(
    'insufficient_buying_power',
  )
  place(engine, { account: anna, instrument, quantity: 100, price: '0.50' })
  expect(buyingPower(world, 'anna')).toBe('0.50')
  for (let number = 0; number < 100; number += 1)
    place(engine, { account: ben, instrument, side: 'sell', quantity: 1, price: '0.50' })
  expect(engine.rooms.trading.held(anna, instrument)).toBe(100n)
  expect(buyingPower(world, 'anna')).toBe('0.50')
})
