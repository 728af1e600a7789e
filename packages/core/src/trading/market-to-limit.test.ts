import { expect, test } from 'vitest'
import type { Event } from '../image/index.js'
import { at, contract, openMarket, place, trader } from '../testing/market-world.js'

test('the price at which the rest of a market-to-limit order stands is in the reports, so that history knows it', () => {
  const world = openMarket()
  const { engine } = world
  const [maker, taker] = [trader(world, 'maker', '100.00'), trader(world, 'taker', '100.00')]
  const instrument = contract(engine)
  place(engine, { account: maker, instrument, side: 'sell', quantity: 10, price: '0.40' })
  engine.takeBatch()
  const asked = { account: taker, instrument, type: 'market_to_limit', timeInForce: 'gtc' } as const
  const first = place(engine, { ...asked, quantity: 15 })
  // Nobody is left: the next stands at the last trade, and says so when it is accepted.
  const second = place(engine, { ...asked, quantity: 5 })
  const told = (engine.takeBatch()?.events ?? []).flatMap(({ data, kind }: Event) => {
    const { id, price } = (data.order ?? {}) as { readonly id?: number; readonly price?: bigint | null }
    return id === first || id === second ? [[kind, price]] : []
  })
  expect(told).toEqual([
    ['order.accepted', null],
    ['order.partially_filled', at('0.4')],
    ['order.accepted', at('0.4')],
  ])
  const { orders } = engine.rooms.trading
  expect([first, second].map((id) => orders.price.get(orders.row(id)))).toEqual([at('0.4'), at('0.4')])
})
