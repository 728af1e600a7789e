/**
 * The terms of an instrument as arithmetic: prices in ticks, and what a price and a quantity are worth in money. Made
 * once for an instrument and kept beside its row; where a fill is worth a whole count of the currency, no division is
 * left.
 */
import {
  type Amount,
  amount,
  currencyOf,
  divide,
  PRICE_SCALE,
  type Price,
  powerOfTen,
  type Quantity,
  type Rounding,
} from '../money/index.js'

export class Terms {
  /** amount = price × quantity × numerator / denominator, in units of the currency's scale. */
  private readonly numerator: bigint
  private readonly denominator: bigint

  constructor(
    readonly tick: Price,
    readonly quantityScale: number,
    readonly multiplier: Price,
    currency: Parameters<typeof currencyOf>[0],
  ) {
    const scale = currencyOf(currency).scale
    const top = multiplier * powerOfTen(scale)
    const bottom = powerOfTen(2 * PRICE_SCALE + quantityScale)
    const shared = greatestCommonDivisor(top, bottom)
    this.numerator = top / shared
    this.denominator = bottom / shared
  }

  /** What `quantity` is worth at `price`. The sides of a trade round alike, so nothing is lost between them. */
  notional(price: Price, quantity: Quantity, rounding: Rounding = 'half_even'): Amount {
    return amount(divide(price * quantity * this.numerator, this.denominator, rounding))
  }

  /** What one count of a quantity is worth at a price, where that is a whole count of the currency; else null. */
  worthOfOne(price: Price): bigint | null {
    const worth = price * this.numerator
    return worth % this.denominator === 0n ? worth / this.denominator : null
  }

  /** The quantity that an amount buys at a price, rounded down; the price is above zero. */
  quantityFor(money: Amount, price: Price): Quantity {
    return divide(money * this.denominator, price * this.numerator, 'floor') as Quantity
  }

  /** What a unit cost on average, half-even to the precision of prices; null where there is none. */
  average(cost: Amount, quantity: Quantity): Price | null {
    if (quantity === 0n) return null
    return divide(cost * this.denominator, quantity * this.numerator, 'half_even') as Price
  }

  isOnTick(price: Price): boolean {
    return price % this.tick === 0n
  }

  /** The price in ticks: whole, and within 53 bits by the limit on prices. */
  ticksOf(price: Price): number {
    return Number(price / this.tick)
  }
}

function greatestCommonDivisor(left: bigint, right: bigint): bigint {
  let [larger, smaller] = [left, right]
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller]
  return larger
}
