/**
 * The price of an auction, found by trying every tick there is: most changes hands, then least is left over, then it is
 * nearest to the reference, then it is the lower.
 */
import { type NaiveOrder, openOf } from './naive-order.js'

/** Null where no bid reaches an offer. */
export function naiveAuctionPrice(
  book: readonly NaiveOrder[],
  reference: number | null,
  { low, high }: { readonly low: number; readonly high: number },
): number | null {
  const willing = (side: 'buy' | 'sell', price: number): number =>
    book
      .filter((each) => each.side === side && each.price !== null)
      .filter((each) => (side === 'buy' ? (each.price as number) >= price : (each.price as number) <= price))
      .reduce((sum, each) => sum + openOf(each), 0)
  const candidates: { readonly price: number; readonly rank: readonly number[] }[] = []
  for (let price = low; price <= high; price += 1) {
    const [demand, supply] = [willing('buy', price), willing('sell', price)]
    const volume = Math.min(demand, supply)
    const distance = reference === null ? 0 : Math.abs(price - reference)
    if (volume > 0) candidates.push({ price, rank: [-volume, Math.abs(demand - supply), distance, price] })
  }
  candidates.sort((left, right) => compare(left.rank, right.rank))
  return candidates[0]?.price ?? null
}

function compare(left: readonly number[], right: readonly number[]): number {
  for (const [place, value] of left.entries()) {
    const difference = value - (right[place] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
