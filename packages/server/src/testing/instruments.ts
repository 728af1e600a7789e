/** The shortest way to open an instrument. Not exported. */
import type { Plain } from '@stemma/core'

interface Runner {
  run<Result>(command: string, input: Plain): Promise<Result>
}

const ONE = 10n ** 18n

/** An event contract in dollars and whole numbers, a cent a tick and without fees, unless it is said. */
export async function openInstrument(
  runner: Runner,
  symbol: string,
  more: Readonly<Record<string, Plain>> = {},
): Promise<number> {
  const { instrument } = await runner.run<{ instrument: number }>('instruments.create', {
    symbol,
    displayName: symbol,
    kind: 'event_contract',
    currency: 'USD',
    tick: ONE / 100n,
    quantityScale: 0,
    lot: 1n,
    multiplier: ONE,
    priceLow: ONE / 100n,
    priceHigh: (99n * ONE) / 100n,
    quantityMax: null,
    notionalMax: null,
    settlementDays: 0,
    feeSchedule: null,
    event: null,
    venue: null,
    expiresAt: null,
    metadata: {},
    ...more,
  })
  await runner.run('instruments.set_state', { instrument, state: 'open', version: null })
  return instrument
}
