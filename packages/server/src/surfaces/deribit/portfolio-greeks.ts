/**
 * How much of each coin an account stands for: futures and perpetuals by their worth, options by their greeks. `delta_total`
 * leaves out what options are worth themselves, where that is coin (section 5.1).
 */
import type { Amount, CurrencyCode, Greeks, Instant, Quantity } from '@stemma/core'
import { greeksOf, scaled, summed } from './greeks.js'
import { type Contract, isInverse, markOf } from './instruments.js'
import { amountShown, priceShown, quantityShown } from './numbers.js'

export interface Size {
  readonly contract: Contract
  readonly quantity: Quantity
}

/** Free of the noise of binary fractions. */
export const tidy = (value: number): number => Number(value.toFixed(10)) + 0

/** Coin that a position stands for: of an inverse one its worth, which falls as the price rises. */
export function coinOf({ contract, quantity }: Size): number {
  const size = quantityShown(quantity, contract.quantityScale) * priceShown(contract.multiplier)
  if (!isInverse(contract) || contract.kind === 'option') return tidy(size)
  const mark = markOf(contract)
  return mark === null ? 0 : amountShown(-contract.terms.worth(mark, quantity) as Amount, contract.currency)
}

/** Of a position in an option, all of it. */
export const greeksOfSize = ({ contract, quantity }: Size, now: Instant): Greeks =>
  scaled(
    greeksOf(contract, now),
    quantityShown(quantity, contract.quantityScale) * priceShown(contract.multiplier),
  )

/** By the index that is followed. */
export function deltasByIndex(sizes: readonly Size[], now: Instant): Readonly<Record<string, number>> {
  const deltas: Record<string, number> = {}
  for (const size of sizes) {
    const { index } = size.contract
    const delta = size.contract.kind === 'option' ? greeksOfSize(size, now).delta : coinOf(size)
    deltas[index] = tidy((deltas[index] ?? 0) + delta)
  }
  return deltas
}

export function deltaTotal(sizes: readonly Size[], now: Instant): number {
  const deltas = Object.values(deltasByIndex(sizes, now)).reduce((sum, each) => sum + each, 0)
  const inCoin = sizes
    .filter(({ contract }) => contract.kind === 'option' && isInverse(contract))
    .reduce((sum, { contract, quantity }) => {
      const mark = markOf(contract)
      return mark === null ? sum : sum + amountShown(contract.terms.worth(mark, quantity), contract.currency)
    }, 0)
  return tidy(deltas - inCoin)
}

/** The sums over options, and by index. */
export function greeksShown(sizes: readonly Size[], now: Instant): Readonly<Record<string, unknown>> {
  const options = sizes.filter(({ contract }) => contract.kind === 'option')
  const all = options.map((size) => greeksOfSize(size, now))
  const { delta, gamma, vega, theta } = summed(all)
  const byIndex = (name: 'gamma' | 'vega' | 'theta'): Readonly<Record<string, number>> => {
    const sums: Record<string, number> = {}
    options.forEach(({ contract }, place) => {
      const { index } = contract
      sums[index] = tidy((sums[index] ?? 0) + (all[place] as Greeks)[name])
    })
    return sums
  }
  return {
    options_delta: tidy(delta),
    options_gamma: tidy(gamma),
    options_vega: tidy(vega),
    options_theta: tidy(theta),
    options_gamma_map: byIndex('gamma'),
    options_vega_map: byIndex('vega'),
    options_theta_map: byIndex('theta'),
  }
}

/** Of holdings in a currency. */
export function deltasShown(
  holdings: readonly { readonly instrument: number; readonly quantity: Quantity }[],
  all: readonly Contract[],
  currency: CurrencyCode,
  now: Instant,
): Readonly<Record<string, unknown>> {
  const byId = new Map<number, Contract>(all.map((contract) => [contract.id, contract]))
  const sizes = holdings.flatMap(({ instrument, quantity }) => {
    const contract = byId.get(instrument)
    return contract?.currency === currency ? [{ contract, quantity }] : []
  })
  return { delta_total: deltaTotal(sizes, now), delta_total_map: deltasByIndex(sizes, now) }
}
