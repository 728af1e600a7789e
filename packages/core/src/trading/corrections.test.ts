import { expect, test } from 'vitest'
import type { AccountId } from '../hierarchy/index.js'
import { currencyOf, formatAmount } from '../money/index.js'
import { textHash } from '../testing/hash.js'
import {
  at,
  contract,
  openMarket,
  place,
  share,
  trader,
  USD,
  usd,
  venueFees,
} from '../testing/market-world.js'
import { keepTrades, type TradingWorld } from '../testing/random-orders.js'
import { done, refusedWith } from '../testing/world.js'
import type { Traded } from './correcting.js'

/** Anna bought 250 of ben at 0.37: 92.50, a fee of 4.05, a rebate of 0.73. */
function traded() {
  const world = openMarket()
  const { engine } = world
  const [anna, ben] = [trader(world, 'anna', '100.00'), trader(world, 'ben', '1000.00')]
  const instrument = contract(engine, 'rain', { feeSchedule: venueFees(engine) })
  place(engine, { account: ben, instrument, side: 'sell', quantity: 250, price: '0.37' })
  engine.takeBatch()
  place(engine, { account: anna, instrument, quantity: 250, price: '0.37' })
  const kept: TradingWorld = { engine, accounts: [], instruments: [], traded: [], corrections: 0 }
  keepTrades(kept, engine.takeBatch()?.events ?? [])
  const trade = kept.traded[0] as Traded
  const { ledger, trading } = engine.rooms
  const standing = (account: AccountId): string => {
    const posted = formatAmount(ledger.posted(ledger.find(account, USD)), currencyOf(USD))
    return `${posted} and ${trading.held(account, instrument)}`
  }
  return { ...world, anna, ben, instrument, trade, standing, input: { trade: trade.trade, traded: trade } }
}

const faults = ({ engine }: ReturnType<typeof traded>) =>
  engine.verify(textHash).filter(({ holds }) => !holds)

test('a busted trade gives back positions, money and fees on both sides', () => {
  const world = traded()
  const { engine, anna, ben, standing, book, input } = world
  expect([standing(anna), standing(ben)]).toEqual(['3.45 and 250', '1093.23 and -250'])
  done(engine, 'trades.bust', input)
  expect([standing(anna), standing(ben)]).toEqual(['100.00 and 0', '1000.00 and 0'])
  expect(standing(book.accounts.fees)).toBe('0.00 and 0')
  expect(engine.rooms.margin.requirements.of(ben, USD)).toBe(0n)
  expect(faults(world)).toEqual([])
})

test('a corrected trade moves the difference, and its fees stay', () => {
  const world = traded()
  const { engine, anna, ben, standing, input } = world
  // 250 at 0.35 are 87.50, 5.00 less than at 0.37.
  done(engine, 'trades.correct', { ...input, price: at('0.35') })
  expect([standing(anna), standing(ben)]).toEqual(['8.45 and 250', '1088.23 and -250'])
  expect(faults(world)).toEqual([])
})

test('a trade is busted or corrected once only', () => {
  const { engine, input } = traded()
  done(engine, 'trades.bust', input)
  expect(refusedWith(engine, 'trades.bust', input)).toBe('already_reversed')
  expect(refusedWith(engine, 'trades.correct', { ...input, price: at('0.35') })).toBe('already_reversed')
})

test('a correction is to another price on the tick, and of a trade that history knows', () => {
  const { engine, input } = traded()
  for (const price of ['0.37', '0.355', '-0.01'])
    expect(refusedWith(engine, 'trades.correct', { ...input, price: at(price) })).toBe('malformed')
  expect(refusedWith(engine, 'trades.bust', { trade: 1 })).toBe('not_visible')
})

test('after settlement nothing is taken back', () => {
  const { engine, instrument, input } = traded()
  done(engine, 'instruments.settle', { instrument, price: at('1') })
  expect(refusedWith(engine, 'trades.bust', input)).toBe('not_reversible')
  engine.tick((engine.image.head.time + 1_000_000) as never)
  expect(refusedWith(engine, 'trades.correct', { ...input, price: at('0.35') })).toBe('not_reversible')
})

test('orders that a bust leaves unpaid are cancelled', () => {
  const world = traded()
  const { engine, ben, instrument } = world
  // With the short of 250 that they close, 1,100 and 12 at 0.90 need 1,000.80 and fees less 250.00.
  const older = place(engine, { account: ben, instrument, quantity: 1_100, price: '0.90' })
  const newer = place(engine, { account: ben, instrument, quantity: 12, price: '0.90' })
  done(engine, 'trades.bust', world.input)
  // Without it the older one's 990.00 are there in 1,000.00, the newer one's 10.80 are not.
  expect(engine.rooms.trading.orders.has(older)).toBe(true)
  expect(engine.rooms.trading.orders.has(newer)).toBe(false)
  expect(faults(world)).toEqual([])
})

test('sales of shares that a bust takes away are cancelled: nobody gets short', () => {
  const world = openMarket()
  const { engine } = world
  const [anna, ben] = [trader(world, 'anna', '100.00', 'cash'), trader(world, 'ben', '100.00', 'cash')]
  const instrument = share(engine)
  const brought = { account: ben, instrument, quantity: 10n, cost: usd('5.00'), description: 'brought' }
  done(engine, 'positions.adjust', brought)
  place(engine, { account: ben, instrument, side: 'sell', quantity: 10, price: '1.00' })
  engine.takeBatch()
  place(engine, { account: anna, instrument, quantity: 10, price: '1.00' })
  const kept: TradingWorld = { engine, accounts: [], instruments: [], traded: [], corrections: 0 }
  keepTrades(kept, engine.takeBatch()?.events ?? [])
  const sale = place(engine, { account: anna, instrument, side: 'sell', quantity: 10, price: '2.00' })
  const trade = kept.traded[0] as Traded
  done(engine, 'trades.bust', { trade: trade.trade, traded: trade })
  expect(engine.rooms.trading.orders.has(sale)).toBe(false)
  expect(engine.verify(textHash).filter(({ holds }) => !holds)).toEqual([])
})
