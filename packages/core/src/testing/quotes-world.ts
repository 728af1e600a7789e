/**
 * A maker whose quotes are under protection, and somebody who deals with them: one perpetual and one call on a coin, both
 * at 100,000. Not exported.
 */
import { expect } from 'vitest'
import type { Engine } from '../engine.js'
import type { AccountId } from '../hierarchy/index.js'
import { after, DAY, type Event, NO_ROW, type Plain, SECOND } from '../image/index.js'
import type { InstrumentId } from '../market/index.js'
import { type OrderId, orderAt, type Side, type SideSettled } from '../trading/index.js'
import { inversePerpetual, margined, openDerivatives, option, publish } from './derivatives-world.js'
import { broken } from './hash.js'
import { at, place } from './market-world.js'
import { done, type run, START } from './world.js'

const PLAIN = { postOnly: false, reprices: false }

export const side = (price: string | null, quantity: number | null = 500, more: object = {}) => ({
  price: price === null ? null : at(price),
  quantity: quantity === null ? null : BigInt(quantity),
  ...PLAIN,
  ...more,
})
type Asked = ReturnType<typeof side>
export const both = (
  instrument: InstrumentId,
  bid: Asked | null,
  ask: Asked | null,
  quoteSet: string | null = null,
) => ({
  instrument,
  quoteSet,
  bid,
  ask,
})

export const faults = (settled: readonly SideSettled[]) => settled.map(({ fault }) => fault?.code ?? null)
/** Why a message was refused as a whole; what came of it where it was not. */
export const refusedFor = (outcome: ReturnType<typeof run>): unknown =>
  outcome.kind === 'refused' ? outcome.refusal.data?.reason : outcome.kind

export function quotesWorld() {
  const world = openDerivatives('100000')
  const { engine } = world
  const [anna, ben] = [
    margined(world, 'anna', { BTC: '50', USDC: '1000000' }),
    margined(world, 'ben', { BTC: '50', USDC: '1000000' }),
  ]
  const perpetual = inversePerpetual(engine)
  const call = option(engine, 'inverse', 'call', '110000', START + 30 * DAY)
  publish(engine, [
    [perpetual, '100000'],
    [call, '0.05'],
  ])
  const asking = askingOf(engine, anna)
  asking.set()
  const wait = (seconds: number) =>
    publish(engine, [[perpetual, '100000']], {}, after(engine.image.head.time, seconds * SECOND))
  const take = (account: AccountId, which: Side, quantity: number, price: string) =>
    place(engine, { account, instrument: perpetual, side: which, quantity, price, timeInForce: 'ioc' })
  const proves = () => expect(broken(engine)).toEqual([])
  const parts = { world, engine, anna, ben, perpetual, call, wait, take, proves }
  return { ...parts, ...asking, ...standingOf(engine, anna, perpetual) }
}

/** What the maker asks for: the protection of a group, and quotes under it. */
function askingOf(engine: Engine, account: AccountId) {
  const set = (group: string | null = 'near', more: Readonly<Record<string, Plain>> = {}) =>
    done(engine, 'protections.set', {
      account,
      index: 'btc_usd',
      group,
      intervalSeconds: 5,
      frozenSeconds: 10,
      quantityLimit: at('10'),
      deltaLimit: null,
      sideQuantityMax: null,
      ...more,
    })
  const message = (quotes: readonly Plain[], more: Readonly<Record<string, Plain>> = {}) => ({
    account,
    group: 'near',
    quoteId: '1',
    quotes,
    connection: null,
    ...more,
  })
  const quote = (
    quotes: readonly Plain[],
    more: Readonly<Record<string, Plain>> = {},
  ): readonly SideSettled[] =>
    done<{ sides: readonly SideSettled[] }>(engine, 'orders.quote', message(quotes, more)).sides
  return { set, message, quote }
}

/** What stands of the maker, of the perpetual unless said, and how it ended. */
function standingOf(engine: Engine, account: AccountId, perpetual: InstrumentId) {
  const standing = (which: Side, instrument = perpetual, group = 'near') => {
    const { openQuotes, orders } = engine.rooms.trading
    const row = openQuotes.find({ account, instrument, side: which, group })
    return row === NO_ROW ? null : orderAt(orders, row)
  }
  const prices = (instrument = perpetual, group = 'near') =>
    (['buy', 'sell'] as const).map((which) => standing(which, instrument, group)?.price ?? null)
  const events: Event[] = []
  const endOf = (order: OrderId | null | undefined) => {
    events.push(...(engine.takeBatch()?.events ?? []))
    return events.filter(({ subject }) => subject === `ord_${order}`).at(-1)
  }
  return { standing, prices, endOf }
}
