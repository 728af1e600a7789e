import { expect, test } from 'vitest'
import { contract, openMarket, place, placeFault, trader } from '../testing/market-world.js'

test('an order that may only reduce leaves the book when another one has closed the position', () => {
  const world = openMarket()
  const { engine } = world
  const instrument = contract(engine)
  const [account, other] = [trader(world, 'one', '100.00'), trader(world, 'other', '100.00')]
  const sell = { account, instrument, side: 'sell', reduceOnly: true } as const
  expect(placeFault(engine, { ...sell, quantity: 10, price: '0.60' })).toBe('would_not_reduce')
  place(engine, { account: other, instrument, side: 'sell', quantity: 10, price: '0.50' })
  place(engine, { account, instrument, quantity: 10, price: '0.50' })
  const [first, second] = [
    place(engine, { ...sell, quantity: 6, price: '0.60' }),
    place(engine, { ...sell, quantity: 4, price: '0.61' }),
  ]
  expect(placeFault(engine, { ...sell, quantity: 1, price: '0.62' })).toBe('would_not_reduce')
  // Five are sold at once: of the ten that were open to be sold, the newest order goes, and then six are one too many.
  place(engine, { account: other, instrument, quantity: 5, price: '0.40' })
  place(engine, { account, instrument, side: 'sell', quantity: 5, price: '0.40' })
  const { orders } = engine.rooms.trading
  expect([orders.has(first), orders.has(second)]).toEqual([false, false])
  expect(engine.rooms.trading.held(account, instrument)).toBe(5n)
})
