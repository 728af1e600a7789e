/** An option on a coin at 100,000, two who trade it, and orders whose price follows. Not exported. */
import { after, type Instant, SECOND } from '../image/index.js'
import type { OrderId } from '../trading/index.js'
import { margined, openDerivatives, option, publish } from './derivatives-world.js'
import { place } from './market-world.js'

export function peggedWorld(strike: string, expiresAt: Instant, mark: string) {
  const world = openDerivatives('100000')
  const { engine } = world
  const [anna, ben] = [margined(world, 'anna', { BTC: '50' }), margined(world, 'ben', { BTC: '50' })]
  const call = option(engine, 'inverse', 'call', strike, expiresAt)
  publish(engine, [[call, mark]])
  /** A limit order of anna's whose price has yet to be said. */
  const limit = {
    account: anna,
    instrument: call,
    quantity: 10,
    type: 'limit',
    timeInForce: 'gtc',
  } as const
  const ask = (more: object): OrderId => place(engine, { ...limit, ...more })
  const told = (order: OrderId) => {
    const { orders } = engine.rooms.trading
    return orders.has(order) ? orders.read(orders.row(order)) : null
  }
  const priceOf = (order: OrderId) => told(order)?.price ?? null
  const index = (price: string) => {
    publish(engine, [], { btc_usd: price })
    engine.tick(after(engine.image.head.time, SECOND))
  }
  return { world, engine, anna, ben, call, limit, ask, told, priceOf, index }
}
