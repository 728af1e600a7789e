/** Options priced in dollars: the price in coin follows the index. */
import { describe, expect, test } from 'vitest'
import { DAY, instant } from '../image/index.js'
import { inversePerpetual, margined, option } from '../testing/derivatives-world.js'
import { broken } from '../testing/hash.js'
import { at, orderInput, place, placeFault, UNCHANGED } from '../testing/market-world.js'
import { peggedWorld } from '../testing/pegged-world.js'
import { done, refusedWith, START } from '../testing/world.js'
import type { OrderId } from './fields.js'
import { PEGGED_ORDERS_MAX } from './pegged-price.js'

function market() {
  const world = peggedWorld('120000', instant(START + 30 * DAY), '0.02')
  const bid = (usdPrice: string, more: object = {}): OrderId => world.ask({ usdPrice: at(usdPrice), ...more })
  return { ...world, bid }
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
    expect(broken(engine)).toEqual([])
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
    const { world, bid, priceOf, index } = market()
    const poor = margined(world, 'poor', { BTC: '0.022' })
    const order = bid('2000', { account: poor })
    expect(priceOf(order)).toBe(at('0.02'))
    index('80000')
    expect(priceOf(order)).toBeNull()
  })

  test('another price in dollars, and no other', () => {
    const { engine, bid, priceOf } = market()
    const order = bid('2030')
    done(engine, 'orders.replace', { ...UNCHANGED, order, usdPrice: at('2200') })
    expect(priceOf(order)).toBe(at('0.022'))
    expect(refusedWith(engine, 'orders.replace', { ...UNCHANGED, order, price: at('0.03') })).toBe(
      'malformed',
    )
  })

  test('is refused of what is no option in coin, post-only, with a price beside, or worth less than a tick', () => {
    const { engine, limit } = market()
    const usdPrice = at('2030')
    const perpetual = inversePerpetual(engine)
    const linear = option(engine, 'linear', 'call', '120000', START + 30 * DAY)
    expect(placeFault(engine, { ...limit, instrument: perpetual, usdPrice: at('2030') })).toBe(
      'peg_not_option',
    )
    expect(placeFault(engine, { ...limit, instrument: linear, usdPrice })).toBe('peg_not_option')
    expect(placeFault(engine, { ...limit, usdPrice, postOnly: true })).toBe('peg_post_only')
    expect(placeFault(engine, { ...limit, usdPrice: at('49') })).toBe('price_out_of_bounds')
    const both = orderInput({ ...limit, usdPrice, price: '0.02' })
    expect(refusedWith(engine, 'orders.place', both)).toBe('malformed')
    expect(refusedWith(engine, 'orders.place', orderInput({ ...limit, usdPrice: 0n as never }))).toBe(
      'malformed',
    )
  })

  test(`an instrument has ${PEGGED_ORDERS_MAX} of them`, () => {
    const { engine, limit, bid } = market()
    for (let number = 0; number < PEGGED_ORDERS_MAX; number += 1) bid('1000')
    expect(placeFault(engine, { ...limit, usdPrice: at('1000') })).toBe('pegged_orders_limit')
  })
})
