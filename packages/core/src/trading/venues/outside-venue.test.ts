import { describe, expect, test } from 'vitest'
import type { Plain } from '../../image/index.js'
import { textHash } from '../../testing/hash.js'
import {
  at,
  openMarket,
  place,
  placeFault,
  share,
  trader,
  UNCHANGED,
  USD,
  usd,
} from '../../testing/market-world.js'
import { answer, done, refusedWith } from '../../testing/world.js'
import type { OrderId } from '../fields.js'
import type { VenueId, VenueView } from './index.js'

function outside(schedule: Readonly<Record<string, Plain>> | null = null) {
  const world = openMarket()
  const { engine } = world
  const input = {
    name: 'exchange',
    displayName: 'The Exchange',
    url: 'https://exchange.example/',
    sealedSecret: 'sealed',
  }
  const { venue } = done<{ venue: VenueId }>(engine, 'venues.create', input)
  const feeSchedule =
    schedule === null
      ? null
      : done<{ feeSchedule: number }>(engine, 'fee_schedules.create', schedule).feeSchedule
  const instrument = share(engine, 'ACME', { venue: 'exchange', feeSchedule })
  const account = trader(world, 'buyer', '1000.00', 'cash')
  let number = 0
  const says = (kind: string, order: OrderId, more: Readonly<Record<string, Plain>> = {}) =>
    done<{ isBooked: boolean; isRepeat: boolean }>(engine, 'venues.report', {
      venue,
      number: ++number,
      kind,
      order,
      price: null,
      quantity: null,
      fee: null,
      reference: null,
      text: null,
      uncounted: null,
      ...more,
    })
  const free = () => engine.rooms.margin.free(account, USD)
  const order = (id: OrderId) => engine.rooms.trading.orders.row(id)
  const messages = () => {
    const { table } = engine.rooms.effects
    return table
      .idsInOrder()
      .map((id) => table.payload.get(table.row(id)) as { number: number; action: string })
  }
  return { ...world, venue, instrument, account, says, free, order, messages }
}

describe('an order at an outside venue', () => {
  test('goes out as a numbered message, is reserved for while it waits, and fills against the street account', () => {
    const { engine, venue, instrument, account, says, order, messages } = outside()
    const id = place(engine, { account, instrument, quantity: 10, price: '50.00' })
    expect(messages()).toMatchObject([{ number: 1, action: 'place' }])
    expect(engine.rooms.trading.orders.state.get(order(id))).toBe('pending_new')
    expect(engine.rooms.trading.openOrders.reserved(account, USD)).toBe(usd('500.00'))
    says('accepted', id)
    says('filled', id, { price: at('49.00'), quantity: 4n })
    expect(engine.rooms.trading.orders.state.get(order(id))).toBe('partially_filled')
    expect(engine.rooms.trading.openOrders.reserved(account, USD)).toBe(usd('300.00'))
    says('filled', id, { price: at('50.00'), quantity: 6n })
    expect(engine.rooms.trading.orders.has(id)).toBe(false)
    expect(engine.rooms.trading.held(account, instrument)).toBe(10n)
    const { street } = answer<VenueView>(engine, 'venues.get', { venue })
    expect(engine.rooms.trading.held(street, instrument)).toBe(-10n)
    // 1,000 - 4 x 49 - 6 x 50
    expect(engine.rooms.ledger.posted(engine.rooms.ledger.find(account, USD))).toBe(usd('504.00'))
    expect(engine.verify(textHash).filter(({ holds }) => !holds)).toEqual([])
  })

  test('fills without a fee of the venue are charged together what the whole order is, within its cap and what was reserved', () => {
    // A thousandth, at most an eighth; each fill of 4.00 alone is 0.004 and would be rounded up to a cent.
    const schedule = {
      name: 'venue',
      kind: 'notional',
      takerRate: at('0.001'),
      makerRate: at('0.001'),
      capRate: at('0.0005'),
      rounding: 'up',
    }
    const { engine, account, instrument, says, order } = outside(schedule)
    const id = place(engine, { account, instrument, quantity: 10, price: '4.00' })
    // 40 and a thousandth of it.
    const { openOrders } = engine.rooms.trading
    expect(openOrders.reserved(account, USD)).toBe(usd('40.04'))
    const fees = []
    for (let fill = 1; fill < 10; fill += 1) {
      says('filled', id, { price: at('4.00'), quantity: 1n })
      fees.push(engine.rooms.trading.orders.fees.get(order(id)))
    }
    // Capped at 0.002 each: 0.002, 0.004, ... 0.010, then 0.012, ... 0.018.
    expect(fees).toEqual([...Array(5).fill(usd('0.01')), ...Array(4).fill(usd('0.02'))])
    says('filled', id, { price: at('4.00'), quantity: 1n })
    expect(engine.rooms.ledger.posted(engine.rooms.ledger.find(account, USD))).toBe(usd('959.98'))
    expect(engine.verify(textHash).filter(({ holds }) => !holds)).toEqual([])
  })

  test('a report that comes again changes nothing, and one that is missing before it is asked for', () => {
    const { engine, venue, instrument, account, says } = outside()
    const id = place(engine, { account, instrument, quantity: 10, price: '50.00' })
    says('filled', id, { price: at('50.00'), quantity: 4n })
    const again = {
      venue,
      number: 1,
      kind: 'filled',
      order: id,
      price: at('50.00'),
      quantity: 4n,
      fee: null,
      reference: null,
      text: null,
      uncounted: null,
    }
    expect(done(engine, 'venues.report', again)).toMatchObject({ isRepeat: true })
    expect(engine.rooms.trading.held(account, instrument)).toBe(4n)
    expect(refusedWith(engine, 'venues.report', { ...again, number: 3 })).toBe('report_gap')
  })

  test('a cancel that races a fill: what was filled stands, and the cancel is told off', () => {
    const { engine, instrument, account, says, order, messages } = outside()
    const id = place(engine, { account, instrument, quantity: 10, price: '50.00' })
    says('accepted', id)
    done(engine, 'orders.cancel', { order: id })
    expect(messages().at(-1)).toMatchObject({ number: 2, action: 'cancel' })
    says('filled', id, { price: at('50.00'), quantity: 10n })
    expect(says('cancel_rejected', id).isBooked).toBe(false)
    expect(engine.rooms.trading.orders.has(id)).toBe(false)
    expect(engine.rooms.trading.held(account, instrument)).toBe(10n)
    expect(() => order(id)).toThrow()
  })

  test('a cancel that is asked for before the venue has answered stays asked for until it has', () => {
    const { engine, instrument, account, says, order } = outside()
    const { state } = engine.rooms.trading.orders
    const id = place(engine, { account, instrument, quantity: 10, price: '50.00' })
    done(engine, 'orders.cancel', { order: id })
    says('accepted', id)
    expect(state.get(order(id))).toBe('pending_cancel')
    says('filled', id, { price: at('50.00'), quantity: 4n })
    says('cancel_rejected', id)
    expect(state.get(order(id))).toBe('partially_filled')
  })

  test('a cancel behind a replacement: each answer settles what it answers', () => {
    const { engine, instrument, account, says, order } = outside()
    const { state, quantity } = engine.rooms.trading.orders
    const replaced = (to: bigint) => {
      const id = place(engine, { account, instrument, quantity: 2, price: '50.00' })
      says('accepted', id)
      done(engine, 'orders.replace', { ...UNCHANGED, order: id, quantity: to })
      done(engine, 'orders.cancel', { order: id })
      return id
    }
    const [taken, kept] = [replaced(3n), replaced(4n)]
    says('replaced', taken)
    expect([state.get(order(taken)), quantity.get(order(taken))]).toEqual(['pending_cancel', 3n])
    says('cancel_rejected', kept)
    expect([state.get(order(kept)), quantity.get(order(kept))]).toEqual(['pending_replace', 2n])
    says('replaced', kept)
    expect([state.get(order(kept)), quantity.get(order(kept))]).toEqual(['new', 4n])
    says('cancelled', taken)
    expect(engine.rooms.trading.orders.has(taken)).toBe(false)
    expect(engine.verify(textHash).filter(({ holds }) => !holds)).toEqual([])
  })

  test('a replacement is reserved for at its worse terms until the venue has answered', () => {
    const { engine, instrument, account, says, order } = outside()
    const id = place(engine, { account, instrument, quantity: 10, price: '50.00' })
    says('accepted', id)
    const replace = { ...UNCHANGED, order: id, price: at('60.00'), quantity: 12n }
    done(engine, 'orders.replace', replace)
    expect(engine.rooms.trading.openOrders.reserved(account, USD)).toBe(usd('720.00'))
    says('replace_rejected', id)
    expect(engine.rooms.trading.openOrders.reserved(account, USD)).toBe(usd('500.00'))
    done(engine, 'orders.replace', replace)
    says('replaced', id)
    expect(engine.rooms.trading.orders.price.get(order(id))).toBe(at('60.00'))
    expect(engine.rooms.trading.openOrders.reserved(account, USD)).toBe(usd('720.00'))
  })

  test('a fill of an order that is not open is kept for a person to look at, and its number is taken', () => {
    const { engine, instrument, account, says } = outside()
    const id = place(engine, { account, instrument, quantity: 10, price: '50.00' })
    says('rejected', id, { text: 'unknown account' })
    expect(says('filled', id, { price: at('50.00'), quantity: 1n }).isBooked).toBe(false)
    expect(engine.rooms.trading.held(account, instrument)).toBe(0n)
  })

  test('a fill of an order that never existed is kept as it was written, and what comes behind it is booked', () => {
    const { engine, instrument, account, says } = outside()
    engine.takeBatch()
    const uncounted = { price: '12.5', quantity: '0.25', fee: null }
    expect(says('filled', 999_999 as OrderId, { uncounted, reference: 'trade-1' }).isBooked).toBe(false)
    const { events } = engine.takeBatch() ?? { events: [] }
    expect(events.map(({ kind }) => kind)).toEqual(['venue.report_unmatched'])
    expect(events[0]?.data).toMatchObject({ order: 999_999, number: 1, ...uncounted, reference: 'trade-1' })
    const id = place(engine, { account, instrument, quantity: 10, price: '50.00' })
    expect(says('filled', id, { price: at('50.00'), quantity: 10n }).isBooked).toBe(true)
    expect(engine.verify(textHash).filter(({ holds }) => !holds)).toEqual([])
  })

  test('more than 500 orders of an instrument that expires are all asked back, each once, in steps', () => {
    const { engine, instrument, account, messages } = outside()
    const orders = Array.from({ length: 1_001 }, () =>
      place(engine, { account, instrument, quantity: 1, price: '0.50' }),
    )
    done(engine, 'instruments.set_state', { instrument, state: 'expired', version: null })
    const { market, trading } = engine.rooms
    const row = market.instruments.row(instrument)
    while (market.instruments.nextStepAt.get(row) !== null) engine.tick(engine.nextDueAt() as never)
    expect(messages().filter(({ action }) => action === 'cancel')).toHaveLength(1_001)
    const states = orders.map((id) => trading.orders.state.get(trading.orders.row(id)))
    expect(new Set(states)).toEqual(new Set(['pending_cancel']))
    expect(engine.verify(textHash).filter(({ holds }) => !holds)).toEqual([])
  })

  test('a suspended venue takes no orders', () => {
    const { engine, venue, instrument, account } = outside()
    done(engine, 'venues.update', {
      venue,
      displayName: null,
      url: null,
      sealedSecret: null,
      status: 'suspended',
      version: null,
    })
    expect(placeFault(engine, { account, instrument, quantity: 10, price: '50.00' })).toBe('venue')
  })
})
