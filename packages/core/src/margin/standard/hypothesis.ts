/**
 * The figures of an account as they would be if it held something else. What is added comes at its mark and what is taken
 * away goes at it, so that no worth changes: of an option cash becomes its value, and of a future nothing is gained.
 */
import type { AccountId } from '../../hierarchy/index.js'
import { type Instant, NO_ROW } from '../../image/index.js'
import type { InstrumentId } from '../../market/index.js'
import { amount, type CurrencyCode, NONE, type Quantity } from '../../money/index.js'
import { kindRules, leavesPositions, NO_OPEN_ORDERS } from '../../trading/index.js'
import { type StandardContext, type StandardFigures, standardFigures } from './figures.js'
import { ordersRequirement } from './open-orders.js'
import { standardRequirement } from './requirement.js'

export type Holdings = ReadonlyMap<InstrumentId, Quantity>

/** What an account has open, by instrument. */
export function holdingsOf(
  { trading }: Pick<StandardContext, 'trading'>,
  account: AccountId,
): Map<InstrumentId, Quantity> {
  const { positions, positionsOf } = trading
  const held = new Map<InstrumentId, Quantity>()
  for (let row = positionsOf.head(account); row !== NO_ROW; row = positionsOf.after(row))
    if (positions.quantity.get(row) !== NONE)
      held.set(positions.instrument.get(row), positions.quantity.get(row))
  return held
}

/** The figures with these holdings in place of its own, and without what expires by `gone`, orders included. */
export function hypotheticalFigures(
  context: StandardContext,
  account: AccountId,
  currency: CurrencyCode,
  holdings: Holdings,
  gone: Instant | null = null,
): StandardFigures {
  const { market, trading } = context
  const own = standardFigures(context, account, currency)
  let [optionsValue, positionsInitial, ordersInitial, maintenance, unpriced] = [0n, 0n, 0n, 0n, 0]
  const isCounted = (id: InstrumentId): boolean => {
    const row = market.instruments.row(id)
    const expiresAt = market.instruments.expiresAt.get(row)
    const isGone = gone !== null && expiresAt !== null && expiresAt <= gone
    return market.instruments.currency.get(row) === currency && !isGone
  }
  for (const [id, held] of holdings) {
    if (!isCounted(id)) continue
    const row = market.instruments.row(id)
    const rules = kindRules(market.instruments.kind.get(row))
    const price = market.valuationPrice(row)
    if (rules.isMargined && rules.paid === 'at_once' && price !== null)
      optionsValue += market.termsOf(row).worth(price, held)
    const collateral = rules.requirement(held, market.termsOf(row))
    const required = standardRequirement(market, row, held)
    if (required === null) unpriced += 1
    positionsInitial += collateral + (required?.initial ?? 0n)
    maintenance += collateral + (required?.maintenance ?? 0n)
  }
  for (const exposure of trading.openOrders.of(account)) {
    if (!isCounted(exposure.instrument)) continue
    // What is locked for pairs is no requirement: it is in the figures that this begins with.
    const row = market.instruments.row(exposure.instrument)
    if (!leavesPositions(market.instruments.kind.get(row))) continue
    const held = holdings.get(exposure.instrument) ?? NONE
    const required = ordersRequirement(market, row, held, exposure ?? NO_OPEN_ORDERS)
    if (required === null) unpriced += 1
    ordersInitial += required ?? 0n
  }
  return {
    ...own,
    posted: amount(own.posted + own.optionsValue - optionsValue),
    optionsValue: amount(optionsValue),
    positionsInitial: amount(positionsInitial),
    ordersInitial: amount(ordersInitial),
    maintenance: amount(maintenance),
    unpriced,
  }
}
