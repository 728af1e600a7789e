/** Holdings for the benchmarks: shares that are priced, and every account holding some of one of them. */
import type { Engine, Id, Instant, Plain } from '@stemma/core'
import { type BenchWorld, SYSTEM } from './world.js'

const INSTRUMENTS = 200
const PRICE_UNIT = 10n ** 16n

function command(engine: Engine, name: string, input: Plain): { readonly [key: string]: number } {
  const time = Math.max(1, engine.image.head.time) as Instant
  const outcome = engine.execute({ command: name, input, actor: SYSTEM, time })
  if (outcome.kind !== 'done') throw new Error(`expected ${name} to be done, was ${JSON.stringify(outcome)}`)
  return outcome.result as { readonly [key: string]: number }
}

/** Instruments in the currencies in turn; each account gets shares of the one whose turn it is. */
export function addHoldings({ engine, accounts }: BenchWorld, currencies: readonly string[]): readonly Id[] {
  const instruments = Array.from({ length: INSTRUMENTS }, (_, place) => {
    const input = {
      symbol: `SHARE-${place}`,
      displayName: `Share ${place}`,
      kind: 'equity',
      currency: currencies[place % currencies.length] as string,
      tick: PRICE_UNIT,
      quantityScale: 0,
      lot: 1n,
      multiplier: 10n ** 18n,
      priceLow: null,
      priceHigh: null,
      quantityMax: null,
      notionalMax: null,
      settlementDays: 1,
      feeSchedule: null,
      event: null,
      venue: null,
      expiresAt: null,
      metadata: {},
    }
    return command(engine, 'instruments.create', input).instrument as Id
  })
  publish(engine, instruments, 0)
  accounts.forEach((account, place) => {
    const instrument = instruments[place % INSTRUMENTS] as Id
    const came = { account, instrument, quantity: BigInt(1 + (place % 97)), cost: 0n, description: 'opening' }
    command(engine, 'positions.adjust', came)
    if (place % 1_000 === 0) engine.takeBatch()
  })
  engine.takeBatch()
  return instruments
}

/** A new price for every instrument, in one command. */
export function publish(engine: Engine, instruments: readonly Id[], round: number): void {
  const prices = instruments.map((instrument, place) => ({
    instrument,
    price: BigInt(1_000 + ((place * 31 + round * 7) % 500)) * PRICE_UNIT,
  }))
  command(engine, 'prices.publish', { prices })
}
