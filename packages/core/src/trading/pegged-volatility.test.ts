/** Options priced by a volatility: the price follows the index and the time. */
import { describe, expect, test } from 'vitest'
import { Engine } from '../engine.js'
import { after, DAY, type Instant, instant, MINUTE } from '../image/index.js'
import { inversePerpetual, margined, option } from '../testing/derivatives-world.js'
import { broken, derivedHashOf, hashOf } from '../testing/hash.js'
import { at, place, placeFault, UNCHANGED } from '../testing/market-world.js'
import { peggedWorld } from '../testing/pegged-world.js'
import { done, refusedWith, START } from '../testing/world.js'
import type { OrderId } from './fields.js'
import { PEGGED_ORDERS_MAX, VOLATILITY_ENDS } from './pegged-price.js'

/**
 * A quarter of a year before it expires at 100,000, and the index is there: σ √T is half of the volatility. The call is
 * worth 2 N(σ √T / 2) − 1 coin then, by N(0.2) = 0.5792597094 and N(0.1) = 0.5398278373 (Abramowitz and Stegun, 26.1).
 */
function quarter() {
  const expiresAt = instant(START + 91.25 * DAY)
  const world = peggedWorld('100000', expiresAt, '0.1')
  const asked = (volatility: string, more: object = {}) =>
    ({ ...world.limit, volatility: at(volatility) as never, ...more }) as const
  const bid = (volatility: string, more: object = {}): OrderId => place(world.engine, asked(volatility, more))
  return { ...world, expiresAt, asked, bid }
}

describe('an option order priced by a volatility', () => {
  test('follows the index, on the tick that is no worse for the sender', () => {
    const { engine, bid, priceOf, told, index } = quarter()
    const [buy, sell] = [bid('0.8'), bid('0.8', { side: 'sell' })]
    // 0.158519…; a tick is 0.0005.
    expect([priceOf(buy), priceOf(sell)]).toEqual([at('0.1585'), at('0.159')])
    expect(told(buy)?.terms.isRepriced).toBeUndefined()
    // 100,000 × e^0.08: N(0.08 / 0.4 + 0.2) − e^-0.08 N(0) = 0.6554217416 − 0.4615581732 = 0.193863…
    index('108328.7067675')
    expect([priceOf(buy), priceOf(sell)]).toEqual([at('0.1935'), at('0.194')])
    expect(told(buy)?.terms.isRepriced).toBe(true)
    expect(broken(engine)).toEqual([])
  })

  test('of one volatility on both sides do not meet as they follow, up or down', () => {
    const { engine, anna, ben, call, bid, priceOf, index } = quarter()
    const [buy, sell] = [bid('0.8'), bid('0.8', { account: ben, side: 'sell' })]
    for (const price of ['108328.7067675', '95000', '100000']) index(price)
    expect([priceOf(buy), priceOf(sell)]).toEqual([at('0.1585'), at('0.159')])
    expect([anna, ben].map((each) => engine.rooms.trading.held(each, call))).toEqual([0n, 0n])
  })

  test('of a put, and of one that is priced in dollars', () => {
    const { engine, asked, expiresAt, world } = quarter()
    const rich = margined(world, 'rich', { BTC: '50', USDC: '1000000' })
    const priceAt = (instrument: ReturnType<typeof option>) => {
      const order = place(engine, { ...asked('0.4'), account: rich, instrument })
      const { orders } = engine.rooms.trading
      return orders.price.get(orders.row(order))
    }
    // At the money it is worth as much as the call: 2 N(0.1) − 1 = 0.0796556746, 7,965.56 dollars in ticks of five.
    expect(priceAt(option(engine, 'inverse', 'put', '100000', expiresAt))).toBe(at('0.0795'))
    expect(priceAt(option(engine, 'linear', 'put', '100000', expiresAt))).toBe(at('7965'))
  })

  test('follows the time in whole minutes, with no price of the index', () => {
    const { engine, bid, priceOf, expiresAt } = quarter()
    // A sixteenth of a year before the end σ √T / 2 is an eighth of σ. N(0.1004337205) is 0.54, so that 8 × 0.1004337205 =
    // 0.803469764 is worth 0.08 then. A minute before it is √(1 + 1 / 32,850) of that: half of the way below is 0.80346366.
    const order = bid('0.80346366')
    const late = instant(expiresAt - 22.8125 * DAY)
    engine.tick(after(late, -MINUTE))
    engine.tick(after(late, -1))
    expect(priceOf(order)).toBe(at('0.08'))
    engine.tick(late)
    expect(priceOf(order)).toBe(at('0.0795'))
    expect(engine.nextDueAt()).toBe(after(late, MINUTE))
    done(engine, 'orders.cancel', { order })
    engine.tick(after(late, MINUTE))
    expect(engine.nextDueAt()).not.toBe(after(late, 2 * MINUTE))
  })

  test('trades where the time brings it to somebody', () => {
    const { engine, anna, ben, call, bid, priceOf, expiresAt } = quarter()
    place(engine, { account: ben, instrument: call, quantity: 10, price: '0.08' })
    const order = bid('0.8', { side: 'sell' })
    expect(priceOf(order)).toBe(at('0.159'))
    const late = instant(expiresAt - 22.8125 * DAY)
    engine.tick(after(late, -MINUTE))
    engine.tick(late)
    expect(priceOf(order)).toBeNull()
    expect(engine.rooms.trading.held(anna, call)).toBe(-10n)
  })

  test('another volatility, and nothing else', () => {
    const { engine, bid, told, priceOf, index } = quarter()
    const order = bid('0.8')
    index('108328.7067675')
    index('100000')
    expect(told(order)?.terms.isRepriced).toBe(true)
    done(engine, 'orders.replace', { ...UNCHANGED, order, volatility: at('0.4') })
    expect(priceOf(order)).toBe(at('0.0795'))
    expect(told(order)?.terms).toMatchObject({ volatility: at('0.4'), isRepriced: false })
    const refused = (more: object) => refusedWith(engine, 'orders.replace', { ...UNCHANGED, order, ...more })
    expect(refused({ price: at('0.03') })).toBe('malformed')
    expect(refused({ usdPrice: at('2000') })).toBe('malformed')
    const plain = place(engine, {
      account: told(order)?.account as never,
      instrument: told(order)?.instrument as never,
      quantity: 10,
      price: '0.01',
    })
    expect(refusedWith(engine, 'orders.replace', { ...UNCHANGED, order: plain, volatility: at('0.4') })).toBe(
      'malformed',
    )
  })

  test('is refused of what is no option, post-only, with another price beside, and beyond 0.01 to 2,000 percent', () => {
    const { engine, asked, ben } = quarter()
    const perpetual = inversePerpetual(engine)
    expect(placeFault(engine, { ...asked('0.8'), instrument: perpetual })).toBe('peg_not_option')
    expect(placeFault(engine, { ...asked('0.8'), postOnly: true })).toBe('peg_post_only')
    expect(placeFault(engine, { ...asked('0.8'), price: '0.1' })).toBe('malformed')
    expect(placeFault(engine, { ...asked('0.8'), usdPrice: at('2000') })).toBe('malformed')
    expect(placeFault(engine, asked('0.000099999'))).toBe('malformed')
    expect(placeFault(engine, asked('20.000000001'))).toBe('malformed')
    // 2 N(0.000025) − 1 is 0.00002: less than a tick, and a tick for who sells.
    expect(placeFault(engine, asked('0.0001'))).toBe('price_out_of_bounds')
    place(engine, asked('0.0001', { side: 'sell' }))
    // 2 N(5) − 1.
    place(engine, asked('20', { account: ben }))
  })

  test('ends five minutes before the option does, and none is taken from then on', () => {
    const { engine, asked, bid, told, expiresAt } = quarter()
    const order = bid('0.8')
    const end = instant(expiresAt - VOLATILITY_ENDS)
    engine.tick(after(end, -MINUTE))
    expect(told(order)).not.toBeNull()
    const last = place(engine, asked('8'), { time: after(end, -1) })
    engine.tick(end)
    expect([told(order), told(last)]).toEqual([null, null])
    const events = engine.takeBatch()?.events ?? []
    expect(
      events.filter(({ kind }) => kind === 'order.cancelled').map(({ data }) => data.unsolicited),
    ).toEqual(['volatility_too_late', 'volatility_too_late'])
    expect(placeFault(engine, asked('8'))).toBe('volatility_too_late')
    engine.tick(expiresAt as Instant)
    expect(placeFault(engine, asked('8'))).toBe('volatility_too_late')
  })

  test('has its price in the record: an image that is replayed reckons nothing', () => {
    const { engine, bid, index } = quarter()
    const replayed = new Engine()
    const ship = (): void => {
      const batch = engine.takeBatch()
      if (batch !== null) replayed.image.apply(batch.images, batch.head)
    }
    bid('0.8')
    ship()
    index('108328.7067675')
    ship()
    expect(hashOf(replayed.image)).toBe(hashOf(engine.image))
    expect(derivedHashOf(replayed.image)).toBe(derivedHashOf(engine.image))
    replayed.tick(after(engine.image.head.time, MINUTE))
    engine.tick(after(engine.image.head.time, MINUTE))
    expect(hashOf(replayed.image)).toBe(hashOf(engine.image))
  })

  test('counts with those in dollars towards what an instrument has', () => {
    const { engine, asked, bid } = quarter()
    for (let number = 1; number < PEGGED_ORDERS_MAX; number += 1) bid('0.4', { quantity: 1 })
    place(engine, { ...asked('0.4', { quantity: 1 }), volatility: null, usdPrice: at('1000') })
    expect(placeFault(engine, asked('0.4'))).toBe('pegged_orders_limit')
  })
})
