import { describe, expect, test } from 'vitest'
import { Engine } from '../../engine.js'
import type { AccountId } from '../../hierarchy/index.js'
import { after, copyPrimary, DAY, type Id, SECOND } from '../../image/index.js'
import type { InstrumentId } from '../../market/index.js'
import { broken } from '../../testing/hash.js'
import {
  at,
  contract,
  openMarket,
  orderInput,
  place,
  placeFault,
  trader,
  USD,
  usd,
} from '../../testing/market-world.js'
import { limit, UNIT } from '../../testing/risk-limits.js'
import { createParty, done, openAccount, SYSTEM_ACTOR } from '../../testing/world.js'

const later = (engine: Engine, microseconds: number) => after(engine.image.head.time, microseconds)

/** A firm with two accounts, and a maker elsewhere who takes the other side of what they do. */
function firmWorld() {
  const world = openMarket()
  const { engine, book } = world
  const elsewhere = createParty(engine, book.party, 'makers', { kind: 'participant' })
  const maker = trader({ ...world, firm: elsewhere }, 'maker', '10000.00')
  const [one, two] = [trader(world, 'one', '1000.00'), trader(world, 'two', '1000.00')]
  const instrument = contract(engine)
  /** `account` buys that many of the maker at 0.50, or sells where it is below zero. */
  const deal = (account: AccountId, quantity: number): void => {
    const [maker_, own] = quantity > 0 ? (['sell', 'buy'] as const) : (['buy', 'sell'] as const)
    const size = Math.abs(quantity)
    place(engine, { account: maker, instrument, side: maker_, quantity: size, price: '0.50' })
    place(engine, { account, instrument, side: own, quantity: size, price: '0.50' })
  }
  const fault = (account: AccountId, side: 'buy' | 'sell', quantity: number, of: InstrumentId = instrument) =>
    placeFault(engine, { account, instrument: of, side, quantity, price: side === 'buy' ? '0.10' : '0.90' })
  const rest = (account: AccountId, side: 'buy' | 'sell', quantity: number) =>
    place(engine, { account, instrument, side, quantity, price: side === 'buy' ? '0.10' : '0.90' })
  return { ...world, elsewhere, maker, one, two, instrument, deal, fault, rest }
}

describe('the position of a firm is the net over its accounts', () => {
  test('what one account is short of makes up for what another is long of', () => {
    const { engine, firm, one, two, deal, fault, rest } = firmWorld()
    deal(one, 30)
    deal(two, -25)
    limit(engine, firm, { position: 10n * UNIT })
    // Net 5 long: 5 more may be bid for, or 15 offered.
    expect(fault(two, 'sell', 16)).toBe('position_limit')
    rest(two, 'sell', 15)
    done(engine, 'orders.cancel_all', { account: two, instrument: null, side: null })
    expect(fault(one, 'buy', 6)).toBe('position_limit')
    rest(one, 'buy', 5)
    expect(broken(engine)).toEqual([])
  })

  test('a group nets like a firm, an account does not see the other', () => {
    const { engine, firm, one, two, deal, fault, rest } = firmWorld()
    const client = createParty(engine, firm, 'client')
    const accounts = ['left', 'right'].map((name) => trader({ ...openedAt(engine, client) }, name, '100.00'))
    const [left, right] = accounts as [AccountId, AccountId]
    const input = { party: client, name: 'pair', displayName: 'Pair' }
    const { group } = done<{ group: Id }>(engine, 'groups.create', input)
    for (const account of accounts) done(engine, 'groups.add_account', { group, account })
    deal(left, 8)
    deal(right, -6)
    limit(engine, group, { position: 10n * UNIT })
    expect(fault(left, 'buy', 9)).toBe('position_limit')
    rest(left, 'buy', 8)
    limit(engine, one, { position: 10n * UNIT })
    deal(two, -5)
    expect(fault(one, 'buy', 11)).toBe('position_limit')
  })

  test('the sums are there before the first limit is, and the same after a restart', () => {
    const { engine, firm, one, two, instrument, deal, rest } = firmWorld()
    deal(one, 30)
    rest(two, 'buy', 7)
    const loaded = new Engine()
    copyPrimary(engine.image, loaded.image)
    loaded.resume([])
    for (const each of [engine, loaded]) {
      limit(each, firm, { position: 40n * UNIT, openOrders: 2 })
      const bid = { account: one, instrument, price: '0.10' } as const
      // 30 held, 7 bid for: 3 more are within the limit, and so is a second order.
      expect(placeFault(each, { ...bid, quantity: 4 })).toBe('position_limit')
      place(each, { ...bid, quantity: 3 })
      const offer = { account: two, instrument, side: 'sell', quantity: 1, price: '0.90' } as const
      expect(placeFault(each, offer)).toBe('open_orders_limit')
    }
    expect([broken(engine), broken(loaded)]).toEqual([[], []])
  })

  test('securities that came from outside count for whoever has them, not against the root', () => {
    const { engine, book, one, fault } = firmWorld()
    const acme = contract(engine, 'ACME', { kind: 'equity', priceLow: null, priceHigh: null })
    done(engine, 'positions.adjust', {
      account: one,
      instrument: acme,
      quantity: 6n,
      cost: usd('60.00'),
      description: 'came from another broker',
    })
    limit(engine, book.party, { position: 10n * UNIT })
    expect(fault(one, 'buy', 5, acme)).toBe('position_limit')
    expect(broken(engine)).toEqual([])
  })
})

describe('the loss of a firm', () => {
  test('a day that a preview has begun and taken back does not count, and the day before is as it was', () => {
    const { engine, firm, one, maker, instrument, deal } = firmWorld()
    deal(one, 10)
    const publish = (price: string) => {
      done(engine, 'prices.publish', { prices: [{ instrument, price: at(price) }] })
      engine.tick(later(engine, SECOND))
    }
    publish('0.40')
    place(engine, { account: maker, instrument, side: 'sell', quantity: 1, price: '0.45' })
    const input = orderInput({ account: one, instrument, quantity: 1, price: '0.45' })
    const time = later(engine, DAY)
    engine.preview({ command: 'orders.place', input, actor: SYSTEM_ACTOR, time })
    expect(broken(engine)).toEqual([])
    // 1.00 lost of ten bought at 0.50: the limit of 2.00 holds to 0.30, on the same day.
    limit(engine, firm, { currency: USD, dailyLoss: usd('2.00') })
    publish('0.30')
    const locks = () => engine.rooms.margin.limits.lockouts.size
    expect(locks()).toBe(0)
    publish('0.29')
    expect(locks()).toBe(1)
    expect(broken(engine)).toEqual([])
  })

  test('a lock cancels 250 orders a step, and looks at 2,500 accounts a step', () => {
    const { engine, firm, one, two, instrument, deal, rest } = firmWorld()
    deal(one, 10)
    for (let number = 0; number < 130; number += 1) {
      rest(one, 'buy', 1)
      rest(two, 'buy', 1)
    }
    for (let number = 0; number < 2_500; number += 1) openAccount(engine, firm, `idle-${number}`)
    const last = trader({ ...openedAt(engine, firm) }, 'last', '100.00')
    rest(last, 'buy', 1)
    limit(engine, firm, { currency: USD, dailyLoss: usd('2.00') })
    done(engine, 'prices.publish', { prices: [{ instrument, price: at('0.29') }] })
    const left = [engine.rooms.trading.orders.size]
    for (let step = 0; step < 9 && left.at(-1) !== 0; step += 1) {
      engine.tick(engine.nextDueAt() as never)
      if (left.at(-1) !== engine.rooms.trading.orders.size) left.push(engine.rooms.trading.orders.size)
    }
    expect(left).toEqual([261, 11, 1, 0])
    expect(broken(engine)).toEqual([])
  })
})

function openedAt(engine: Engine, firm: Parameters<typeof trader>[0]['firm']): Parameters<typeof trader>[0] {
  const { accounts } = engine.rooms.hierarchy
  const outsideWorld = engine.rooms.ledger.houseAccount('outside_world')
  const party = accounts.party.get(accounts.row(outsideWorld))
  return { engine, firm, book: { party, accounts: { outsideWorld } } } as Parameters<typeof trader>[0]
}
