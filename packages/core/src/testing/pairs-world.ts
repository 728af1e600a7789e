/** One pair, a buyer with 50,000 USDC and a seller with 2 BTC: nothing else is there. Not exported. */
import type { Engine } from '../engine.js'
import type { AccountId } from '../hierarchy/index.js'
import type { Event } from '../image/index.js'
import { type CurrencyCode, currencyOf, formatAmount } from '../money/index.js'
import { BTC, balance, margined, openDerivatives, pair, USDC } from './derivatives-world.js'
import { place } from './market-world.js'
import { answer } from './world.js'

export const both = (engine: Engine, account: AccountId): readonly [string, string] => [
  balance(engine, account, BTC),
  balance(engine, account, USDC),
]

interface Shown {
  readonly buyingPower: bigint
  readonly withdrawable: bigint
  readonly spotReserve: bigint
}
export const margin = (engine: Engine, account: AccountId, currency: CurrencyCode) => {
  const shown = answer<Shown>(engine, 'margin.get', { account, currency })
  const text = (amount: bigint) => formatAmount(amount as never, currencyOf(currency))
  const { buyingPower, withdrawable, spotReserve } = shown
  return { buyingPower: text(buyingPower), withdrawable: text(withdrawable), locked: text(spotReserve) }
}

/** A buyer with 50,000 USDC, a seller with 2 BTC: nothing else is there. */
export function spot(more: Parameters<typeof pair>[3] = {}, type?: string) {
  const world = openDerivatives()
  const { engine } = world
  const buyer = margined(world, 'buyer', { USDC: '50000' }, type)
  const seller = margined(world, 'seller', { BTC: '2' }, type)
  return { world, engine, buyer, seller, instrument: pair(engine, BTC, USDC, more) }
}
export type Desk = ReturnType<typeof spot>

/** Ten thousandths of a coin. */
export const sell = ({ engine, seller, instrument }: Desk, quantity: number, price: string) =>
  place(engine, { account: seller, instrument, side: 'sell', quantity, price })
export const buy = ({ engine, buyer, instrument }: Desk, quantity: number, price: string) =>
  place(engine, { account: buyer, instrument, quantity, price })

export const fills = (engine: Engine): Event[] =>
  (engine.takeBatch()?.events ?? []).filter(
    ({ kind }) => kind === 'order.filled' || kind === 'order.partially_filled',
  )
