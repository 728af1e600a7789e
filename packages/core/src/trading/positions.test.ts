import { describe, expect, test } from 'vitest'
import type { AccountId } from '../hierarchy/index.js'
import { instant, type Plain, parseInstant } from '../image/index.js'
import type { InstrumentId } from '../market/index.js'
import { currencyOf, formatAmount } from '../money/index.js'
import { textHash } from '../testing/hash.js'
import {
  contract,
  type MarketWorld,
  openMarket,
  place,
  placeFault,
  share,
  trader,
  USD,
  usd,
  venueFees,
} from '../testing/market-world.js'
import { answer, done, openAccount } from '../testing/world.js'

const money = (amount: bigint): string => formatAmount(amount as never, currencyOf(USD))

interface Share extends MarketWorld {
  readonly instrument: InstrumentId
  readonly buyer: AccountId
  readonly seller: AccountId
}

/** A share that settles a business day later; the seller has 100 of it. */
function shareWorld(attributes: Plain = {}): Share {
  const world = openMarket()
  const { engine, book, firm } = world
  const buyer = openAccount(engine, firm, 'buyer', { attributes })
  const sides = { from: book.accounts.outsideWorld, to: buyer }
  done(engine, 'transfers.create', { ...sides, currency: USD, amount: usd('1000.00'), description: null })
  const seller = trader(world, 'seller', '1000.00', 'cash')
  const instrument = share(engine)
  done(engine, 'positions.adjust', {
    account: seller,
    instrument,
    quantity: 100n,
    cost: usd('50.00'),
    description: 'came from another broker',
  })
  return { ...world, instrument, buyer, seller }
}

function trade(
  { engine, instrument, buyer, seller }: Share,
  side: 'buy' | 'sell',
  quantity: number,
  price: string,
  time?: number,
): void {
  const [first, second] = side === 'buy' ? [seller, buyer] : [buyer, seller]
  const more = time === undefined ? {} : { time: instant(time) }
  place(engine, { account: first, instrument, side: 'sell', quantity, price }, more)
  place(engine, { account: second, instrument, side: 'buy', quantity, price }, more)
}

/** Quantity, cost and what was realized. */
function standing({ engine, instrument }: Pick<Share, 'engine' | 'instrument'>, account: AccountId): string {
  const { positions, holders } = engine.rooms.trading
  const row = holders.find(instrument, account)
  const [cost, realized] = [money(positions.cost.get(row)), money(positions.realized.get(row))]
  return `${positions.quantity.get(row)} cost ${cost} realized ${realized}`
}

const faults = ({ engine }: MarketWorld) => engine.verify(textHash).filter(({ holds }) => !holds)

describe('what a position cost and what it brought', () => {
  test('first in, first out: the oldest lot closes first', () => {
    const world = shareWorld()
    trade(world, 'buy', 10, '1.00')
    trade(world, 'buy', 10, '2.00')
    expect(standing(world, world.buyer)).toBe('20 cost 30.00 realized 0.00')
    // 10 at 1.00 and 5 at 2.00 cost 20.00 and bring 45.00; 5 at 2.00 are left.
    trade(world, 'sell', 15, '3.00')
    expect(standing(world, world.buyer)).toBe('5 cost 10.00 realized 25.00')
    trade(world, 'sell', 5, '1.00')
    expect(standing(world, world.buyer)).toBe('0 cost 0.00 realized 20.00')
    expect(world.engine.rooms.trading.lots.size).toBeGreaterThan(0)
    expect(faults(world)).toEqual([])
  })

  test('at average cost, where the account has that profile', () => {
    const world = shareWorld({ nettingProfile: 'average' })
    trade(world, 'buy', 10, '1.00')
    trade(world, 'buy', 10, '2.00')
    // 15 of 20 take 22.50 of 30.00 and bring 45.00.
    trade(world, 'sell', 15, '3.00')
    expect(standing(world, world.buyer)).toBe('5 cost 7.50 realized 22.50')
    expect(faults(world)).toEqual([])
  })

  test('a contract turns from long to short in one fill', () => {
    const world = openMarket()
    const { engine } = world
    const [anna, ben] = [trader(world, 'anna', '100.00'), trader(world, 'ben', '100.00')]
    const instrument = contract(engine)
    place(engine, { account: ben, instrument, side: 'sell', quantity: 10, price: '0.40' })
    place(engine, { account: anna, instrument, quantity: 10, price: '0.40' })
    expect(standing({ engine, instrument }, anna)).toBe('10 cost 4.00 realized 0.00')
    place(engine, { account: ben, instrument, quantity: 15, price: '0.60' })
    place(engine, { account: anna, instrument, side: 'sell', quantity: 15, price: '0.60' })
    // 10 cost 4.00 and bring 6.00; 5 are short for 3.00. The other one paid 9.00 for what had brought 4.00, and 5 more.
    expect(standing({ engine, instrument }, anna)).toBe('-5 cost -3.00 realized 2.00')
    expect(standing({ engine, instrument }, ben)).toBe('5 cost 3.00 realized -2.00')
    expect(money(engine.rooms.margin.requirements.of(anna, USD))).toBe('5.00')
    expect(faults(world)).toEqual([])
  })

  test('what cannot be divided stays in the cost of what is left', () => {
    const world = shareWorld({ nettingProfile: 'average' })
    trade(world, 'buy', 1, '0.01')
    trade(world, 'buy', 2, '0.02')
    // 1 of 3 takes a third of 0.05, 0.016667; the rest keeps 0.033333.
    trade(world, 'sell', 1, '0.02')
    const { positions, holders } = world.engine.rooms.trading
    expect(positions.cost.get(holders.find(world.instrument, world.buyer))).toBe(33_333n)
    expect(faults(world)).toEqual([])
  })

  test('what is not held cannot be sold, all open sales together', () => {
    const world = shareWorld()
    const { engine, instrument, seller, buyer } = world
    place(engine, { account: seller, instrument, side: 'sell', quantity: 60, price: '1.00' })
    const more = { account: seller, instrument, side: 'sell' as const, price: '1.00' }
    expect(placeFault(engine, { ...more, quantity: 41 })).toBe('insufficient_position')
    place(engine, { ...more, quantity: 40 })
    expect(placeFault(engine, { ...more, account: buyer, quantity: 1 })).toBe('insufficient_position')
  })
})

describe('settlement a business day later', () => {
  const time = (text: string): number => parseInstant(text) as number
  const view = ({ engine, seller: account }: Share) => {
    const found = answer<{ withdrawable: bigint; unsettledCredits: bigint; buyingPower: bigint }>(
      engine,
      'margin.get',
      { account, currency: USD },
    )
    return [found.buyingPower, found.unsettledCredits, found.withdrawable].map(money).join(' ')
  }

  test.each([
    // A trade on Friday settles with Monday's business date, which begins at 17:00 in New York on Sunday.
    ['Friday', '2026-01-09T15:00:00Z', '2026-01-11T22:00:00Z'],
    ['Friday after 17:00', '2026-01-09T22:00:00Z', '2026-01-11T22:00:00Z'],
    ['Monday', '2026-01-12T15:00:00Z', '2026-01-12T22:00:00Z'],
    ['Friday in summer', '2026-07-10T15:00:00Z', '2026-07-12T21:00:00Z'],
    ['Friday before the clocks go forward', '2026-03-06T15:00:00Z', '2026-03-08T21:00:00Z'],
    ['Friday before the clocks go back', '2026-10-30T15:00:00Z', '2026-11-01T22:00:00Z'],
  ])(
    '%s: proceeds may be traded with at once and taken out when they have settled',
    (_day, traded, settled) => {
      const world = shareWorld()
      const { engine } = world
      trade(world, 'buy', 10, '2.00', time(traded))
      expect(view(world)).toBe('1020.00 20.00 1000.00')
      engine.tick(instant(time(settled) - 1))
      expect(view(world)).toBe('1020.00 20.00 1000.00')
      engine.tick(instant(time(settled)))
      expect(view(world)).toBe('1020.00 0.00 1020.00')
    },
  )

  test.each([
    ['2026-03-07T15:00:00Z', '2026-03-07T22:00:00Z'],
    // New York goes forward on 8 March and back on 1 November.
    ['2026-03-08T15:00:00Z', '2026-03-08T21:00:00Z'],
    ['2026-10-31T15:00:00Z', '2026-10-31T21:00:00Z'],
    ['2026-11-01T15:00:00Z', '2026-11-01T22:00:00Z'],
  ])('a day order of %s ends at %s', (placed, ends) => {
    const { engine, instrument, buyer } = shareWorld()
    const asked = { account: buyer, instrument, quantity: 1, price: '1.00', timeInForce: 'day' as const }
    const order = place(engine, asked, { time: instant(time(placed)) })
    engine.tick(instant(time(ends) - 1))
    expect(engine.rooms.trading.orders.has(order)).toBe(true)
    engine.tick(instant(time(ends)))
    expect(engine.rooms.trading.orders.has(order)).toBe(false)
  })
})

describe('fees (polymarket-us section 10)', () => {
  test('the total of an order is never above its rounded exact total, fill by fill', () => {
    const world = openMarket()
    const { engine } = world
    const [anna, ben] = [trader(world, 'anna', '100.00'), trader(world, 'ben', '100.00')]
    const instrument = contract(engine, 'rain', { feeSchedule: venueFees(engine) })
    for (let number = 0; number < 4; number += 1)
      place(engine, { account: ben, instrument, side: 'sell', quantity: 1, price: '0.50' })
    engine.takeBatch()
    place(engine, { account: anna, instrument, quantity: 4, price: '0.50' })
    const fees = (engine.takeBatch()?.events ?? [])
      .filter(({ data }) => data.trade !== undefined)
      .map(({ data }) => `${data.isAggressor === true ? 'taker' : 'maker'} ${money(data.fee as bigint)}`)
    // Each fill is 0.017375 exactly, 0.02 alone; together 0.03475 is 0.03, 0.052125 is 0.05, 0.0695 is 0.07. A rebate
    // of 0.003125 is nothing, each time.
    expect(fees.filter((fee) => fee.startsWith('taker'))).toEqual([
      'taker 0.02',
      'taker 0.01',
      'taker 0.02',
      'taker 0.02',
    ])
    expect(new Set(fees.filter((fee) => fee.startsWith('maker')))).toEqual(new Set(['maker 0.00']))
    expect(faults(world)).toEqual([])
  })

  test('an order keeps the schedule that it came in under', () => {
    const world = openMarket()
    const { engine } = world
    const [anna, ben] = [trader(world, 'anna', '1000.00'), trader(world, 'ben', '1000.00')]
    const instrument = contract(engine)
    place(engine, { account: ben, instrument, side: 'sell', quantity: 250, price: '0.37' })
    const none = {
      displayName: null,
      tick: null,
      limits: null,
      expiresAt: null,
      metadata: null,
      version: null,
    }
    done(engine, 'instruments.update', { instrument, ...none, feeSchedule: venueFees(engine) })
    place(engine, { account: anna, instrument, quantity: 250, price: '0.37' })
    const posted = (account: AccountId): string =>
      money(engine.rooms.ledger.posted(engine.rooms.ledger.find(account, USD)))
    // 250 x 0.37 = 92.50; the fee is 4.05 and the old order has no rebate.
    expect([posted(anna), posted(ben)]).toEqual(['903.45', '1092.50'])
  })
})
