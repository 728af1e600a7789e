/** Deltas and greeks of accounts as the venue shows them (section 5.1); the core says what they are. */
import {
  type CurrencyCode,
  deltasByIndex,
  deltaTotal,
  type Greeks,
  heldGreeks,
  type Instant,
  type Quantity,
} from '@stemma/core'
import type { Contract } from './instruments.js'

export interface Size {
  readonly contract: Contract
  readonly quantity: Quantity
}

/** Free of the noise of binary fractions. */
export const tidy = (value: number): number => Number(value.toFixed(10)) + 0

type ByName = Readonly<Record<string, number>>
const shownByName = <T>(values: ReadonlyMap<string, T>, number: (value: T) => number): ByName =>
  Object.fromEntries([...values].map(([name, value]) => [name, tidy(number(value))]))

export const deltaTotalShown = (sizes: readonly Size[], now: Instant): number => tidy(deltaTotal(sizes, now))

export const deltasShown = (sizes: readonly Size[], now: Instant): Readonly<Record<string, unknown>> => ({
  delta_total: deltaTotalShown(sizes, now),
  delta_total_map: shownByName(deltasByIndex(sizes, now), (delta) => delta),
})

/** The sums over options, and by index. */
export function greeksShown(sizes: readonly Size[], now: Instant): Readonly<Record<string, unknown>> {
  const { all, byIndex } = heldGreeks(sizes, now)
  const mapOf = (name: keyof Greeks): ByName => shownByName(byIndex, (greeks) => greeks[name])
  return {
    options_delta: tidy(all.delta),
    options_gamma: tidy(all.gamma),
    options_vega: tidy(all.vega),
    options_theta: tidy(all.theta),
    options_gamma_map: mapOf('gamma'),
    options_vega_map: mapOf('vega'),
    options_theta_map: mapOf('theta'),
  }
}

/** What of holdings is in a currency, each with its contract. */
export function sizesIn(
  holdings: readonly { readonly instrument: number; readonly quantity: Quantity }[],
  all: readonly Contract[],
  currency: CurrencyCode,
): readonly Size[] {
  const byId = new Map<number, Contract>(all.map((contract) => [contract.id, contract]))
  return holdings.flatMap(({ instrument, quantity }) => {
    const contract = byId.get(instrument)
    return contract?.currency === currency ? [{ contract, quantity }] : []
  })
}
