/** What was charged, as the venue's notional. */
import type { Amount, Price } from '@stemma/core'
import type { Listed } from '../instruments.js'

/** What an order is charged by. */
interface Charged {
  readonly side: string
  readonly feeSchedule?: number | null
}

/** A fee that was taken out of the coin that was bought counts for what that coin cost. Without a price nothing was. */
export function commissionShown(
  { scales, units }: Listed,
  fee: Amount,
  { side, feeSchedule = null }: Charged,
  price: Price | null,
): string {
  const coin = units.feeCurrency(feeSchedule, side === 'sell' ? 'sell' : 'buy')
  return scales.notional(price === null ? fee : scales.worth(fee, coin, price))
}
