/** An account of the native test world that holds shares whose price is published, and loses on them. */
import { EXAMPLE } from '@stemma/contract'
import type { Plain } from '@stemma/core'
import { openInstrument } from './instruments.js'
import type { World } from './native-world.js'

const ONE = 10n ** 18n
const numberOf = (id: string | undefined): number => Number(String(id).slice(4))

/** An open share; the examples call it `ins_80`. */
export async function openShare(world: World): Promise<number> {
  const instrument = await openInstrument(world, 'SHARE-1', {
    displayName: 'Share',
    kind: 'equity',
    priceLow: null,
    priceHigh: null,
    settlementDays: 1,
  })
  world.ids.set('ins_80', `ins_${instrument}`)
  return instrument
}

export const publish = (world: World, instrument: number, price: bigint): Promise<unknown> =>
  world.run('prices.publish', { prices: [{ instrument, price: price * ONE }] })

/** The firm's account holds ten shares at 10 dollars. */
export async function holdShares(world: World): Promise<{ instrument: number; account: number }> {
  const instrument = await openShare(world)
  const account = numberOf(world.ids.get(EXAMPLE.account))
  await publish(world, instrument, 10n)
  const came = { account, instrument, quantity: 10n, cost: 100_000_000n, description: 'came in' }
  await world.run('positions.adjust', came)
  return { instrument, account }
}

/** It may lose nothing, and has lost ten dollars: money that comes in lets its figures be told. The lock is `llo_91`. */
export async function lockOut(world: World): Promise<{ instrument: number; account: number }> {
  const { instrument, account } = await holdShares(world)
  const said: Readonly<Record<string, Plain>> = {
    node: account,
    authority: numberOf(world.ids.get(EXAMPLE.firm)),
    instrument: null,
    currency: 'USD',
    orderQuantity: null,
    orderNotional: null,
    position: null,
    priceLow: null,
    priceHigh: null,
    priceDeviation: null,
    openOrders: null,
    orderRate: null,
    dailyLoss: 0n,
    liftsDaily: false,
  }
  await world.run('risk_limits.set', said)
  await publish(world, instrument, 9n)
  const deposit = { account, currency: 'USD', amount: 1_000_000n, reference: null, description: null }
  await world.run('deposits.create', { ...deposit, settle: true })
  const { body } = await world.call('GET', `/stemma/v1/nodes/acc_${account}/loss-lockouts`)
  world.ids.set('llo_91', body.items[0].id)
  return { instrument, account }
}
