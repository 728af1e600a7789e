import { expect, test } from 'vitest'
import { after, SECOND } from '../image/index.js'
import { margined, openDerivatives, option, publish } from '../testing/derivatives-world.js'
import { textHash } from '../testing/hash.js'
import { at, place } from '../testing/market-world.js'
import { START } from '../testing/world.js'
import { FILLS_OF_COMMAND_MAX } from './session.js'

const DAY = 86_400_000_000

test('an order that the index brings to more than is left of a step waits for the next, and is not cut short', () => {
  const world = openDerivatives('100000')
  const { engine } = world
  const [anna, ben] = ['anna', 'ben'].map((name) => margined(world, name, { BTC: '1000' })) as [never, never]
  const call = option(engine, 'inverse', 'call', '120000', START + 30 * DAY)
  publish(engine, [[call, '0.02']])
  const each = FILLS_OF_COMMAND_MAX / 2 + 1
  for (let number = 0; number < 2 * each; number += 1)
    place(engine, { account: ben, instrument: call, quantity: 1, price: '0.025' })
  // At 0.03 while the index is at 100,000, at 0.025 when it is at 120,000: each meets 251 bids there.
  const sale = {
    account: anna,
    instrument: call,
    side: 'sell',
    quantity: each,
    type: 'limit',
    timeInForce: 'gtc',
    usdPrice: at('3000'),
  } as const
  place(engine, sale)
  place(engine, sale)
  publish(engine, [], { btc_usd: '120000' })
  engine.tick(after(engine.image.head.time, SECOND))
  expect(engine.rooms.trading.held(anna, call)).toBe(BigInt(-2 * each))
  expect(engine.rooms.trading.orders.size).toBe(0)
  expect(engine.verify(textHash).filter(({ holds }) => !holds)).toEqual([])
})
