import { describe, expect, test } from 'vitest'
import type { AccountId } from '../../hierarchy/index.js'
import { after, type Event, SECOND } from '../../image/index.js'
import { broken, hashOf } from '../../testing/hash.js'
import {
  at,
  orderInput,
  pageWorld,
  place,
  placeFault,
  tryPlace,
  UNCHANGED,
} from '../../testing/market-world.js'
import { done, refusedWith } from '../../testing/world.js'
import type { OrderId } from '../fields.js'
import { LINKED_ORDERS_MAX, type LinkedOrder } from './fields.js'

function market() {
  const world = pageWorld()
  const { engine, instrument, people } = world
  const [anna, ben, carl] = [people.anna, people.ben, people.carl] as [AccountId, AccountId, AccountId]
  // Anna holds 100, so that she may sell.
  place(engine, { account: ben, instrument, side: 'sell', quantity: 100, price: '0.50' })
  place(engine, { account: anna, instrument, quantity: 100, price: '0.50' })
  const events: Event[] = []
  const settle = () => {
    engine.tick(after(engine.image.head.time, SECOND))
    events.push(...(engine.takeBatch()?.events ?? []))
  }
  settle()
  const ask = (kind: string, condition: string, orders: readonly LinkedOrder[], more: object = {}): OrderId =>
    place(engine, {
      account: anna,
      instrument,
      quantity: 40,
      price: '0.40',
      linked: { kind, condition, orders },
      ...more,
    } as never)
  const orders = engine.rooms.trading.orders
  const of = (order: OrderId) => (orders.has(order) ? orders.read(orders.row(order)) : null)
  const linkedTo = (order: OrderId): OrderId[] => {
    const { link } = orders.terms.get(orders.row(order))
    return [...(link?.triggers ?? []), ...(link?.cancels ?? [])]
  }
  /** How it ended, by the last report of it. */
  const ended = (order: OrderId) => {
    settle()
    const { data, kind } = events.filter(({ subject }) => subject === `ord_${order}`).at(-1) as Event
    return `${kind} ${String(data.unsolicited ?? '-')}`
  }
  const hit = (price: string, quantity: number, side: 'buy' | 'sell' = 'sell') => {
    place(engine, { account: carl, instrument, side, quantity, price, timeInForce: 'ioc' })
    settle()
  }
  const faults = () => broken(engine)
  return { ...world, anna, ben, carl, ask, of, linkedTo, ended, hit, settle, faults, orders }
}

const linked = (more: Partial<LinkedOrder> = {}): LinkedOrder => ({
  side: 'sell',
  type: 'limit',
  timeInForce: 'gtc',
  quantity: 40n as never,
  price: at('0.60'),
  stopPrice: null,
  trailingOffset: null,
  trigger: null,
  label: null,
  postOnly: false,
  reprices: false,
  reduceOnly: false,
  ...more,
})
const stop = (price = '0.30'): LinkedOrder => linked({ type: 'stop', price: null, stopPrice: at(price) })

describe('one triggers the other', () => {
  test('which waits in no book and no reserve until the first hit, and then is live whole', () => {
    const { engine, instrument, anna, ask, linkedTo, of, hit, faults } = market()
    const primary = ask('one_triggers_other', 'first_hit', [linked()])
    const [other] = linkedTo(primary) as [OrderId]
    const { books, openOrders } = engine.rooms.trading
    expect(of(other)?.terms.link?.isWaiting).toBe(true)
    expect(books.of(instrument).sell.depth).toBe(0)
    expect(openOrders.find(anna, instrument)).toMatchObject({ offerQuantity: 0n, bidQuantity: 40n })
    hit('0.40', 1)
    expect(books.of(instrument).sell.level(0)).toMatchObject({ quantity: 40n })
    expect(openOrders.find(anna, instrument)).toMatchObject({ offerQuantity: 40n, bidQuantity: 39n })
    expect(faults()).toEqual([])
  })

  test('which ends when it goes live where it must wait and its price is there already', () => {
    const { ask, linkedTo, hit, ended } = market()
    const primary = ask('one_triggers_other', 'first_hit', [{ ...stop('0.45'), mustWait: true }])
    const [other] = linkedTo(primary) as [OrderId]
    hit('0.40', 1)
    expect(ended(other)).toBe('order.cancelled trigger_price_invalid')
  })

  test('all of it has to be filled where that is asked for, else the other ends with it', () => {
    const { engine, ask, linkedTo, of, hit, ended } = market()
    const [filled, cancelled] = [1, 2].map(() => ask('one_triggers_other', 'complete_fill', [linked()])) as [
      OrderId,
      OrderId,
    ]
    const [[one], [other]] = [linkedTo(filled), linkedTo(cancelled)] as [[OrderId], [OrderId]]
    hit('0.40', 39)
    expect(of(one)?.terms.link?.isWaiting).toBe(true)
    hit('0.40', 2)
    expect(of(one)?.terms.link?.isWaiting).toBe(false)
    done(engine, 'orders.cancel', { order: cancelled })
    expect(ended(other)).toBe('order.cancelled primary_closed')
    expect(engine.rooms.trading.contingencies.size).toBe(0)
  })

  test('part by part: each fill triggers as much of the other, in whole lots', () => {
    const { engine, instrument, anna, ask, hit, ended, linkedTo, of, faults } = market()
    // Half as much is sold as is bought.
    const primary = ask('one_triggers_other', 'incremental', [linked({ quantity: 20n as never })])
    const [other] = linkedTo(primary) as [OrderId]
    const offered = () => engine.rooms.trading.openOrders.find(anna, instrument)?.offerQuantity
    hit('0.40', 11)
    // 11 × 20/40 = 5.5: five.
    expect([offered(), of(other)?.quantity]).toEqual([5n, 15n])
    hit('0.40', 1)
    expect([offered(), of(other)?.quantity]).toEqual([6n, 14n])
    hit('0.40', 28)
    expect([offered(), of(other)?.quantity]).toEqual([20n, 14n])
    expect(of(other)?.terms.link?.isWaiting).toBe(false)
    done(engine, 'orders.cancel', { order: other })
    expect(ended(other)).toBe('order.cancelled -')
    expect(faults()).toEqual([])
  })

  test('is judged in full when it is live: without money for it, it ends', () => {
    const { engine, ask, linkedTo, hit, ended } = market()
    // 30,000 at 0.90 are 27,000 dollars; Anna has less than 10,000.
    const dear = linked({ side: 'buy', quantity: 30_000n as never, price: at('0.90') })
    const primary = ask('one_triggers_other', 'first_hit', [dear])
    const [other] = linkedTo(primary) as [OrderId]
    hit('0.40', 1)
    expect(ended(other)).toBe('order.cancelled insufficient_buying_power')
    expect(engine.rooms.trading.orders.has(primary)).toBe(true)
  })

  test('one that fills at once, as a market order does, triggers as well', () => {
    const { engine, ben, instrument, ask, settle } = market()
    place(engine, { account: ben, instrument, side: 'sell', quantity: 40, price: '0.55' })
    ask('one_triggers_other', 'first_hit', [linked()], { type: 'market', price: null, timeInForce: 'ioc' })
    settle()
    expect(engine.rooms.trading.books.of(instrument).sell.level(0)).toMatchObject({ quantity: 40n })
  })

  test('cannot be changed while it waits, and can be cancelled', () => {
    const { engine, ask, linkedTo, ended } = market()
    const primary = ask('one_triggers_other', 'first_hit', [linked()])
    const [other] = linkedTo(primary) as [OrderId]
    const change = { ...UNCHANGED, order: other, price: at('0.70') }
    expect(refusedWith(engine, 'orders.replace', change)).toBe('transition_invalid')
    done(engine, 'orders.cancel', { order: other })
    expect(ended(other)).toBe('order.cancelled -')
    expect(engine.rooms.trading.orders.has(primary)).toBe(true)
  })
})

describe('one cancels the other', () => {
  const sale = { side: 'sell', price: '0.60' } as const

  test.each([
    ['first_hit', 1, 'gone'],
    ['complete_fill', 39, 40n],
    ['complete_fill', 40, 'gone'],
    ['incremental', 15, 25n],
    ['incremental', 40, 'gone'],
  ] as const)('%s: a fill of %i leaves of it %s', (condition, quantity, left) => {
    const { ask, linkedTo, of, hit, faults, engine } = market()
    const primary = ask('one_cancels_other', condition, [stop()], sale)
    const [other] = linkedTo(primary) as [OrderId]
    hit('0.60', quantity, 'buy')
    expect(of(other)?.quantity ?? 'gone').toBe(left)
    expect(faults()).toEqual([])
    if (quantity === 40) expect(engine.rooms.trading.contingencies.size).toBe(0)
  })

  test('whichever ends takes the other with it', () => {
    for (const which of [0, 1]) {
      const { engine, ask, linkedTo, ended } = market()
      const primary = ask('one_cancels_other', 'first_hit', [stop()], sale)
      const pair = [primary, ...linkedTo(primary)] as [OrderId, OrderId]
      done(engine, 'orders.cancel', { order: pair[which] as OrderId })
      expect(ended(pair[1 - which] as OrderId)).toBe('order.cancelled other_closed')
    }
  })

  test('a stop that must wait, and would act at once, takes the placement with it', () => {
    const { engine, anna, instrument } = market()
    const before = hashOf(engine.image)
    // The last trade was at 0.50.
    const reached = { ...stop('0.55'), mustWait: true }
    const linked = { kind: 'one_cancels_other', condition: 'first_hit', orders: [reached] }
    const asked = { account: anna, instrument, quantity: 40, ...sale, linked } as never
    expect(placeFault(engine, asked)).toBe('trigger_price_invalid')
    expect(hashOf(engine.image)).toBe(before)
  })

  test('both at prices that one order reaches: only one of them trades', () => {
    const { engine, ask, linkedTo, of, carl, instrument, anna } = market()
    const primary = ask('one_cancels_other', 'first_hit', [linked({ price: at('0.61') })], sale)
    const [other] = linkedTo(primary) as [OrderId]
    place(engine, { account: carl, instrument, quantity: 80, price: '0.61', timeInForce: 'ioc' })
    expect([of(primary), of(other)]).toEqual([null, null])
    expect(engine.rooms.trading.held(anna, instrument)).toBe(60n)
  })

  test('the second never comes in where the first has traded at once', () => {
    const { engine, carl, instrument, ask, settle } = market()
    place(engine, { account: carl, instrument, quantity: 40, price: '0.60' })
    ask('one_cancels_other', 'first_hit', [stop()], sale)
    settle()
    expect(engine.rooms.trading.orders.size).toBe(0)
  })
})

describe('a bracket', () => {
  test('of a profit and a stop: the first of them to trade takes the other out', () => {
    const { engine, instrument, anna, ask, linkedTo, of, hit, faults } = market()
    const primary = ask('one_triggers_one_cancels_other', 'first_hit', [
      linked({ reduceOnly: true }),
      { ...stop(), reduceOnly: true },
    ])
    const [profit, loss] = linkedTo(primary) as [OrderId, OrderId]
    hit('0.40', 40)
    expect([of(profit)?.terms.link?.isWaiting, of(loss)?.terms.link?.isWaiting]).toEqual([false, false])
    hit('0.60', 5, 'buy')
    expect([of(profit)?.filled, of(loss)]).toEqual([5n, null])
    // 100, 40 more, and 5 sold.
    expect(engine.rooms.trading.held(anna, instrument)).toBe(135n)
    expect(faults()).toEqual([])
  })

  test('a stop that trails begins to follow when it is live', () => {
    const { ask, linkedTo, of, hit } = market()
    const trailing = linked({ type: 'trailing_stop', price: null, trailingOffset: at('0.05') })
    const primary = ask('one_triggers_other', 'first_hit', [trailing])
    const [other] = linkedTo(primary) as [OrderId]
    hit('0.40', 1)
    expect(of(other)?.stopPrice).toBe(at('0.35'))
  })

  test('part by part, each pair cancels its own', () => {
    const { engine, instrument, ask, linkedTo, of, hit, faults } = market()
    const primary = ask('one_triggers_one_cancels_other', 'incremental', [linked(), stop()])
    const [profit, loss] = linkedTo(primary) as [OrderId, OrderId]
    hit('0.40', 10)
    expect([of(profit)?.quantity, of(loss)?.quantity]).toEqual([30n, 30n])
    hit('0.60', 10, 'buy')
    // The live pair is gone; what waits for the rest of the primary still does.
    expect(engine.rooms.trading.ordersIn.of(instrument)).toHaveLength(3)
    expect([of(profit)?.quantity, of(loss)?.quantity]).toEqual([30n, 30n])
    expect(faults()).toEqual([])
  })
})

describe('what is refused changes nothing', () => {
  test.each([
    ['too few', { kind: 'one_triggers_one_cancels_other', condition: 'first_hit', orders: [linked()] }],
    ['too many', { kind: 'one_triggers_other', condition: 'first_hit', orders: [linked(), stop()] }],
    [
      'one without a price',
      { kind: 'one_triggers_other', condition: 'first_hit', orders: [linked({ price: null })] },
    ],
  ])('%s', (_name, asked) => {
    const { engine, anna, instrument } = market()
    const input = orderInput({
      account: anna,
      instrument,
      quantity: 40,
      price: '0.40',
      linked: asked as never,
    })
    expect(refusedWith(engine, 'orders.place', input)).toBe('malformed')
  })

  test('a linked order that the instrument does not take', () => {
    const { engine, anna, instrument } = market()
    const asked = {
      account: anna,
      instrument,
      quantity: 40,
      price: '0.40',
      linked: {
        kind: 'one_triggers_other',
        condition: 'first_hit',
        orders: [linked({ price: at('0.605') })],
      },
    } as const
    expect(placeFault(engine, asked)).toBe('price_off_tick')
    expect(engine.rooms.trading.orders.size).toBe(0)
  })

  test(`an account has ${LINKED_ORDERS_MAX} of them`, () => {
    const { engine, anna, instrument } = market()
    const asked = {
      account: anna,
      instrument,
      quantity: 1,
      price: '0.40',
      linked: { kind: 'one_triggers_other', condition: 'first_hit', orders: [linked()] },
    } as const
    for (let number = 0; number < LINKED_ORDERS_MAX; number += 1)
      expect(tryPlace(engine, asked).kind).toBe('done')
    expect(placeFault(engine, asked)).toBe('linked_orders_limit')
  })
})
