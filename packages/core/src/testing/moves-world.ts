/** A main account with a subaccount that positions move between, and somebody who trades with them. Not exported. */
import { expect } from 'vitest'
import type { Engine } from '../engine.js'
import type { AccountId } from '../hierarchy/index.js'
import { type CurrencyCode, currencyOf, formatAmount } from '../money/index.js'
import { type DerivativesWorld, margined, openDerivatives } from './derivatives-world.js'
import { hashOf } from './hash.js'
import { at, place } from './market-world.js'
import { answer, done, run } from './world.js'

export type Leg = readonly [instrument: number, quantity: number, price?: string]
export interface Moved {
  readonly move: number
  readonly legs: readonly { readonly trade: number; readonly side: string; readonly price: bigint }[]
}

/** A main account and a subaccount, and somebody who trades with them. */
export function desk(coin = '10') {
  const world = openDerivatives('100000')
  const balances = { BTC: coin, USDC: '100000' }
  const main = margined(world, 'main', balances)
  const sub = subaccount(world, main, 'sub', balances)
  const maker = margined(world, 'maker', { BTC: '1000', USDC: '10000000' })
  return { world, engine: world.engine, main, sub, maker }
}

export function subaccount(
  world: DerivativesWorld,
  main: AccountId,
  name: string,
  balances: Readonly<Record<string, string>>,
): AccountId {
  return margined(world, name, balances, 'segregated_standard', main)
}

export const input = (from: AccountId, to: AccountId, legs: readonly Leg[]) => ({
  from,
  to,
  legs: legs.map(([instrument, quantity, price]) => ({
    instrument,
    quantity: BigInt(quantity),
    price: price === undefined ? null : at(price),
  })),
})
export const move = (engine: Engine, from: AccountId, to: AccountId, legs: readonly Leg[]): Moved =>
  done<Moved>(engine, 'positions.move', input(from, to, legs))

/** The code of a refusal with its reason and field, and a proof that nothing changed. */
export function refusal(engine: Engine, from: AccountId, to: AccountId, legs: readonly Leg[]) {
  const before = hashOf(engine.image)
  const outcome = run(engine, 'positions.move', input(from, to, legs))
  if (outcome.kind !== 'refused') throw new Error(`expected a refusal, was ${outcome.kind}`)
  expect(hashOf(engine.image)).toBe(before)
  const { code, field, data } = outcome.refusal
  return { code, field: field ?? null, reason: data?.reason ?? null, wait: data?.wait ?? null }
}

/** The taker buys (or sells) against the maker at a price. */
export function trade(
  { engine, maker }: { readonly engine: Engine; readonly maker: AccountId },
  account: AccountId,
  instrument: number,
  signed: number,
  price: string,
): void {
  const quantity = Math.abs(signed)
  const [own, other] = signed > 0 ? (['buy', 'sell'] as const) : (['sell', 'buy'] as const)
  place(engine, { account: maker, instrument: instrument as never, side: other, quantity, price })
  place(engine, { account, instrument: instrument as never, side: own, quantity, price })
}

export const shown = (engine: Engine, account: AccountId, instrument: number, currency: CurrencyCode) => {
  const view = answer<Record<string, bigint>>(engine, 'positions.get', { account, instrument })
  const text = (name: string) => formatAmount((view[name] ?? 0n) as never, currencyOf(currency))
  return {
    quantity: Number(view.quantity),
    cost: text('cost'),
    realized: text('realized'),
    session: [text('sessionRealized'), text('sessionUnrealized')],
  }
}
