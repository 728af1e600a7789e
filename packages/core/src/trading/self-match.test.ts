import { expect, test } from 'vitest'
import { contract, openMarket, place, placeFault, trader } from '../testing/market-world.js'

test.each([
  ['cancel_resting', false, true],
  ['remove_both', false, false],
] as const)(
  '%s leaves the resting order %s and the incoming one %s',
  (selfMatchInstruction, resting, incoming) => {
    const world = openMarket()
    const { engine } = world
    const account = trader(world, 'both', '100.00')
    const instrument = contract(engine)
    const own = { account, instrument, quantity: 5, price: '0.40', selfMatchId: 'desk' }
    const first = place(engine, own)
    const second = place(engine, { ...own, side: 'sell', selfMatchInstruction })
    const { orders } = engine.rooms.trading
    expect([orders.has(first), orders.has(second)]).toEqual([resting, incoming])
    expect(engine.rooms.trading.held(account, instrument)).toBe(0n)
  },
)

test('without an instruction the incoming order is not accepted, and the resting one stays', () => {
  const world = openMarket()
  const { engine } = world
  const account = trader(world, 'both', '100.00')
  const instrument = contract(engine)
  const own = { account, instrument, quantity: 5, price: '0.40', selfMatchId: 'desk' }
  const first = place(engine, own)
  expect(placeFault(engine, { ...own, side: 'sell' })).toBe('self_match')
  expect(engine.rooms.trading.orders.has(first)).toBe(true)
})
