/**
 * What the positions of an account are worth and brought, by currency, at the valuation prices of this moment. A future
 * or perpetual is worth what it has gained or lost since it was last settled.
 */
import type { AccountId } from '../hierarchy/index.js'
import { NO_ROW } from '../image/index.js'
import { type CurrencyCode, NONE } from '../money/index.js'
import { pendingOf, type TradingContext, variationAt } from '../trading/index.js'

export interface Worth {
  /** Of what is long less what is short; what has no price is not in it. */
  value: bigint
  /** Realized and unrealized, less fees; what has no price counts at its cost. */
  result: bigint
  unpriced: number
}

/** Every currency that the account ever had a position in. */
export function worthByCurrency(
  context: Pick<TradingContext, 'trading' | 'market' | 'now'>,
  account: AccountId,
): Map<CurrencyCode, Worth> {
  const { trading, market } = context
  const { positions, positionsOf } = trading
  const sums = new Map<CurrencyCode, Worth>()
  for (let row = positionsOf.head(account); row !== NO_ROW; row = positionsOf.after(row)) {
    const instrument = market.instruments.row(positions.instrument.get(row))
    const currency = market.instruments.currency.get(instrument)
    let sum = sums.get(currency)
    if (sum === undefined) {
      sum = { value: 0n, result: 0n, unpriced: 0 }
      sums.set(currency, sum)
    }
    sum.result += positions.realized.get(row) - positions.fees.get(row) - positions.carried.get(row)
    const quantity = positions.quantity.get(row)
    const price = market.valuationPrice(instrument)
    const variation = variationAt(context, row, price)
    if (variation !== null) {
      sum.value += pendingOf(variation)
      sum.result +=
        variation.funding + trading.variations.fundingPaid.get(trading.variations.row(positions.id(row)))
    }
    if (quantity === NONE) continue
    if (price === null) {
      sum.unpriced += 1
      continue
    }
    const worth = market.termsOf(instrument).worth(price, quantity)
    if (variation === null) sum.value += worth
    sum.result += worth - positions.cost.get(row)
  }
  return sums
}
