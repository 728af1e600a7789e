/** Exchanges of accounts under standard margin: what may be given, and what stands for nothing else meanwhile. */
import { describe, expect, test } from 'vitest'
import type { Engine } from '../../engine.js'
import type { AccountId } from '../../hierarchy/index.js'
import { after, HOUR, SECOND } from '../../image/index.js'
import { type CurrencyCode, currencyOf, formatAmount } from '../../money/index.js'
import {
  BTC,
  inversePerpetual,
  linearPerpetual,
  margined,
  openDerivatives,
  pair,
  publish,
  USDC,
} from '../../testing/derivatives-world.js'
import { broken } from '../../testing/hash.js'
import { place, placeFault, tryPlace } from '../../testing/market-world.js'
import { answer, done, START } from '../../testing/world.js'
import type { MarginView } from '../queries/get-margin.js'

const figures = (engine: Engine, account: AccountId, currency: CurrencyCode) => {
  const view = answer<MarginView>(engine, 'margin.get', { account, currency })
  const text = (value: bigint | undefined) => formatAmount((value ?? 0n) as never, currencyOf(currency))
  return {
    available: text(view.buyingPower),
    withdrawable: text(view.withdrawable),
    locked: text(view.spotReserve),
    initial: text(view.standard?.initialMargin),
    pool: [view.standard?.pool?.initialMargin, view.standard?.pool?.spotReserve].map(text),
  }
}

/** A coin is 100,000 dollars, and so is its perpetual; a maker has plenty of both currencies. */
function desk() {
  const world = openDerivatives('100000')
  const { engine } = world
  const [inverse, linear] = [inversePerpetual(engine), linearPerpetual(engine)]
  publish(
    engine,
    [
      [inverse, '100000'],
      [linear, '100000'],
    ],
    { usdc_usd: '1' },
  )
  const maker = margined(world, 'maker', { BTC: '100', USDC: '10000000' })
  return { world, engine, inverse, linear, maker, spot: pair(engine, BTC, USDC) }
}

describe('segregated', () => {
  test('only settled money is exchanged, and what positions require stays', () => {
    const { world, engine, inverse, maker, spot } = desk()
    const account = margined(world, 'client', { BTC: '10' })
    place(engine, { account: maker, instrument: inverse, side: 'sell', quantity: 100_000, price: '100000' })
    place(engine, { account, instrument: inverse, quantity: 100_000, price: '100000' })
    publish(engine, [[inverse, '125000']], { btc_usd: '125000' })
    // Gained 1 − 0.8 = 0.2, not paid yet. Required: 0.8 × (2 % + 0.8 × 0.005 %) = 0.016032.
    // So of the 10 coins 9.983968 may be given, in lots of 0.0001.
    const asked = { account, instrument: spot, side: 'sell', price: '130000' } as const
    expect(placeFault(engine, { ...asked, quantity: 99_840 })).toBe('insufficient_currency')
    place(engine, { ...asked, quantity: 99_839 })
    // 10.2 − 0.016032 − 9.9839; of that the gain stays.
    expect(figures(engine, account, BTC)).toMatchObject({
      available: '0.20006800',
      withdrawable: '0.00006800',
      locked: '9.98390000',
      initial: '0.01603200',
    })
    expect(broken(engine)).toEqual([])
  })

  test('what is locked carries no further position', () => {
    const { world, engine, linear, spot } = desk()
    const account = margined(world, 'client', { USDC: '2005' })
    // One coin requires 100,000 × 2.005 % = 2,005.
    const asked = { account, instrument: linear, quantity: 10_000, price: '100000' }
    place(engine, { account, instrument: spot, quantity: 1, price: '0.5' })
    expect(placeFault(engine, asked)).toBe('insufficient_buying_power')
    done(engine, 'orders.cancel_all', { account, instrument: spot, side: null })
    place(engine, asked)
    expect(placeFault(engine, { account, instrument: spot, quantity: 1, price: '0.5' })).toBe(
      'insufficient_currency',
    )
  })

  test('what the end of a session takes ends the exchange that it was locked for', () => {
    const { world, engine, inverse, maker, spot } = desk()
    const account = margined(world, 'client', { BTC: '1' })
    place(engine, { account: maker, instrument: inverse, side: 'sell', quantity: 100_000, price: '100000' })
    place(engine, { account, instrument: inverse, quantity: 100_000, price: '100000' })
    const [small, large] = [9_000, 700].map((quantity) =>
      place(engine, { account, instrument: spot, side: 'sell', quantity, price: '130000' }),
    )
    publish(engine, [[inverse, '95000']], { btc_usd: '95000' })
    engine.tick(after(START, 23 * HOUR))
    engine.tick(after(START, 23 * HOUR + SECOND))
    // Lost 100,000 × (1/95,000 − 1/100,000) = 0.05263: 0.947 is left, 0.97 was locked. The newer one goes.
    const { orders } = engine.rooms.trading
    expect([small, large].map((order) => orders.has(order as never))).toEqual([true, false])
    expect(broken(engine)).toEqual([])
  })

  test('nothing is exchanged while the account is liquidated', () => {
    const { world, engine, inverse, maker, spot } = desk()
    const account = margined(world, 'client', { BTC: '0.05', USDC: '100' })
    place(engine, { account: maker, instrument: inverse, side: 'sell', quantity: 100_000, price: '100000' })
    place(engine, { account, instrument: inverse, quantity: 100_000, price: '100000' })
    const bid = place(engine, { account, instrument: spot, quantity: 1, price: '100000' })
    publish(engine, [[inverse, '95500']], { btc_usd: '95500' })
    for (let passed = 1; passed <= 3; passed += 1) engine.tick(after(START, passed * SECOND))
    // Its orders went first; nobody is there to take the position.
    expect(engine.rooms.trading.orders.has(bid)).toBe(false)
    expect(engine.rooms.margin.liquidations.has(account)).toBe(true)
    expect(placeFault(engine, { account, instrument: spot, quantity: 1, price: '100000' })).toBe(
      'position_lock',
    )
  })
})

describe('cross', () => {
  /** 100,000 USDC, one coin of the perpetual: 2,005 are required. */
  function pooled(balances: Readonly<Record<string, string>> = { USDC: '100000' }) {
    const opened = desk()
    const { world, engine, linear, maker } = opened
    const account = margined(world, 'client', balances, 'cross_standard')
    place(engine, { account: maker, instrument: linear, side: 'sell', quantity: 10_000, price: '100000' })
    place(engine, { account, instrument: linear, quantity: 10_000, price: '100000' })
    return { ...opened, account }
  }

  test('money is exchanged as long as the pool holds without it', () => {
    const { engine, spot, maker, account } = pooled()
    // 97,995 are there: 0.98 coin would cost 98,000.
    const asked = { account, instrument: spot, price: '100000' }
    expect(placeFault(engine, { ...asked, quantity: 9_800 })).toBe('insufficient_buying_power')
    place(engine, { ...asked, quantity: 9_799 })
    expect(figures(engine, account, USDC)).toMatchObject({
      available: '5.000000',
      withdrawable: '5.000000',
      locked: '97990.000000',
      pool: ['2005.000000', '97990.000000'],
    })
    place(engine, { account: maker, instrument: spot, side: 'sell', quantity: 9_799, price: '100000' })
    // The coin stands for what it cost.
    expect(figures(engine, account, USDC)).toMatchObject({ available: '97995.000000', locked: '0.000000' })
    expect(broken(engine)).toEqual([])
  })

  test('the other currency does not pay: what is given has to be there itself', () => {
    const { engine, spot, account } = pooled()
    const outcome = tryPlace(engine, {
      account,
      instrument: spot,
      side: 'sell',
      quantity: 1,
      price: '100000',
    })
    expect(outcome).toMatchObject({
      refusal: { data: { reason: 'insufficient_currency', currency: 'BTC', available: '0.00000000' } },
    })
  })

  test('margin that another currency carries takes no order along', () => {
    const { engine, spot, maker, account } = pooled({ BTC: '1', USDC: '100' })
    // 2,005 USDC are required and 100 are there; the coin carries them, and 50 may be exchanged.
    const order = place(engine, { account, instrument: spot, quantity: 10, price: '50000' })
    place(engine, { account: maker, instrument: spot, side: 'sell', quantity: 5, price: '50000' })
    expect(engine.rooms.trading.orders.has(order)).toBe(true)
    expect(figures(engine, account, USDC).locked).toBe('25.000000')
  })

  test('a currency with a haircut can be given whole, and what comes in counts less its own', () => {
    const { world, engine, spot, maker } = desk()
    const value = { BTC: 1_000 }
    done(engine, 'settings.set', { node: world.firm, name: 'margin.collateral_haircuts', value, from: null })
    const account = margined(world, 'client', { BTC: '1' }, 'cross_standard')
    expect(figures(engine, account, USDC).available).toBe('90000.000000')
    place(engine, { account, instrument: spot, side: 'sell', quantity: 10_000, price: '100000' })
    expect(figures(engine, account, USDC).available).toBe('0.000000')
    place(engine, { account: maker, instrument: spot, quantity: 10_000, price: '100000' })
    expect(figures(engine, account, USDC).available).toBe('100000.000000')
    // And back: 0.9 of what was paid.
    place(engine, { account: maker, instrument: spot, side: 'sell', quantity: 10_000, price: '100000' })
    place(engine, { account, instrument: spot, quantity: 10_000, price: '100000' })
    expect(figures(engine, account, USDC).available).toBe('90000.000000')
    expect(broken(engine)).toEqual([])
  })
})
