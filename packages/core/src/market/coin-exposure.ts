/**
 * How much of each coin holdings stand for: futures and perpetuals by their worth, options by their greeks (deribit section
 * 5.1). Plain numbers in the order of the holdings: they are shown, and no money follows from them.
 */
import type { Instant } from '../image/index.js'
import { type CurrencyCode, currencyOf, ONE, type Price, powerOfTen, type Quantity } from '../money/index.js'
import { addedGreeks, greeksOf, type Modelled, NO_GREEKS, scaledGreeks } from './greeks.js'
import type { Greeks } from './option-model.js'
import type { Terms } from './terms.js'

/** So much of a contract, below zero a short; `currency` is what it settles in. */
export interface Holding {
  readonly contract: Modelled & { readonly terms: Terms; readonly currency: CurrencyCode }
  readonly quantity: Quantity
}

/** Greeks of holdings in options together, and of those that follow an index. */
export interface HeldGreeks {
  readonly all: Greeks
  readonly byIndex: ReadonlyMap<string, Greeks>
}

const isOption = ({ contract }: Holding): boolean => (contract.derivative?.option ?? null) !== null
const indexOf = ({ contract }: Holding): string | null => contract.derivative?.index ?? null

/** Coin that a holding stands for: of an inverse one what its dollars buy at its price, nothing before there is one. */
export function coinHeld({ contract: { terms, valuationPrice }, quantity }: Holding): number {
  return Number(terms.coin(valuationPrice ?? (0n as Price), quantity, 'half_even')) / Number(ONE)
}

/** Of all that is held of one option, in dollars. */
export const greeksHeld = (holding: Holding, at: Instant): Greeks =>
  scaledGreeks(greeksOf(holding.contract, at), coinHeld(holding))

const deltaOf = (holding: Holding, at: Instant): number =>
  isOption(holding) ? greeksHeld(holding, at).delta : coinHeld(holding)

/** In coin, by the index that is followed; what follows none is left out. */
export function deltasByIndex(holdings: readonly Holding[], at: Instant): ReadonlyMap<string, number> {
  const deltas = new Map<string, number>()
  for (const holding of holdings) {
    const index = indexOf(holding)
    if (index === null) continue
    deltas.set(index, (deltas.get(index) ?? 0) + deltaOf(holding, at))
  }
  return deltas
}

/** In coin, of all indexes together; what options are worth themselves is left out where that is coin. */
export function deltaTotal(holdings: readonly Holding[], at: Instant): number {
  const deltas = [...deltasByIndex(holdings, at).values()].reduce((sum, delta) => sum + delta, 0)
  return holdings.reduce((sum, holding) => sum - worthInCoin(holding), deltas)
}

function worthInCoin(holding: Holding): number {
  const { terms, currency, derivative, valuationPrice } = holding.contract
  if (!isOption(holding) || derivative?.style !== 'inverse' || valuationPrice === null) return 0
  const worth = terms.worth(valuationPrice, holding.quantity)
  return Number(worth) / Number(powerOfTen(currencyOf(currency).scale))
}

/** Of those of the holdings that are options. */
export function heldGreeks(holdings: readonly Holding[], at: Instant): HeldGreeks {
  let all = NO_GREEKS
  const byIndex = new Map<string, Greeks>()
  for (const holding of holdings.filter(isOption)) {
    const [index, own] = [indexOf(holding), greeksHeld(holding, at)]
    all = addedGreeks(all, own)
    if (index !== null) byIndex.set(index, addedGreeks(byIndex.get(index) ?? NO_GREEKS, own))
  }
  return { all, byIndex }
}
