import { expect, test } from 'vitest'
import { after, SECOND } from '../../image/index.js'
import { inversePerpetual, margined, openDerivatives, publish } from '../../testing/derivatives-world.js'
import { textHash } from '../../testing/hash.js'
import { at, place } from '../../testing/market-world.js'
import { done } from '../../testing/world.js'
import { FILLS_OF_COMMAND_MAX } from '../session.js'

const side = (price: string) => ({ price: at(price), quantity: 10n, postOnly: false, reprices: false })

test('stops that a message of quotes triggers are as many as one order triggers, however many sides follow', () => {
  const world = openDerivatives('100000')
  const { engine } = world
  const [maker, ben] = ['maker', 'ben'].map((name) => margined(world, name, { BTC: '1000' })) as [
    never,
    never,
  ]
  const instrument = inversePerpetual(engine)
  publish(engine, [[instrument, '100000']])
  done(engine, 'protections.set', {
    account: maker,
    index: 'btc_usd',
    group: 'near',
    intervalSeconds: 5,
    frozenSeconds: 0,
    quantityLimit: at('100'),
    deltaLimit: null,
  })
  // A trade at 100,000 sets all of them off; they rest far away then.
  const stop = {
    account: ben,
    instrument,
    quantity: 10,
    type: 'stop_limit',
    timeInForce: 'gtc',
    trigger: 'last_trade',
    stopPrice: '100000',
    price: '50000',
  } as const
  for (let number = 0; number < FILLS_OF_COMMAND_MAX + 2; number += 1) place(engine, stop)
  place(engine, { account: ben, instrument, side: 'sell', quantity: 10, price: '100000' })
  const waiting = (): number => {
    const { orders } = engine.rooms.trading
    return [...orders.each()].filter(
      (row) => orders.stopPrice.get(row) !== null && !orders.isTriggered.get(row),
    ).length
  }
  expect(waiting()).toBe(FILLS_OF_COMMAND_MAX + 2)
  const quoted = (bid: string, ask: string) => ({
    instrument,
    quoteSet: null,
    bid: side(bid),
    ask: side(ask),
  })
  done(engine, 'orders.quote', {
    account: maker,
    group: 'near',
    quoteId: '1',
    quotes: [quoted('100000', '100010'), quoted('99990', '100020')],
  })
  expect(waiting()).toBe(2)
  engine.tick(after(engine.image.head.time, SECOND))
  expect(waiting()).toBe(0)
  expect(engine.verify(textHash).filter(({ holds }) => !holds)).toEqual([])
})
