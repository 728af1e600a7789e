/**
 * Where an account would be liquidated: the factor by which the prices of futures and perpetuals have to change for the
 * margin balance to fall to the maintenance margin, everything else as it is. Shown and nothing follows from it, so it is
 * a plain number. Mark and index are taken to move alike.
 *
 *   balance(r)  = balance + Σ gain(r)    inverse: ± coin × (1 − 1/r), linear: ± size × mark × (r − 1)
 *   required(r) = required + Σ (maintenance(r) − maintenance(1))
 *   maintenance = worth × (rate + rate per unit × size in coin): inverse by coin / r, linear by size × index × r
 */
import type { MarginView } from '@stemma/core'
import { type Contract, isInverse } from './instruments.js'
import { amountShown, priceOr, priceShown } from './numbers.js'

/** A position in a future or perpetual. */
export interface Exposure {
  readonly isInverse: boolean
  /** Coin that it stands for, above zero where it gains with the price. */
  readonly coin: number
  readonly mark: number
  readonly index: number
  readonly rate: number
  readonly ratePerUnit: number
}

export interface Cushion {
  readonly balance: number
  readonly maintenance: number
}

/** Prices are looked at from a ten thousandth of what they are to ten thousand times, in steps of 2 %. */
const STEP = 1.02
const STEPS = 466
const HALVINGS = 60

function maintenanceAt({ isInverse, coin, index, rate, ratePerUnit }: Exposure, ratio: number): number {
  const size = Math.abs(coin) / (isInverse ? ratio : 1)
  return size * (rate + ratePerUnit * size) * (isInverse ? 1 : index * ratio)
}

const gainAt = ({ isInverse, coin, mark }: Exposure, ratio: number): number =>
  isInverse ? coin * (1 - 1 / ratio) : coin * mark * (ratio - 1)

/** The factor nearest to one, or null where no change of these prices does it. */
export function liquidationRatio(cushion: Cushion, exposures: readonly Exposure[]): number | null {
  if (exposures.length === 0) return null
  const left = (ratio: number): number =>
    cushion.balance -
    cushion.maintenance +
    exposures.reduce(
      (sum, each) => sum + gainAt(each, ratio) - maintenanceAt(each, ratio) + maintenanceAt(each, 1),
      0,
    )
  if (left(1) <= 0) return 1
  let [below, above] = [1, 1]
  for (let step = 0; step < STEPS; step += 1) {
    const found = [
      [below / STEP, below],
      [above * STEP, above],
    ].find(([ratio]) => left(ratio as number) <= 0) as readonly [number, number] | undefined
    if (found !== undefined) return between(left, found)
    below /= STEP
    above *= STEP
  }
  return null
}

function between(left: (ratio: number) => number, [short, good]: readonly [number, number]): number {
  let [low, high] = [short, good]
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = (low + high) / 2
    if (left(middle) <= 0) low = middle
    else high = middle
  }
  return low
}

/** What a position stands for; null where it is an option, or a price is missing. */
export function exposureOf(contract: Contract, delta: number): Exposure | null {
  const { marginRates, kind } = contract
  const mark = priceOr(contract.valuationPrice, null)
  if (kind === 'option' || marginRates === null || mark === null) return null
  return {
    isInverse: isInverse(contract),
    coin: delta,
    mark,
    index: priceOr(contract.indexPrice, mark),
    rate: priceShown(marginRates.maintenance),
    ratePerUnit: priceShown(marginRates.maintenancePerUnit),
  }
}

/** What a currency of a segregated account has and has to keep; null under cross margin. */
export function cushionOf({ standard, currency, model }: MarginView): Cushion | null {
  if (standard === null || model !== 'segregated_standard') return null
  return {
    balance: amountShown(standard.marginBalance, currency),
    maintenance: amountShown(standard.maintenanceMargin, currency),
  }
}
