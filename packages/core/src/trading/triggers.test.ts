import { describe, expect, test } from 'vitest'
import type { Engine } from '../engine.js'
import type { AccountId } from '../hierarchy/index.js'
import { after, SECOND } from '../image/index.js'
import type { InstrumentId } from '../market/index.js'
import { inversePerpetual, margined, openDerivatives, publish } from '../testing/derivatives-world.js'
import { at, orderInput, place, placeFault, UNCHANGED } from '../testing/market-world.js'
import { done, refusedWith } from '../testing/world.js'
import type { OrderId, OrderType } from './fields.js'
import type { PlaceOrder } from './placing.js'

function market() {
  const world = openDerivatives('100000')
  const { engine } = world
  const [anna, ben] = [margined(world, 'anna', { BTC: '10' }), margined(world, 'ben', { BTC: '10' })]
  const instrument = inversePerpetual(engine)
  publish(engine, [[instrument, '100000']])
  // Bids and offers around it, and a last trade at 100,000.
  place(engine, { account: ben, instrument, side: 'sell', quantity: 10, price: '100000' })
  place(engine, { account: anna, instrument, quantity: 10, price: '100000' })
  place(engine, { account: ben, instrument, quantity: 1_000, price: '99000' })
  place(engine, { account: ben, instrument, side: 'sell', quantity: 1_000, price: '101000' })
  return { engine, anna, ben, instrument }
}
const isOpen = (engine: Engine, order: OrderId) => engine.rooms.trading.orders.has(order)
const settle = (engine: Engine) => engine.tick(after(engine.image.head.time, SECOND))
const priceOf = ({ rooms: { trading } }: Engine, order: OrderId) =>
  trading.orders.price.get(trading.orders.row(order))

const waiting = (
  engine: Engine,
  account: AccountId,
  instrument: InstrumentId,
  more: Partial<Omit<PlaceOrder, 'price' | 'stopPrice' | 'quantity'>> & {
    readonly stopPrice: string
    readonly price?: string
  },
): OrderId => place(engine, { account, instrument, quantity: 10, ...more, timeInForce: 'gtc' })

describe('stops and takes', () => {
  // Which side and type waits for which way: the price at which it fires, and one at which it does not.
  test.each([
    ['buy', 'stop', '100500', '100499.5'],
    ['sell', 'stop', '99500', '99500.5'],
    ['buy', 'take', '99500', '99500.5'],
    ['sell', 'take', '100500', '100499.5'],
  ] as const)('a %s %s fires at %s and not at %s', (side, type, fires, before) => {
    const { engine, anna, instrument } = market()
    const order = waiting(engine, anna, instrument, {
      side,
      type: type as OrderType,
      stopPrice: fires,
      trigger: 'published_price',
    })
    publish(engine, [[instrument, before]])
    settle(engine)
    expect(isOpen(engine, order)).toBe(true)
    publish(engine, [[instrument, fires]])
    settle(engine)
    // It became a market order and traded with what was there.
    expect(isOpen(engine, order)).toBe(false)
    expect(engine.rooms.trading.held(anna, instrument)).toBe(side === 'buy' ? 20n : 0n)
  })

  test('each looks at its own price: the last trade, the mark or the index', () => {
    const { engine, anna, ben, instrument } = market()
    const stop = { side: 'buy', type: 'stop', stopPrice: '100500' } as const
    const [last, mark, index] = (['last_trade', 'published_price', 'index_price'] as const).map((trigger) =>
      waiting(engine, anna, instrument, { ...stop, trigger }),
    ) as [OrderId, OrderId, OrderId]
    const open = () => [last, mark, index].map((each) => isOpen(engine, each))
    publish(engine, [], { btc_usd: '100500' })
    settle(engine)
    // The index order traded at 101,000: that last trade has set off the one that looks at it.
    expect(engine.rooms.market.lastPrice(engine.rooms.market.instruments.row(instrument))).toBe(at('101000'))
    expect(open()).toEqual([false, true, false])
    publish(engine, [[instrument, '100500']])
    settle(engine)
    expect(open()).toEqual([false, false, false])
    expect(engine.rooms.trading.held(ben, instrument)).toBe(-40n)
  })

  test('a take with a limit rests at it when it has fired', () => {
    const { engine, anna, instrument } = market()
    const order = waiting(engine, anna, instrument, {
      side: 'buy',
      type: 'take_limit',
      stopPrice: '99500',
      trigger: 'index_price',
      price: '99500',
    })
    publish(engine, [], { btc_usd: '99400' })
    settle(engine)
    expect(engine.rooms.trading.books.of(instrument).buy.level(0)).toMatchObject({ quantity: 10n })
    expect(priceOf(engine, order)).toBe(at('99500'))
  })

  test('a trigger goes with what waits, and with nothing else', () => {
    const { engine, anna, instrument } = market()
    const input = orderInput({
      account: anna,
      instrument,
      quantity: 10,
      price: '99000',
      trigger: 'index_price',
    })
    expect(refusedWith(engine, 'orders.place', input)).toBe('malformed')
    const take = orderInput({ account: anna, instrument, quantity: 10, type: 'take' })
    expect(refusedWith(engine, 'orders.place', take)).toBe('malformed')
  })
})

describe('post-only', () => {
  const passive = { quantity: 10, postOnly: true } as const

  test('rejects where it would take, or rests a tick behind if it asks for that', () => {
    const { engine, anna, instrument } = market()
    const crossing = { account: anna, instrument, ...passive, price: '102000' }
    expect(placeFault(engine, crossing)).toBe('would_take')
    const order = place(engine, { ...crossing, reprices: true })
    expect(priceOf(engine, order)).toBe(at('100999.5'))
    const sale = place(engine, {
      account: anna,
      instrument,
      ...passive,
      side: 'sell',
      price: '90000',
      reprices: true,
    })
    expect(priceOf(engine, sale)).toBe(at('101000'))
  })

  test('a replacement is priced so too', () => {
    const { engine, anna, instrument } = market()
    const order = place(engine, { account: anna, instrument, ...passive, price: '99500', reprices: true })
    done(engine, 'orders.replace', { ...UNCHANGED, order, price: at('105000') })
    expect(priceOf(engine, order)).toBe(at('100999.5'))
  })

  test('only a post-only order is priced anew', () => {
    const { engine, anna, instrument } = market()
    const input = orderInput({ account: anna, instrument, quantity: 10, price: '99000', reprices: true })
    expect(refusedWith(engine, 'orders.place', input)).toBe('malformed')
  })
})

describe('closing a position', () => {
  test('at the market it trades with what is there, and at a limit it rests and may only reduce', () => {
    const { engine, anna, instrument } = market()
    const close = { account: anna, instrument, label: null }
    const { order } = done<{ order: OrderId }>(engine, 'positions.close', { ...close, price: at('101000') })
    const { orders } = engine.rooms.trading
    expect(orders.read(orders.row(order))).toMatchObject({ side: 'sell', quantity: 10n })
    expect(orders.terms.get(orders.row(order)).reduceOnly).toBe(true)
    done(engine, 'orders.cancel', { order })
    done(engine, 'positions.close', { ...close, price: null })
    expect(engine.rooms.trading.held(anna, instrument)).toBe(0n)
    expect(refusedWith(engine, 'positions.close', { ...close, price: null })).toBe('order_rejected')
  })
})

describe('labels and families of cancels', () => {
  const cancel = { instrument: null, side: null, currency: null, kinds: null, types: null, label: null }

  test.each([
    ['by label', { label: 'desk' }, ['first', 'second']],
    ['by type', { types: ['stop'] }, ['third']],
    ['by kind', { kinds: ['option'] }, []],
    ['by currency', { currency: 'BTC' }, ['first', 'second', 'third']],
    ['by side', { side: 'sell' }, ['second']],
  ] as const)('%s', (_name, filter, expected) => {
    const { engine, anna, instrument } = market()
    const ids = {
      first: place(engine, { account: anna, instrument, quantity: 10, price: '98000', label: 'desk' }),
      second: place(engine, {
        account: anna,
        instrument,
        side: 'sell',
        quantity: 10,
        price: '102000',
        label: 'desk',
      }),
      third: waiting(engine, anna, instrument, { type: 'stop', stopPrice: '103000' }),
    }
    const { orders } = done<{ orders: OrderId[] }>(engine, 'orders.cancel_all', {
      account: anna,
      ...cancel,
      ...filter,
    } as never)
    expect([...orders].sort()).toEqual(expected.map((name) => ids[name]).sort())
  })

  test.each(['x'.repeat(65), '', 'two\nlines'])('the label %j is refused', (label) => {
    const { engine, anna, instrument } = market()
    const input = orderInput({ account: anna, instrument, quantity: 10, price: '98000', label })
    expect(refusedWith(engine, 'orders.place', input)).toBe('malformed')
    const longest = { account: anna, instrument, quantity: 10, price: '98000', label: 'x'.repeat(64) }
    expect(isOpen(engine, place(engine, longest))).toBe(true)
  })
})

describe('an order that must wait', () => {
  // The mark, the index and the last trade are at 100,000.
  test.each([
    ['buy', 'stop', '100000', '100000.5'],
    ['sell', 'stop', '100000', '99999.5'],
    ['buy', 'take', '100000', '99999.5'],
    ['sell', 'take', '100000', '100000.5'],
  ] as const)('%s %s: refused at %s, and taken at %s', (side, type, reached, ahead) => {
    const { engine, anna, instrument } = market()
    for (const trigger of ['last_trade', 'published_price', 'index_price'] as const) {
      const asked = {
        account: anna,
        instrument,
        quantity: 10,
        side,
        type,
        trigger,
        timeInForce: 'gtc',
      } as const
      expect(placeFault(engine, { ...asked, mustWait: true, stopPrice: reached })).toBe(
        'trigger_price_invalid',
      )
      expect(isOpen(engine, place(engine, { ...asked, mustWait: true, stopPrice: ahead }))).toBe(true)
    }
  })

  test('acts at once where it may', () => {
    const { engine, anna, instrument } = market()
    const order = waiting(engine, anna, instrument, { side: 'buy', type: 'stop', stopPrice: '100000' })
    expect(isOpen(engine, order)).toBe(false)
    expect(engine.rooms.trading.held(anna, instrument)).toBe(20n)
  })

  test('is not replaced by one that would act at once, and stays as it was', () => {
    const { engine, anna, instrument } = market()
    const order = waiting(engine, anna, instrument, {
      side: 'buy',
      type: 'stop',
      stopPrice: '100500',
      mustWait: true,
    })
    const change = { ...UNCHANGED, order }
    expect(refusedWith(engine, 'orders.replace', { ...change, stopPrice: at('99500') })).toBe(
      'order_rejected',
    )
    const { orders } = engine.rooms.trading
    expect(orders.stopPrice.get(orders.row(order))).toBe(at('100500'))
    done(engine, 'orders.replace', { ...change, stopPrice: at('100000.5') })
  })

  test('is a stop or a take', () => {
    const { engine, anna, instrument } = market()
    const limit = { account: anna, instrument, quantity: 10, price: '99000', mustWait: true }
    expect(refusedWith(engine, 'orders.place', orderInput(limit))).toBe('malformed')
  })
})
