import { describe, expect, test } from 'vitest'
import type { AccountId } from '../hierarchy/index.js'
import { after, SECOND } from '../image/index.js'
import { FOLLOWING_OF_COMMAND_MAX, type OrderTrigger } from '../market/index.js'
import { inversePerpetual, margined, openDerivatives, publish } from '../testing/derivatives-world.js'
import { textHash } from '../testing/hash.js'
import { at, orderInput, place, placeFault, UNCHANGED } from '../testing/market-world.js'
import { done, refusedWith } from '../testing/world.js'
import type { OrderId } from './fields.js'
import { TRAILING_ORDERS_MAX } from './trailing.js'

function market() {
  const world = openDerivatives('100000')
  const { engine } = world
  const [anna, ben] = [margined(world, 'anna', { BTC: '10' }), margined(world, 'ben', { BTC: '10' })]
  const instrument = inversePerpetual(engine)
  publish(engine, [[instrument, '100000']])
  place(engine, { account: ben, instrument, quantity: 1_000, price: '90000' })
  place(engine, { account: ben, instrument, side: 'sell', quantity: 1_000, price: '110000' })
  const trailing = (
    account: AccountId,
    side: 'buy' | 'sell',
    trailingOffset: string,
    more: object = {},
  ): OrderId =>
    place(engine, {
      account,
      instrument,
      side,
      quantity: 10,
      type: 'trailing_stop',
      timeInForce: 'gtc',
      trailingOffset: at(trailingOffset),
      trigger: 'published_price',
      ...more,
    })
  const mark = (price: string) => publish(engine, [[instrument, price]])
  const stopOf = (order: OrderId) => {
    const { orders } = engine.rooms.trading
    return orders.stopPrice.get(orders.row(order))
  }
  return { world, engine, anna, ben, instrument, trailing, mark, stopOf }
}
const settle = ({ engine }: ReturnType<typeof market>) => engine.tick(after(engine.image.head.time, SECOND))
const isOpen = ({ engine }: ReturnType<typeof market>, order: OrderId) =>
  engine.rooms.trading.orders.has(order)

describe('a trailing stop', () => {
  test('of a sale follows the rise, never the fall, and fires so far below the best price', () => {
    const scene = market()
    const { anna, trailing, mark, stopOf } = scene
    const order = trailing(anna, 'sell', '500')
    expect(stopOf(order)).toBe(at('99500'))
    mark('102000')
    expect(stopOf(order)).toBe(at('101500'))
    mark('101500.5')
    expect(stopOf(order)).toBe(at('101500'))
    settle(scene)
    expect(isOpen(scene, order)).toBe(true)
    mark('101500')
    settle(scene)
    expect(isOpen(scene, order)).toBe(false)
    expect(scene.engine.rooms.trading.held(anna, scene.instrument)).toBe(-10n)
  })

  test('of a purchase follows the fall', () => {
    const scene = market()
    const order = scene.trailing(scene.anna, 'buy', '500')
    expect(scene.stopOf(order)).toBe(at('100500'))
    scene.mark('98000')
    scene.mark('98499.5')
    expect(scene.stopOf(order)).toBe(at('98500'))
    scene.mark('98500')
    settle(scene)
    expect(isOpen(scene, order)).toBe(false)
  })

  test('the best price counts even where the next one comes in the same instant', () => {
    const scene = market()
    const order = scene.trailing(scene.anna, 'sell', '500')
    scene.mark('105000')
    scene.mark('104500')
    settle(scene)
    expect(isOpen(scene, order)).toBe(false)
  })

  test.each([
    ['index_price', (scene: ReturnType<typeof market>) => publish(scene.engine, [], { btc_usd: '103000' })],
    ['published_price', (scene: ReturnType<typeof market>) => scene.mark('103000')],
    [
      'last_trade',
      ({ engine, anna, ben, instrument }: ReturnType<typeof market>) => {
        place(engine, { account: ben, instrument, side: 'sell', quantity: 10, price: '103000' })
        place(engine, { account: anna, instrument, quantity: 10, price: '103000' })
      },
    ],
  ] as const)('follows %s where it says so', (trigger, rise) => {
    const scene = market()
    const { engine, anna, ben, instrument } = scene
    place(engine, { account: ben, instrument, side: 'sell', quantity: 10, price: '100000' })
    place(engine, { account: anna, instrument, quantity: 10, price: '100000' })
    const orders = (['last_trade', 'published_price', 'index_price'] as const).map(
      (each: OrderTrigger) => [each, scene.trailing(anna, 'sell', '500', { trigger: each })] as const,
    )
    rise(scene)
    for (const [each, order] of orders)
      expect(scene.stopOf(order)).toBe(at(each === trigger ? '102500' : '99500'))
    expect(engine.verify(textHash).filter(({ holds }) => !holds)).toEqual([])
  })

  test('an offset that changes is counted from the price that was followed', () => {
    const scene = market()
    const order = scene.trailing(scene.anna, 'sell', '500')
    scene.mark('102000')
    scene.mark('101800')
    const change = { order, ...UNCHANGED, trailingOffset: at('300') }
    done(scene.engine, 'orders.replace', change)
    expect(scene.stopOf(order)).toBe(at('101700'))
    expect(refusedWith(scene.engine, 'orders.replace', { order, ...UNCHANGED, stopPrice: at('99000') })).toBe(
      'malformed',
    )
    const plain = place(scene.engine, {
      account: scene.anna,
      instrument: scene.instrument,
      quantity: 10,
      price: '91000',
    })
    expect(refusedWith(scene.engine, 'orders.replace', { ...change, order: plain })).toBe('malformed')
  })

  test('is refused without an offset, with a wrong one, and where there is no price to follow', () => {
    const { engine, world, anna, instrument } = market()
    const asked = { account: anna, instrument, side: 'sell', quantity: 10, timeInForce: 'gtc' } as const
    const trailing = { ...asked, type: 'trailing_stop', trigger: 'published_price' } as const
    for (const wrong of [
      trailing,
      { ...trailing, trailingOffset: 0n },
      { ...trailing, trailingOffset: at('5'), stopPrice: '99000' },
      { ...asked, price: '99000', trailingOffset: at('5') },
    ])
      expect(refusedWith(engine, 'orders.place', orderInput(wrong as never))).toBe('malformed')
    expect(placeFault(engine, { ...trailing, trailingOffset: at('0.3') as never })).toBe('price_off_tick')
    expect(placeFault(engine, { ...trailing, trailingOffset: at('100000') as never })).toBe(
      'price_out_of_bounds',
    )
    expect(placeFault(engine, { ...trailing, trigger: 'last_trade', trailingOffset: at('5') })).toBe(
      'no_reference_price',
    )
    expect(world.engine.rooms.trading.trailing.count(instrument)).toBe(0)
  })
})

test(`${TRAILING_ORDERS_MAX} trail in an instrument, a further one is refused`, () => {
  const scene = market()
  const { engine, anna, instrument, mark, stopOf } = scene
  const orders = Array.from({ length: TRAILING_ORDERS_MAX }, () => scene.trailing(anna, 'sell', '500'))
  const further = {
    account: anna,
    instrument,
    side: 'sell',
    quantity: 10,
    type: 'trailing_stop',
    timeInForce: 'gtc',
    trailingOffset: at('500'),
    trigger: 'published_price',
  } as const
  expect(placeFault(engine, further)).toBe('trailing_orders_limit')
  mark('100100')
  expect(orders.every((order) => stopOf(order) === at('99600'))).toBe(true)
  // One command moves all of them.
  expect(TRAILING_ORDERS_MAX).toBeLessThanOrEqual(FOLLOWING_OF_COMMAND_MAX)
})
