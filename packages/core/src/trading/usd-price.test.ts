import { describe, expect, test } from 'vitest'
import { after, SECOND } from '../image/index.js'
import { inversePerpetual, margined, openDerivatives, option, publish } from '../testing/derivatives-world.js'
import { textHash } from '../testing/hash.js'
import { at, orderInput, place, placeFault } from '../testing/market-world.js'
import { done, refusedWith, START } from '../testing/world.js'
import type { OrderId } from './fields.js'
import { USD_ORDERS_MAX } from './usd-price.js'

const DAY = 86_400_000_000

function market() {
  const world = openDerivatives('100000')
  const { engine } = world
  const [anna, ben] = [margined(world, 'anna', { BTC: '50' }), margined(world, 'ben', { BTC: '50' })]
  const call = option(engine, 'inverse', 'call', '120000', START + 30 * DAY)
  publish(engine, [[call, '0.02']])
  const bid = (usdPrice: string, more: object = {}): OrderId =>
    place(engine, {
      account: anna,
      instrument: call,
      quantity: 10,
      type: 'limit',
      timeInForce: 'gtc',
      usdPrice: at(usdPrice),
      ...more,
    })
  const priceOf = (order: OrderId) => {
    const { orders } = engine.rooms.trading
    return orders.has(order) ? orders.price.get(orders.row(order)) : null
  }
  const index = (price: string) => {
    publish(engine, [], { btc_usd: price })
    engine.tick(after(engine.image.head.time, SECOND))
  }
  return { world, engine, anna, ben, call, bid, priceOf, index }
}

describe('an option order priced in dollars', () => {
  test('follows the index, on the tick that is no worse for the sender', () => {
    const { engine, bid, priceOf, index } = market()
    const [buy, sell] = [bid('2030'), bid('3030', { side: 'sell' })]
    // 2,030 / 100,000 = 0.0203 and 3,030 / 100,000 = 0.0303; a tick is 0.0005.
    expect([priceOf(buy), priceOf(sell)]).toEqual([at('0.02'), at('0.0305')])
    index('80000')
    // 0.025375 and 0.037875.
    expect([priceOf(buy), priceOf(sell)]).toEqual([at('0.025'), at('0.038')])
    expect(engine.verify(textHash).filter(({ holds }) => !holds)).toEqual([])
  })

  test('trades where the index brings it to somebody', () => {
    const { engine, anna, ben, call, bid, priceOf, index } = market()
    place(engine, { account: ben, instrument: call, side: 'sell', quantity: 10, price: '0.025' })
    const order = bid('2030')
    index('81200.1')
    expect(priceOf(order)).toBe(at('0.0245'))
    index('81200')
    expect(priceOf(order)).toBeNull()
    expect(engine.rooms.trading.held(anna, call)).toBe(10n)
  })

  test('loses its place when it is priced anew, and keeps it when it is not', () => {
    const { engine, anna, ben, call, bid, index } = market()
    const order = bid('2030')
    place(engine, { account: ben, instrument: call, quantity: 10, price: '0.0195' })
    const first = () => {
      const { books, orders } = engine.rooms.trading
      return orders.id(books.of(call).buy.level(0)?.first ?? -1)
    }
    index('101000')
    expect(first()).toBe(order)
    const other = place(engine, { account: ben, instrument: call, quantity: 10, price: '0.02' })
    index('102000')
    index('101000')
    expect(first()).toBe(other)
    expect(engine.rooms.trading.ordersOf.of(anna)).toHaveLength(1)
  })

  test('ends where it cannot be paid for at the price of now', () => {
    const { world, engine, call, priceOf, index } = market()
    const poor = margined(world, 'poor', { BTC: '0.022' })
    const order = place(engine, {
      account: poor,
      instrument: call,
      quantity: 10,
      type: 'limit',
      timeInForce: 'gtc',
      usdPrice: at('2000'),
    })
    expect(priceOf(order)).toBe(at('0.02'))
    index('80000')
    expect(priceOf(order)).toBeNull()
  })

  test('another price in dollars, and no other', () => {
    const { engine, bid, priceOf } = market()
    const order = bid('2030')
    const change = {
      order,
      clientOrderId: null,
      price: null,
      stopPrice: null,
      quantity: null,
      timeInForce: null,
      expiresAt: null,
      minimumQuantity: null,
      allOrNone: null,
      postOnly: null,
      strictLimit: null,
      onReject: 'refuse',
    } as const
    done(engine, 'orders.replace', { ...change, usdPrice: at('2200') })
    expect(priceOf(order)).toBe(at('0.022'))
    expect(refusedWith(engine, 'orders.replace', { ...change, price: at('0.03') })).toBe('malformed')
  })

  test('is refused of what is no option in coin, post-only, with a price beside, or worth less than a tick', () => {
    const { engine, anna, call } = market()
    const asked = {
      account: anna,
      instrument: call,
      quantity: 10,
      type: 'limit',
      timeInForce: 'gtc',
    } as const
    const usdPrice = at('2030')
    const perpetual = inversePerpetual(engine)
    const linear = option(engine, 'linear', 'call', '120000', START + 30 * DAY)
    expect(placeFault(engine, { ...asked, instrument: perpetual, usdPrice: at('2030') })).toBe(
      'usd_price_not_option',
    )
    expect(placeFault(engine, { ...asked, instrument: linear, usdPrice })).toBe('usd_price_not_option')
    expect(placeFault(engine, { ...asked, usdPrice, postOnly: true })).toBe('usd_price_post_only')
    expect(placeFault(engine, { ...asked, usdPrice: at('49') })).toBe('price_out_of_bounds')
    const both = orderInput({ ...asked, usdPrice, price: '0.02' })
    expect(refusedWith(engine, 'orders.place', both)).toBe('malformed')
    expect(refusedWith(engine, 'orders.place', orderInput({ ...asked, usdPrice: 0n as never }))).toBe(
      'malformed',
    )
  })

  test(`an instrument has ${USD_ORDERS_MAX} of them`, () => {
    const { engine, anna, call, bid } = market()
    for (let number = 0; number < USD_ORDERS_MAX; number += 1) bid('1000')
    const further = {
      account: anna,
      instrument: call,
      quantity: 10,
      type: 'limit',
      timeInForce: 'gtc',
    } as const
    expect(placeFault(engine, { ...further, usdPrice: at('1000') })).toBe('usd_orders_limit')
  })
})
