/** A perpetual in the native test world, and a main account that holds some beside its subaccount. */
import { EXAMPLE } from '@stemma/contract'
import { PLAIN_LIMIT, type Plain } from '@stemma/core'
import { openInstrument } from './instruments.js'
import type { World } from './native-world.js'

const ONE = 10n ** 18n
const RATES = {
  initial: ONE / 50n,
  maintenance: ONE / 100n,
  initialPerUnit: 0n,
  maintenancePerUnit: 0n,
  optionFloor: 0n,
}
const numberOf = (id: string | undefined): number => Number(String(id).slice(4))

/** Ten dollars a lot, opened, with a mark and an index of 98,000. */
export async function openPerpetual(world: Pick<World, 'run'>): Promise<number> {
  const instrument = await openInstrument(world, 'BTC-PERPETUAL', {
    displayName: 'Perpetual',
    kind: 'perpetual',
    currency: 'BTC',
    tick: ONE / 2n,
    lot: 10n,
    priceLow: ONE / 2n,
    priceHigh: null,
    derivative: {
      style: 'inverse',
      base: 'BTC',
      index: 'btc_usd',
      option: null,
      funding: { damper: 0n, cap: 0n },
    },
    marginRates: RATES,
  })
  await world.run('prices.publish', {
    prices: [{ instrument, price: 98_000n * ONE }],
    indexes: [{ name: 'btc_usd', price: 98_000n * ONE }],
  })
  return instrument
}

/** An account of the firm's with a coin, under `main` where one is given. */
export async function coinAccount(world: World, name: string, main: number | null = null): Promise<number> {
  const { account } = await world.run<{ account: number }>('accounts.open', {
    party: numberOf(world.ids.get(EXAMPLE.firm)),
    main,
    template: null,
    name,
    displayName: name,
    type: 'segregated_standard',
    baseCurrency: null,
    needsClearing: false,
    attributes: {},
  })
  const deposit = { account, currency: 'BTC', amount: 10n ** 10n, reference: null, description: null }
  await world.run('deposits.create', { ...deposit, settle: true })
  return account
}

/** A main account with a long of 200 dollars, and its subaccount, as the examples call them. */
export async function holdPerpetual(
  world: World,
): Promise<{ readonly instrument: number; readonly main: number; readonly subaccount: number }> {
  const instrument = await openPerpetual(world)
  const main = await coinAccount(world, 'desk')
  const subaccount = await coinAccount(world, 'desk-sub', main)
  const maker = await coinAccount(world, 'maker')
  for (const [account, side] of [
    [maker, 'sell'],
    [main, 'buy'],
  ] as const)
    await world.run('orders.place', limitOf(account, instrument, side))
  world.ids.set(EXAMPLE.account, `acc_${main}`)
  world.ids.set(EXAMPLE.second, `acc_${subaccount}`)
  return { instrument, main, subaccount }
}

const limitOf = (account: number, instrument: number, side: 'buy' | 'sell'): Plain => ({
  ...PLAIN_LIMIT,
  account,
  instrument,
  side,
  quantity: 200n,
  price: 98_000n * ONE,
})
