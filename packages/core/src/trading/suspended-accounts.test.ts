import { describe, expect, test } from 'vitest'
import { contract, openMarket, place, trader } from '../testing/market-world.js'
import { done } from '../testing/world.js'

describe('an account that may not deal any more', () => {
  test('is not traded with: its order leaves the book when somebody reaches it, and a fill-or-kill counts without it', () => {
    const world = openMarket()
    const { engine } = world
    const instrument = contract(engine)
    const [suspended, seller, buyer] = ['one', 'two', 'three'].map((name) =>
      trader(world, name, '100.00'),
    ) as [never, never, never]
    const resting = place(engine, {
      account: suspended,
      instrument,
      side: 'sell',
      quantity: 10,
      price: '0.40',
    })
    place(engine, { account: seller, instrument, side: 'sell', quantity: 10, price: '0.50' })
    done(engine, 'accounts.suspend', { account: suspended, version: null })
    place(engine, { account: buyer, instrument, quantity: 15, price: '0.60', timeInForce: 'fok' })
    expect(engine.rooms.trading.orders.has(resting)).toBe(false)
    expect(engine.rooms.trading.held(buyer, instrument)).toBe(0n)
    place(engine, { account: buyer, instrument, quantity: 10, price: '0.60', timeInForce: 'fok' })
    expect(engine.rooms.trading.held(buyer, instrument)).toBe(10n)
    expect(engine.rooms.trading.held(seller, instrument)).toBe(-10n)
  })

  test('can take back what it has in a book', () => {
    const world = openMarket()
    const { engine } = world
    const instrument = contract(engine)
    const account = trader(world, 'one', '100.00')
    const order = place(engine, { account, instrument, quantity: 10, price: '0.40' })
    done(engine, 'accounts.suspend', { account, version: null })
    done(engine, 'orders.cancel', { order })
    expect(engine.rooms.trading.orders.size).toBe(0)
  })
})
