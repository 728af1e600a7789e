import { describe, expect, test } from 'vitest'
import type { Engine } from '../../engine.js'
import type { AccountId } from '../../hierarchy/index.js'
import { after, SECOND } from '../../image/index.js'
import { currencyOf, formatAmount } from '../../money/index.js'
import { BTC, inversePerpetual, margined, openDerivatives, publish } from '../../testing/derivatives-world.js'
import { broken } from '../../testing/hash.js'
import { place } from '../../testing/market-world.js'
import { done } from '../../testing/world.js'

/** A buyer of 100,000 dollars at 100,000 with 0.05 coin, against a market maker. */
function leveraged() {
  const world = openDerivatives('100000')
  const { engine } = world
  const instrument = inversePerpetual(engine)
  publish(engine, [[instrument, '100000']])
  const [buyer, maker] = [margined(world, 'buyer', { BTC: '0.05' }), margined(world, 'maker', { BTC: '10' })]
  place(engine, { account: maker, instrument, side: 'sell', quantity: 100_000, price: '100000' })
  place(engine, { account: buyer, instrument, quantity: 100_000, price: '100000' })
  place(engine, { account: buyer, instrument, quantity: 10, price: '90000' })
  return { world, engine, instrument, buyer, maker }
}
const held = (engine: Engine, account: AccountId, instrument: number) =>
  engine.rooms.trading.held(account, instrument as never)
/** A minute, second by second: each step of a liquidation is due behind the one before. */
function run(engine: Engine): void {
  const begun = engine.image.head.time
  for (let passed = 1; passed <= 60; passed += 1) engine.tick(after(begun, passed * SECOND))
}
const kinds = (engine: Engine) => (engine.takeBatch()?.events ?? []).map(({ kind }) => kind)

describe('liquidation', () => {
  test('closes a part at a time at the market, for a fee, until the rest is kept', () => {
    const { engine, instrument, buyer, maker, world } = leveraged()
    place(engine, { account: maker, instrument, quantity: 100_000, price: '96100' })
    // Lost 100,000 × (1/96,100 − 1/100,000) = 0.040583 of 0.05: 0.009417 is left, 0.010460 is to be kept.
    publish(engine, [[instrument, '96100']])
    run(engine)
    // A quarter goes for a fee of 0.001951: 0.007466 against 0.007835. Then 18,750 for 0.001463: 0.006003 against 0.005870.
    expect(held(engine, buyer, instrument)).toBe(56_250n)
    expect(engine.rooms.trading.ordersOf.isEmpty(buyer)).toBe(true)
    const figures = engine.rooms.margin.standard.figures(buyer, BTC)
    expect(figures.maintenance < figures.posted + figures.sessionRealized + figures.sessionUnrealized).toBe(
      true,
    )
    expect(engine.rooms.margin.liquidations.size).toBe(0)
    const told = kinds(engine)
    expect(told.filter((kind) => kind.startsWith('account.liquidation_'))).toEqual([
      'account.liquidation_started',
      'account.liquidation_ended',
    ])
    // 0.75 % of 25,000 / 96,100 and of 18,750 / 96,100, each rounded up: 0.00195110 + 0.00146332.
    const { ledger } = engine.rooms
    const fees = ledger.posted(ledger.find(world.book.accounts.fees, BTC))
    expect(formatAmount(fees, currencyOf(BTC))).toBe('0.00341442')
    expect(broken(engine)).toEqual([])
  })

  test('the first part is a quarter, and its fee is 0.75 % of its worth', () => {
    const { engine, instrument, buyer, maker, world } = leveraged()
    place(engine, { account: maker, instrument, quantity: 25_000, price: '95500' })
    publish(engine, [[instrument, '95500']])
    run(engine)
    expect(held(engine, buyer, instrument)).toBe(75_000n)
    // 25,000 / 95,500 × 0.75 % = 0.001963350…, rounded up.
    const { ledger } = engine.rooms
    const fees = ledger.posted(ledger.find(world.book.accounts.fees, BTC))
    expect(formatAmount(fees, currencyOf(BTC))).toBe('0.00196336')
    // Nobody is there for the rest: it is tried again, and goes on when somebody is.
    expect(engine.rooms.margin.liquidations.size).toBe(1)
    place(engine, { account: maker, instrument, quantity: 75_000, price: '95500' })
    run(engine)
    expect(held(engine, buyer, instrument) < 75_000n).toBe(true)
    expect(broken(engine)).toEqual([])
  })

  test('a house may leave it to people', () => {
    const { engine, instrument, buyer, world } = leveraged()
    done(engine, 'settings.set', { node: world.firm, name: 'margin.liquidation', value: false, from: null })
    publish(engine, [[instrument, '95500']])
    run(engine)
    expect(held(engine, buyer, instrument)).toBe(100_000n)
    expect(engine.rooms.margin.liquidations.size).toBe(0)
  })

  test('who keeps enough is left alone', () => {
    const { engine, instrument, buyer, maker } = leveraged()
    place(engine, { account: maker, instrument, quantity: 100_000, price: '97000' })
    // Lost 0.0309 of 0.05: 0.0191 is left, and 0.0104 to be kept.
    publish(engine, [[instrument, '97000']])
    run(engine)
    expect(held(engine, buyer, instrument)).toBe(100_000n)
  })
})
