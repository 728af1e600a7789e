/** A perpetual of the crypto desk whose prices end at 1,000. Not exported. */
import type { CryptoDesk } from './crypto-desk.js'
import { openInstrument } from './instruments.js'

const ONE = 10n ** 18n
const DERIVATIVE = {
  style: 'linear',
  base: 'SOL',
  index: 'eth_usd',
  option: null,
  funding: { damper: 0n, cap: 0n },
} as const
const RATES = {
  initial: ONE / 50n,
  maintenance: ONE / 100n,
  initialPerUnit: 0n,
  maintenancePerUnit: 0n,
  optionFloor: 0n,
}

/** Opened; another name for each state that it goes to. */
export async function cappedPerpetual(
  desk: CryptoDesk,
  name: string,
  state: 'open' | 'halted' | 'expired' = 'open',
): Promise<string> {
  const instrument = await openInstrument(desk, name, {
    kind: 'perpetual',
    currency: 'USDC',
    tick: ONE,
    priceLow: ONE,
    priceHigh: 1_000n * ONE,
    derivative: DERIVATIVE,
    marginRates: RATES,
  })
  if (state !== 'open') await desk.run('instruments.set_state', { instrument, state, version: null })
  return name
}
