import { describe, expect, test } from 'vitest'
import { after, type Event, type Plain, SECOND } from '../../image/index.js'
import {
  future,
  inversePerpetual,
  linearPerpetual,
  margined,
  openDerivatives,
  option,
  publish,
} from '../../testing/derivatives-world.js'
import { textHash } from '../../testing/hash.js'
import { at, place, placeFault } from '../../testing/market-world.js'
import { done, refusedWith, START } from '../../testing/world.js'
import type { OrderId } from '../fields.js'
import { PROTECTED_ORDERS_MAX } from './fields.js'

const DAY = 86_400_000_000

function market(config: Readonly<Record<string, Plain>> = {}) {
  const world = openDerivatives('100000')
  const { engine } = world
  const [anna, ben] = [
    margined(world, 'anna', { BTC: '50', USDC: '1000000' }),
    margined(world, 'ben', { BTC: '50', USDC: '1000000' }),
  ]
  const instrument = inversePerpetual(engine)
  const linear = linearPerpetual(engine)
  publish(engine, [
    [instrument, '100000'],
    [linear, '100000'],
  ])
  const set = (more: Readonly<Record<string, Plain>> = {}) =>
    done(engine, 'protections.set', {
      account: anna,
      index: 'btc_usd',
      intervalSeconds: 5,
      frozenSeconds: 10,
      quantityLimit: at('0.01'),
      deltaLimit: null,
      ...more,
    })
  set(config)
  const quote = (more: object = {}): OrderId =>
    place(engine, {
      account: anna,
      instrument,
      side: 'sell',
      quantity: 500,
      price: '100000',
      isProtected: true,
      ...more,
    })
  /** Dollars of the inverse contract: 1,000 of them are a hundredth of a coin at 100,000. */
  const lift = (quantity: number) =>
    place(engine, { account: ben, instrument, quantity, price: '100000', timeInForce: 'ioc' })
  const protection = () => {
    const { protections } = engine.rooms.trading
    return protections.read(protections.row(protections.idsInOrder()[0] as never))
  }
  const events: Event[] = []
  const wait = (seconds: number) => {
    publish(engine, [[instrument, '100000']], {}, after(engine.image.head.time, seconds * SECOND))
    events.push(...(engine.takeBatch()?.events ?? []))
  }
  return { world, engine, anna, ben, instrument, linear, set, quote, lift, protection, events, wait }
}

describe('market-maker protection', () => {
  test('ends the protected orders of the index at once when fills come to its limit, and no others', () => {
    const { engine, anna, linear, quote, lift, protection, events, wait } = market()
    const [first, second, third] = [quote(), quote(), quote()] as [OrderId, OrderId, OrderId]
    const elsewhere = quote({ instrument: linear, quantity: 100, price: '101000' })
    const plain = quote({ isProtected: false, price: '102000' })
    // 500 and 400 dollars are 0.009 coin: below a hundredth.
    lift(900)
    const { orders } = engine.rooms.trading
    expect(orders.has(second)).toBe(true)
    lift(100)
    expect([first, second, third, elsewhere, plain].map((order) => orders.has(order))).toEqual([
      false,
      false,
      false,
      false,
      true,
    ])
    expect(protection()).toMatchObject({ isFrozen: true, traded: 0n })
    wait(0)
    const last = (order: OrderId) => events.filter(({ subject }) => subject === `ord_${order}`).at(-1)
    expect(last(third)?.data.unsolicited).toBe('protection')
    expect(events.map(({ kind }) => kind)).toContain('protection.triggered')
    expect(
      placeFault(engine, {
        account: anna,
        instrument: linear,
        quantity: 100,
        price: '90000',
        isProtected: true,
      }),
    ).toBe('protection_frozen')
    expect(engine.verify(textHash).filter(({ holds }) => !holds)).toEqual([])
  })

  test('the order that takes is counted too, and takes no further', () => {
    const { engine, anna, ben, instrument, events, wait } = market()
    for (let number = 0; number < 3; number += 1)
      place(engine, { account: ben, instrument, side: 'sell', quantity: 500, price: '100000' })
    const order = place(engine, {
      account: anna,
      instrument,
      quantity: 1_500,
      price: '100000',
      isProtected: true,
    })
    wait(0)
    expect(engine.rooms.trading.held(anna, instrument)).toBe(1_000n)
    expect(events.filter(({ subject }) => subject === `ord_${order}`).at(-1)?.data.unsolicited).toBe(
      'protection',
    )
  })

  test('an interval is counted from its first fill, and forgotten when it is over', () => {
    const { quote, lift, protection, wait } = market()
    quote({ quantity: 5_000 })
    lift(900)
    wait(4.9)
    lift(50)
    expect(protection().traded).toBe(at('0.0095'))
    wait(0.1)
    lift(900)
    expect(protection()).toMatchObject({ isFrozen: false, traded: at('0.009') })
  })

  test('the freeze ends by its time, or by a reset alone where it has none', () => {
    const { engine, anna, quote, lift, protection, wait, set } = market()
    quote({ quantity: 1_000 })
    lift(1_000)
    wait(9.9)
    expect(protection().isFrozen).toBe(true)
    wait(0.1)
    expect(protection().isFrozen).toBe(false)
    set({ frozenSeconds: 0 })
    quote({ quantity: 1_000 })
    lift(1_000)
    wait(100_000)
    expect(protection().isFrozen).toBe(true)
    done(engine, 'protections.reset', { account: anna, index: 'btc_usd' })
    expect(protection().isFrozen).toBe(false)
    expect(refusedWith(engine, 'protections.reset', { account: anna, index: 'eth_usd' })).toBe('not_visible')
  })

  test('a limit of the delta counts what is left open: both ways come to nothing', () => {
    const { engine, ben, instrument, quote, lift, protection } = market({
      quantityLimit: null,
      deltaLimit: at('0.01'),
    })
    quote({ quantity: 900 })
    quote({ side: 'buy', quantity: 900, price: '99000' })
    lift(900)
    place(engine, {
      account: ben,
      instrument,
      side: 'sell',
      quantity: 900,
      price: '99000',
      timeInForce: 'ioc',
    })
    // 0.009 sold and 900 / 99,000 = 0.0090909… bought, rounded up.
    expect(protection()).toMatchObject({ isFrozen: false, delta: 90_909_090_909_091n })
    quote({ quantity: 1_100 })
    lift(1_100)
    expect(protection().isFrozen).toBe(true)
  })

  test('of a put the sale is what buys the coin', () => {
    const scene = market({ quantityLimit: at('10'), deltaLimit: at('2') })
    const { engine, anna, ben, protection } = scene
    const put = option(engine, 'inverse', 'put', '90000', START + 30 * DAY)
    publish(engine, [[put, '0.05']])
    place(engine, {
      account: anna,
      instrument: put,
      side: 'sell',
      quantity: 15,
      price: '0.05',
      isProtected: true,
    })
    place(engine, { account: ben, instrument: put, quantity: 15, price: '0.05', timeInForce: 'ioc' })
    expect(protection()).toMatchObject({ traded: at('1.5'), delta: at('1.5') })
  })

  test('taking it away takes the orders that were under it', () => {
    const { engine, quote, set, events, wait } = market()
    const order = quote()
    set({ intervalSeconds: 0 })
    wait(0)
    expect(events.filter(({ subject }) => subject === `ord_${order}`).at(-1)?.data.unsolicited).toBe(
      'protection_removed',
    )
    expect(engine.rooms.trading.protections.size).toBe(0)
  })

  test('an order is under it only where there is one, as a limit', () => {
    const { engine, anna, ben, instrument } = market()
    const asked = { instrument, side: 'sell', quantity: 10, price: '101000', isProtected: true } as const
    expect(placeFault(engine, { ...asked, account: ben })).toBe('protection_missing')
    expect(
      placeFault(engine, {
        ...asked,
        account: anna,
        price: null,
        type: 'stop',
        stopPrice: '90000',
        timeInForce: 'gtc',
      }),
    ).toBe('order_type_invalid')
  })

  test(`${PROTECTED_ORDERS_MAX} orders are under one`, () => {
    const { engine, anna, instrument, quote, linear } = market()
    for (let number = 0; number < PROTECTED_ORDERS_MAX; number += 1) quote({ quantity: 10, price: '101000' })
    const asked = { account: anna, instrument: linear, side: 'sell', quantity: 10, price: '101000' } as const
    expect(placeFault(engine, { ...asked, isProtected: true })).toBe('open_orders_limit')
    expect(place(engine, asked)).toBeGreaterThan(instrument)
  })

  test.each([
    ['/index', { index: 'doge_usd' }],
    ['/interval_seconds', { intervalSeconds: 61 }],
    ['/interval_seconds', { intervalSeconds: -1 }],
    ['/frozen_seconds', { frozenSeconds: 3_601 }],
    ['/quantity_limit', { quantityLimit: 0n }],
    ['/quantity_limit', { quantityLimit: null }],
    ['/delta_limit', { deltaLimit: at('0.02') }],
  ])('%s: %o is refused', (_field, wrong) => {
    const { engine, anna } = market()
    const config = {
      account: anna,
      index: 'btc_usd',
      intervalSeconds: 60,
      frozenSeconds: 3_600,
      quantityLimit: at('0.01'),
      deltaLimit: null,
    }
    expect(refusedWith(engine, 'protections.set', { ...config, ...wrong })).toBe('malformed')
    done(engine, 'protections.set', config)
  })
})

test('what expires is counted by its coin as well', () => {
  const { engine, anna, ben, protection } = market({ quantityLimit: at('10') })
  const linear = future(engine, 'linear', START + 30 * DAY)
  publish(engine, [[linear, '100000']])
  place(engine, {
    account: anna,
    instrument: linear,
    side: 'sell',
    quantity: 5_000,
    price: '100000',
    isProtected: true,
  })
  place(engine, { account: ben, instrument: linear, quantity: 5_000, price: '100000', timeInForce: 'ioc' })
  // 5,000 ten-thousandths of a coin.
  expect(protection().traded).toBe(at('0.5'))
})
