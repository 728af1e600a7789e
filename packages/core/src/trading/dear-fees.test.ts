import { expect, test } from 'vitest'
import { contract, openMarket, place, trader, USD, usd } from '../testing/market-world.js'
import { dearFees } from '../testing/random-orders.js'

test('where even closing a short costs something, each of several bids is reserved for', () => {
  const world = openMarket()
  const { engine } = world
  const instrument = contract(engine, 'dear', { feeSchedule: dearFees(engine) })
  const [account, other] = [trader(world, 'one', '100.00'), trader(world, 'other', '100.00')]
  place(engine, { account: other, instrument, quantity: 100, price: '0.50' })
  place(engine, { account, instrument, side: 'sell', quantity: 100, price: '0.50' })
  // Fifty at 0.10 free 45.00 when they close, and cost 0.05 at the makers' 1 %: nothing to reserve.
  place(engine, { account, instrument, quantity: 50, price: '0.10' })
  expect(engine.rooms.trading.openOrders.reserved(account, USD)).toBe(usd('0.00'))
  // One at 0.99 that takes when it trades frees 0.01 and costs 0.0198, rounded up 0.02: alone it costs 0.01.
  place(engine, { account, instrument, quantity: 1, price: '0.99', allOrNone: true })
  expect(engine.rooms.trading.openOrders.reserved(account, USD)).toBe(usd('0.01'))
})
