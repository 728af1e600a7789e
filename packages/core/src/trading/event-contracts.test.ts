import { describe, expect, test } from 'vitest'
import type { AccountId } from '../hierarchy/index.js'
import { currencyOf, formatAmount } from '../money/index.js'
import { textHash } from '../testing/hash.js'
import {
  at,
  contract,
  type MarketWorld,
  openMarket,
  place,
  placeFault,
  trader,
  USD,
  usd,
  venueFees,
} from '../testing/market-world.js'
import { answer, done, run } from '../testing/world.js'

const balance = ({ engine }: MarketWorld, account: AccountId): string =>
  formatAmount(engine.rooms.ledger.posted(engine.rooms.ledger.find(account, USD)), currencyOf(USD))
const buyingPower = ({ engine }: MarketWorld, account: AccountId): string =>
  formatAmount(
    answer<{ buyingPower: never }>(engine, 'margin.get', { account, currency: USD }).buyingPower,
    currencyOf(USD),
  )
const held = ({ engine }: MarketWorld, account: AccountId, instrument: never): bigint =>
  engine.rooms.trading.held(account, instrument)

describe('opening, closing and settling (polymarket-us section 10)', () => {
  test('a buyer pays p, a seller brings p and locks 1; both are paid out at the end', () => {
    const world = openMarket()
    const { engine } = world
    const buyer = trader(world, 'buyer', '100.00')
    const seller = trader(world, 'seller', '100.00')
    const instrument = contract(engine)
    place(engine, { account: seller, instrument, side: 'sell', quantity: 10, price: '0.60' })
    expect(buyingPower(world, seller)).toBe('96.00')
    place(engine, { account: buyer, instrument, quantity: 10, price: '0.65' })
    expect([balance(world, buyer), balance(world, seller)]).toEqual(['94.00', '106.00'])
    expect([buyingPower(world, buyer), buyingPower(world, seller)]).toEqual(['94.00', '96.00'])
    expect([held(world, buyer, instrument as never), held(world, seller, instrument as never)]).toEqual([
      10n,
      -10n,
    ])
    done(engine, 'instruments.settle', { instrument, price: at('1') })
    engine.tick((engine.image.head.time + 1_000_000) as never)
    expect([balance(world, buyer), balance(world, seller)]).toEqual(['104.00', '96.00'])
    expect([buyingPower(world, buyer), buyingPower(world, seller)]).toEqual(['104.00', '96.00'])
    expect(engine.verify(textHash).filter((check) => !check.holds)).toEqual([])
  })

  test('250 at 0.37: the taker is charged 4.05, the maker gets 0.73', () => {
    const world = openMarket()
    const { engine } = world
    const buyer = trader(world, 'buyer', '100.00')
    const seller = trader(world, 'seller', '200.00')
    const instrument = contract(engine, 'rain', { feeSchedule: venueFees(engine) })
    place(engine, { account: seller, instrument, side: 'sell', quantity: 250, price: '0.37' })
    place(engine, { account: buyer, instrument, quantity: 250, price: '0.37' })
    expect(balance(world, buyer)).toBe('3.45')
    expect(balance(world, seller)).toBe('293.23')
    expect(engine.verify(textHash).filter((check) => !check.holds)).toEqual([])
  })

  test('across instruments orders are not summed, within one they are', () => {
    const world = openMarket()
    const { engine } = world
    const account = trader(world, 'buyer', '10.00')
    const [first, second] = [contract(engine, 'one'), contract(engine, 'two')]
    place(engine, { account, instrument: first, quantity: 20, price: '0.50' })
    place(engine, { account, instrument: second, quantity: 20, price: '0.50' })
    expect(placeFault(engine, { account, instrument: second, quantity: 20, price: '0.50' })).toBe(
      'insufficient_buying_power',
    )
  })

  test('after a fill elsewhere, what is not paid for any more is cancelled', () => {
    const world = openMarket()
    const { engine } = world
    const account = trader(world, 'buyer', '10.00')
    const other = trader(world, 'other', '100.00')
    const [first, second] = [contract(engine, 'one'), contract(engine, 'two')]
    place(engine, { account, instrument: first, quantity: 20, price: '0.50' })
    const unpaid = place(engine, { account, instrument: second, quantity: 20, price: '0.50' })
    place(engine, { account: other, instrument: first, side: 'sell', quantity: 20, price: '0.50' })
    expect(engine.rooms.trading.orders.has(unpaid)).toBe(false)
    expect(run(engine, 'orders.cancel', { order: unpaid }).kind).toBe('refused')
    expect(usd('0.00')).toBe(0n)
  })
})
