import { describe, expect, test } from 'vitest'
import type { Engine } from '../../engine.js'
import type { AccountId } from '../../hierarchy/index.js'
import { after, DAY } from '../../image/index.js'
import { type CurrencyCode, currencyOf, formatAmount } from '../../money/index.js'
import {
  BTC,
  inversePerpetual,
  linearPerpetual,
  margined,
  openDerivatives,
  option,
  publish,
  USDC,
} from '../../testing/derivatives-world.js'
import { at, place, placeFault } from '../../testing/market-world.js'
import { answer, done, refusedWith, START } from '../../testing/world.js'
import type { MarginView } from '../queries/get-margin.js'

const figures = (engine: Engine, account: AccountId, currency: CurrencyCode) => {
  const view = answer<MarginView>(engine, 'margin.get', { account, currency })
  const { standard } = view
  if (standard === null) throw new Error('expected figures of standard margin')
  const text = (value: bigint | null) => formatAmount((value ?? 0n) as never, currencyOf(currency))
  return {
    marginBalance: text(standard.marginBalance),
    equity: text(view.equity),
    positions: text(view.requirement),
    orders: text(view.openOrders),
    maintenance: text(standard.maintenanceMargin),
    available: text(view.buyingPower),
    withdrawable: text(view.withdrawable),
  }
}

describe('published cases of standard margin', () => {
  // Deribit support, "Linear Perpetual" (rules/margin-cases S20): index 100,000, 25 BTC.
  test('S20: 25 BTC of the linear perpetual require 53,125 USDC, and 28,125 to be kept', () => {
    const world = openDerivatives('100000')
    const { engine } = world
    const instrument = linearPerpetual(engine)
    publish(engine, [[instrument, '100000']])
    const [buyer, seller] = ['buyer', 'seller'].map((name) => margined(world, name, { USDC: '53125' })) as [
      AccountId,
      AccountId,
    ]
    place(engine, { account: seller, instrument, side: 'sell', quantity: 250_000, price: '100000' })
    place(engine, { account: buyer, instrument, quantity: 250_000, price: '100000' })
    expect(figures(engine, buyer, USDC)).toMatchObject({
      positions: '53125.000000',
      maintenance: '28125.000000',
      available: '0.000000',
    })
    expect(figures(engine, seller, USDC)).toMatchObject({ positions: '53125.000000' })
  })

  // The same page (S21): index 200, 25 SOL, 4 % + size × 0.0005 %, 2 % + size × 0.0005 %.
  test('S21: 25 SOL of the linear perpetual require 200.625 USDC, and 100.625 to be kept', () => {
    const world = openDerivatives()
    const { engine } = world
    const instrument = linearPerpetual(engine, 'SOL_USDC-PERPETUAL', {
      derivative: {
        style: 'linear',
        base: 'SOL',
        index: 'sol_usd',
        option: null,
        funding: { damper: 0n, cap: at('0.005') },
      },
      marginRates: {
        initial: at('0.04'),
        maintenance: at('0.02'),
        initialPerUnit: at('0.000005'),
        maintenancePerUnit: at('0.000005'),
        optionFloor: 0n,
      },
    })
    publish(engine, [[instrument, '200']], { sol_usd: '200' })
    const [buyer, seller] = ['buyer', 'seller'].map((name) => margined(world, name, { USDC: '1000' })) as [
      AccountId,
      AccountId,
    ]
    place(engine, { account: seller, instrument, side: 'sell', quantity: 250_000, price: '200' })
    place(engine, { account: buyer, instrument, quantity: 250_000, price: '200' })
    expect(figures(engine, buyer, USDC)).toMatchObject({
      positions: '200.625000',
      maintenance: '100.625000',
    })
  })
})

describe('segregated', () => {
  /** A buyer of 100,000 dollars at 100,000, one coin, who has a tenth of one. */
  function bought() {
    const world = openDerivatives()
    const { engine } = world
    const instrument = inversePerpetual(engine)
    publish(engine, [[instrument, '100000']])
    const [buyer, seller] = [
      margined(world, 'buyer', { BTC: '0.1' }),
      margined(world, 'seller', { BTC: '10' }),
    ]
    place(engine, { account: seller, instrument, side: 'sell', quantity: 100_000, price: '100000' })
    place(engine, { account: buyer, instrument, quantity: 100_000, price: '100000' })
    return { world, engine, instrument, buyer, seller }
  }

  test('the arithmetic of the summary: balance, session, requirements, what is available and what may leave', () => {
    const { engine, instrument, buyer } = bought()
    publish(engine, [[instrument, '125000']])
    // Gained 0.2; 0.8 coin at 2 % + 0.8 × 0.005 % = 0.016032, at 1 % + 0.004 % = 0.008032.
    expect(figures(engine, buyer, BTC)).toEqual({
      marginBalance: '0.30000000',
      equity: '0.30000000',
      positions: '0.01603200',
      orders: '0.00000000',
      maintenance: '0.00803200',
      available: '0.28396800',
      // 0.283968 less the gain of the session, which is no money yet.
      withdrawable: '0.08396800',
    })
  })

  test('money that the margin needs does not leave', () => {
    const { world, engine, buyer } = bought()
    // One coin at 2.005 %: 0.02005 of 0.1 is kept.
    const transfer = (amount: bigint) => ({
      from: buyer,
      to: world.book.accounts.outsideWorld,
      currency: BTC,
      amount,
      description: null,
    })
    expect(refusedWith(engine, 'transfers.create', transfer(799_500_100n))).toBe(
      'insufficient_available_balance',
    )
    done(engine, 'transfers.create', transfer(799_500_000n))
    expect(figures(engine, buyer, BTC).available).toBe('0.00000000')
  })

  test('open orders count at the worse side on top of the position', () => {
    const { engine, instrument, buyer } = bought()
    // With 50,000 dollars more, 1.5 coin at 2.0075 % require 0.0301125: 0.0100625 more than 0.02005.
    place(engine, { account: buyer, instrument, quantity: 50_000, price: '90000' })
    expect(figures(engine, buyer, BTC).orders).toBe('0.01006250')
    // Sales of as much as is held only reduce.
    place(engine, { account: buyer, instrument, side: 'sell', quantity: 100_000, price: '110000' })
    expect(figures(engine, buyer, BTC).orders).toBe('0.01006250')
    // 0.1 − 0.02005 − 0.0100625 = 0.0698875 is left; 400,000 more, 5.5 coin at 2.0275 %, would need 0.1115125 − 0.02005.
    expect(placeFault(engine, { account: buyer, instrument, quantity: 400_000, price: '90000' })).toBe(
      'insufficient_buying_power',
    )
  })

  test('who has nothing left may still reduce', () => {
    const { engine, instrument, buyer } = bought()
    publish(engine, [[instrument, '92000']])
    expect(placeFault(engine, { account: buyer, instrument, quantity: 10, price: '90000' })).toBe(
      'insufficient_buying_power',
    )
    place(engine, { account: buyer, instrument, side: 'sell', quantity: 100_000, price: '92000' })
  })

  test('without a price no order is accepted', () => {
    const world = openDerivatives()
    const account = margined(world, 'early', { ETH: '10' })
    const instrument = inversePerpetual(world.engine, 'ETH-PERPETUAL', {
      currency: 'ETH',
      derivative: {
        style: 'inverse',
        base: 'ETH',
        index: 'eth_usd',
        option: null,
        funding: { damper: 0n, cap: 0n },
      },
    })
    expect(placeFault(world.engine, { account, instrument, quantity: 10, price: '3000' })).toBe(
      'no_reference_price',
    )
  })
})

describe('short options', () => {
  const expiry = after(START, 10 * DAY)

  test.each([
    // At the money: 15 % + the mark of 0.05; kept 7.5 % + the mark.
    ['inverse', 'call', '100000', '0.05', BTC, '0.20000000', '0.12500000'],
    // 10 % out of the money: 15 % − 10 % is below the floor of 10 %.
    ['inverse', 'call', '110000', '0.02', BTC, '0.12000000', '0.09500000'],
    // 3 % out of the money: 12 % + 0.02; a put keeps max(7.5 %, 7.5 % × mark) + mark.
    ['inverse', 'put', '97000', '0.02', BTC, '0.14000000', '0.09500000'],
    // Linear: the same times the index, 20 % and 12.5 % of 100,000.
    ['linear', 'call', '100000', '5000', USDC, '20000.000000', '12500.000000'],
  ] as const)('an %s %s at %s, marked %s', (style, type, strike, mark, currency, initial, maintenance) => {
    const world = openDerivatives('100000')
    const { engine } = world
    const rich = { BTC: '10', USDC: '100000' }
    const [buyer, seller] = [margined(world, 'buyer', rich), margined(world, 'seller', rich)]
    const instrument = option(engine, style, type, strike, expiry)
    publish(engine, [[instrument, mark]])
    place(engine, { account: seller, instrument, side: 'sell', quantity: 10, price: mark })
    expect(figures(engine, seller, currency).orders).toBe(initial)
    place(engine, { account: buyer, instrument, quantity: 10, price: mark })
    expect(figures(engine, seller, currency)).toMatchObject({ positions: initial, maintenance })
    expect(figures(engine, buyer, currency)).toMatchObject({
      positions: figures(engine, buyer, currency).maintenance,
      orders: formatAmount(0n as never, currencyOf(currency)),
    })
  })
})

describe('cross', () => {
  test('what is there in one currency stands for what another requires, less its haircut', () => {
    const world = openDerivatives('100000')
    const { engine } = world
    publish(engine, [], { usdc_usd: '1' })
    const instrument = linearPerpetual(engine)
    publish(engine, [[instrument, '100000']])
    const account = margined(world, 'pooled', { BTC: '1' }, 'cross_standard')
    const plain = margined(world, 'plain', { BTC: '1' })
    // One coin is 100,000 dollars.
    expect(figures(engine, account, USDC).available).toBe('100000.000000')
    expect(placeFault(engine, { account: plain, instrument, quantity: 10_000, price: '100000' })).toBe(
      'insufficient_buying_power',
    )
    place(engine, { account, instrument, quantity: 10_000, price: '100000' })
    // One coin at 2.005 % of 100,000 is 2,005 dollars: 97,995 are left, 0.97995 coin.
    expect(figures(engine, account, USDC).available).toBe('97995.000000')
    expect(figures(engine, account, BTC)).toMatchObject({
      available: '0.97995000',
      withdrawable: '0.97995000',
    })
    done(engine, 'settings.set', {
      node: world.firm,
      name: 'margin.collateral_haircuts',
      value: { BTC: 1_000 },
      from: null,
    })
    // Nine tenths of a coin, less 2,005.
    expect(figures(engine, account, USDC).available).toBe('87995.000000')
  })
})
