/** Every reason for which an order is not accepted, provoked at its edge: one step short of it the order is taken. */
import { describe, expect, test } from 'vitest'
import type { AccountId } from '../hierarchy/index.js'
import {
  at,
  contract,
  orderInput,
  pageWorld,
  place,
  placeFault,
  share,
  usd,
} from '../testing/market-world.js'
import { actorOf, bind, createPerson } from '../testing/people.js'
import { done, refusedWith, START } from '../testing/world.js'
import type { OrderFaultCode } from './faults.js'

const LIMITS = { quantityMax: 100n, notionalMax: usd('20.00'), lot: 5n }

function world() {
  const opened = pageWorld(LIMITS, '100.00')
  const [anna, ben] = [opened.people.anna, opened.people.ben] as [AccountId, AccountId]
  return { ...opened, anna, ben }
}

type World = ReturnType<typeof world>
type Asked = Parameters<typeof place>[1]

/** The reason, an order that has it, and one that just has not. */
const CASES: readonly (readonly [
  OrderFaultCode,
  (world: World) => Partial<Asked>,
  (world: World) => Partial<Asked>,
])[] = [
  ['quantity_invalid', () => ({ quantity: 4 }), () => ({ quantity: 5 })],
  ['quantity_invalid', () => ({ quantity: 12 }), () => ({ quantity: 10 })],
  ['quantity_limit', () => ({ quantity: 105, price: '0.01' }), () => ({ quantity: 100, price: '0.01' })],
  ['notional_limit', () => ({ quantity: 40, price: '0.51' }), () => ({ quantity: 40, price: '0.50' })],
  ['price_off_tick', () => ({ price: '0.505' }), () => ({ price: '0.51' })],
  ['price_out_of_bounds', () => ({ price: '0' }), () => ({ price: '0.01' })],
  ['price_out_of_bounds', () => ({ price: '1' }), () => ({ price: '0.99' })],
  [
    'no_liquidity',
    () => ({ type: 'market', timeInForce: 'ioc', price: null, side: 'sell' }),
    () => ({ type: 'market', timeInForce: 'ioc', price: null }),
  ],
  ['would_take', () => ({ postOnly: true, price: '0.60' }), () => ({ postOnly: true, price: '0.59' })],
  [
    'would_not_trade_at_limit',
    () => ({ strictLimit: true, price: '0.61' }),
    () => ({ strictLimit: true, price: '0.60' }),
  ],
  [
    'order_type_invalid',
    () => ({ postOnly: true, timeInForce: 'ioc' }),
    () => ({ postOnly: true, timeInForce: 'day' }),
  ],
  ['would_not_reduce', () => ({ reduceOnly: true }), () => ({ reduceOnly: false })],
  [
    'self_match',
    ({ ben }) => ({ account: ben, price: '0.60', selfMatchId: 'desk' }),
    ({ ben }) => ({ account: ben, price: '0.59', selfMatchId: 'desk' }),
  ],
]

describe('why an order is not accepted', () => {
  test.each(CASES)('%s', (code, faulty, sound) => {
    const opened = world()
    const { engine, instrument, anna, ben } = opened
    place(engine, {
      account: ben,
      instrument,
      side: 'sell',
      quantity: 10,
      price: '0.60',
      selfMatchId: 'desk',
    })
    const asked = { account: anna, instrument, quantity: 10, price: '0.50' }
    expect(placeFault(engine, { ...asked, ...faulty(opened) })).toBe(code)
    expect(place(engine, { ...asked, ...sound(opened) })).toBeGreaterThan(0)
  })

  test('insufficient_buying_power, at the last cent', () => {
    const { engine, anna } = world()
    const instrument = contract(engine, 'free')
    const asked = { account: anna, instrument, price: '0.50' }
    expect(placeFault(engine, { ...asked, quantity: 201 })).toBe('insufficient_buying_power')
    place(engine, { ...asked, quantity: 200 })
    expect(placeFault(engine, { ...asked, quantity: 1, price: '0.01' })).toBe('insufficient_buying_power')
    // The other side counts apart: 142 short at 0.30 would lock 99.40 more.
    expect(placeFault(engine, { ...asked, side: 'sell', price: '0.30', quantity: 143 })).toBe(
      'insufficient_buying_power',
    )
  })

  test('insufficient_position: shares are sold out of what is held', () => {
    const { engine, anna } = world()
    const instrument = share(engine)
    const brought = { account: anna, instrument, quantity: 10n, cost: 0n, description: 'brought' }
    done(engine, 'positions.adjust', brought)
    const asked = { account: anna, instrument, side: 'sell' as const, price: '1.00' }
    expect(placeFault(engine, { ...asked, quantity: 11 })).toBe('insufficient_position')
    place(engine, { ...asked, quantity: 10 })
  })

  test('no_reference_price: nothing ever traded, and nobody is there', () => {
    const { engine, anna, instrument } = world()
    const asked = { account: anna, instrument, quantity: 10, price: null, timeInForce: 'gtc' as const }
    expect(placeFault(engine, { ...asked, type: 'market_to_limit' })).toBe('no_reference_price')
  })

  test('instrument_not_open, and instrument_unknown where there is none', () => {
    const { engine, anna, instrument } = world()
    const asked = { account: anna, instrument, quantity: 10, price: '0.50' }
    done(engine, 'instruments.set_state', { instrument, state: 'halted', version: null })
    expect(placeFault(engine, asked)).toBe('instrument_not_open')
    expect(placeFault(engine, { ...asked, instrument: 999_999 as never })).toBe('instrument_unknown')
  })

  test('a rejection that is recorded has the same reason, a sentence, and an order of its own', () => {
    const { engine, anna, instrument } = world()
    engine.takeBatch()
    const order = place(engine, { account: anna, instrument, quantity: 4, price: '0.50', onReject: 'record' })
    const [event] = engine.takeBatch()?.events ?? []
    expect(event).toMatchObject({
      kind: 'order.rejected',
      subject: `ord_${order}`,
      data: { reason: 'quantity_invalid', text: 'minimum trade quantity is 5, given 4' },
    })
    expect(engine.rooms.trading.orders.has(order)).toBe(false)
  })
})

describe('the shape of an order, at its edges and beyond', () => {
  const base = ({ anna, instrument }: World) =>
    orderInput({ account: anna, instrument, quantity: 5, price: '0.10' })

  test.each([
    ['client order id', { clientOrderId: 'x'.repeat(64) }, { clientOrderId: 'x'.repeat(65) }],
    ['client order id', { clientOrderId: '!~' }, { clientOrderId: 'a b' }],
    ['client order id', { clientOrderId: 'a' }, { clientOrderId: '' }],
    ['self-match id', { selfMatchId: 'x'.repeat(64) }, { selfMatchId: 'x'.repeat(65) }],
    [
      'instruction',
      { selfMatchId: 'd', selfMatchInstruction: 'remove_both' },
      { selfMatchInstruction: 'remove_both' },
    ],
    ['tags', { tags: tags(16) }, { tags: tags(17) }],
    ['tags', { tags: { a: 'x'.repeat(128) } }, { tags: { a: 'x'.repeat(129) } }],
    ['tags', { tags: { ['n'.repeat(128)]: 'x' } }, { tags: { ['n'.repeat(129)]: 'x' } }],
    ['tags', { tags: { a: '' } }, { tags: { a: 1 } }],
    ['time', { timeInForce: 'gtd', expiresAt: START + 1 }, { timeInForce: 'gtd', expiresAt: START }],
    ['quantity or cash', {}, { cash: 1n }],
    ['quantity or cash', {}, { quantity: null }],
    ['quantity', {}, { quantity: 0n }],
    ['quantity', {}, { quantity: 2n ** 63n }],
    ['price', {}, { price: null }],
    ['price', {}, { price: -1n }],
    ['price', {}, { price: 10n ** 30n + 1n }],
    ['price', {}, { type: 'market' }],
    ['stop price', {}, { stopPrice: at('0.10') }],
    ['stop price', { type: 'stop_limit', stopPrice: at('0.10') }, { type: 'stop_limit' }],
    ['minimum', { timeInForce: 'ioc', minimumQuantity: 5n }, { timeInForce: 'ioc', minimumQuantity: 0n }],
  ])('%s (%#): one is taken, the other is malformed', (_what, sound, faulty) => {
    const opened = world()
    const input = base(opened)
    done(opened.engine, 'orders.place', { ...input, ...sound } as never)
    expect(refusedWith(opened.engine, 'orders.place', { ...input, ...faulty } as never)).toBe('malformed')
  })

  test('a client order id is free again when its order has ended', () => {
    const opened = world()
    const input = { ...base(opened), clientOrderId: 'mine' }
    const { order } = done<{ order: number }>(opened.engine, 'orders.place', input)
    expect(refusedWith(opened.engine, 'orders.place', input)).toBe('client_order_id_taken')
    done(opened.engine, 'orders.place', { ...input, account: opened.ben })
    done(opened.engine, 'orders.cancel', { order })
    done(opened.engine, 'orders.place', input)
  })
})

function tags(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, place) => [`tag-${place}`, 'x']))
}

describe('who may only reduce', () => {
  test('gives the orders that cannot open anything, cancels, and nothing else', () => {
    const { engine, instrument, anna, ben, firm } = world()
    const person = createPerson(engine, firm, 'careful', { scopes: ['orders:write'] })
    bind(engine, person.user, 'account', anna, 'close_only')
    const by = { actor: actorOf(person.credential) }
    place(engine, { account: ben, instrument, side: 'sell', quantity: 10, price: '0.50' })
    place(engine, { account: anna, instrument, quantity: 10, price: '0.50' })
    const sale = { account: anna, instrument, side: 'sell' as const, price: '0.60' }
    const order = place(engine, { ...sale, quantity: 5 }, by)
    expect(placeFault(engine, { ...sale, quantity: 10 }, by)).not.toBe('')
    place(engine, { ...sale, quantity: 5 }, by)
    expect(placeFault(engine, { ...sale, quantity: 5 }, by)).not.toBe('')
    expect(placeFault(engine, { account: anna, instrument, quantity: 5, price: '0.10' }, by)).not.toBe('')
    done(engine, 'orders.cancel', { order }, by)
    place(engine, { ...sale, quantity: 5 }, by)
    expect(placeFault(engine, { account: ben, instrument, quantity: 5, price: '0.10' }, by)).toBe(
      'not_visible',
    )
  })

  test('an order that reduces needs no money, one that opens does', () => {
    const { engine, book, anna, ben } = world()
    const instrument = contract(engine, 'free')
    place(engine, { account: ben, instrument, quantity: 100, price: '0.50' })
    place(engine, { account: anna, instrument, side: 'sell', quantity: 100, price: '0.50' })
    // Anna's 150.00 stand against 100.00 that her short requires; all that is free goes out.
    const out = { from: anna, to: book.accounts.outsideWorld, currency: 'USD', amount: usd('50.00') }
    done(engine, 'transfers.create', { ...out, description: null })
    const asked = { account: anna, instrument, price: '0.99' }
    expect(placeFault(engine, { ...asked, price: '0.01', side: 'sell', quantity: 1 })).toBe(
      'insufficient_buying_power',
    )
    place(engine, { ...asked, quantity: 100 })
    expect(placeFault(engine, { ...asked, quantity: 1_000 })).toBe('insufficient_buying_power')
  })
})

describe('a cross', () => {
  const pair = (opened: World, price: string, quantity = 5) => ({
    cross: 'agreed',
    prioritizedSide: null,
    orders: [
      orderInput({ account: opened.anna, instrument: opened.instrument, quantity, price }),
      orderInput({ account: opened.ben, instrument: opened.instrument, quantity, price, side: 'sell' }),
    ],
  })

  test('trades between its two orders alone', () => {
    const opened = world()
    const { engine, instrument, anna, ben } = opened
    done(engine, 'orders.cross', pair(opened, '0.50') as never)
    const { trading } = engine.rooms
    expect([trading.held(anna, instrument), trading.held(ben, instrument)]).toEqual([5n, -5n])
    expect(trading.orders.size).toBe(0)
  })

  test('passes over nobody who rests at that price or better', () => {
    const opened = world()
    const { engine, instrument, ben } = opened
    place(engine, { account: ben, instrument, side: 'sell', quantity: 5, price: '0.50' })
    expect(refusedWith(engine, 'orders.cross', pair(opened, '0.50') as never)).toBe('order_rejected')
    done(engine, 'orders.cross', pair(opened, '0.49') as never)
  })

  test('has a price of its own', () => {
    const opened = world()
    const [one, other] = pair(opened, '0.50').orders
    for (const more of [
      { price: null, pricing: 'best_own' },
      { quantity: null, cash: usd('1.00'), timeInForce: 'fok' },
      { price: null, usdPrice: at('1000') },
      { price: null, volatility: at('0.8') },
    ]) {
      const input = {
        ...pair(opened, '0.50'),
        orders: [
          { ...one, ...more },
          { ...other, ...more },
        ],
      }
      expect(refusedWith(opened.engine, 'orders.cross', input as never)).toBe('malformed')
    }
  })

  test.each([
    ['shows a part', { displayQuantity: 1n }],
    ['is protected', { isProtected: true }],
    ['has others hang on it', { linked: { kind: 'one_triggers_other', condition: 'first_hit', orders: [] } }],
  ])('has no order that %s', (_what, more) => {
    const opened = world()
    const [one, other] = pair(opened, '0.50').orders
    for (const orders of [
      [{ ...one, ...more }, other],
      [one, { ...other, ...more }],
    ])
      expect(refusedWith(opened.engine, 'orders.cross', { ...pair(opened, '0.50'), orders } as never)).toBe(
        'malformed',
      )
    expect(opened.engine.rooms.trading.held(opened.anna, opened.instrument)).toBe(0n)
  })

  test.each([
    ['a quantity below the lot', '0.50', 4],
    ['a price off the tick', '0.505', 5],
    ['a price out of bounds', '1', 5],
    ['more than the instrument takes', '0.10', 105],
    ['more money than the instrument takes', '0.60', 50],
  ])('is judged as any order: %s', (_what, price, quantity) => {
    const opened = world()
    expect(refusedWith(opened.engine, 'orders.cross', pair(opened, price, quantity) as never)).toBe(
      'order_rejected',
    )
    expect(opened.engine.rooms.trading.held(opened.anna, opened.instrument)).toBe(0n)
  })
})
