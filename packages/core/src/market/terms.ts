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
  negate,
  ONE,
  PRICE_SCALE,
  type Price,
  powerOfTen,
  type Quantity,
  type Rounding,
  ZERO,
} from '../money/index.js'

export class Terms {
  /**
   * amount = price × quantity × numerator / denominator, in units of the currency's scale; of an inverse contract
   * quantity / price × numerator / denominator.
   */
  private readonly numerator: bigint
  private readonly denominator: bigint

  constructor(
    readonly tick: Price,
    readonly quantityScale: number,
    readonly multiplier: Price,
    currency: Parameters<typeof currencyOf>[0],
    readonly isInverse: boolean,
  ) {
    const scale = currencyOf(currency).scale
    const top = multiplier * powerOfTen(scale)
    const bottom = powerOfTen((isInverse ? 0 : 2 * PRICE_SCALE) + quantityScale)
    const shared = greatestCommonDivisor(top, bottom)
    this.numerator = top / shared
    this.denominator = bottom / shared
  }

  /** What `quantity` is worth at `price`. The sides of a trade round alike, so nothing is lost between them. */
  notional(price: Price, quantity: Quantity, rounding: Rounding = 'half_even'): Amount {
    if (this.isInverse) return this.inverse(price, quantity, rounding)
    return amount(divide(price * quantity * this.numerator, this.denominator, rounding))
  }

  /**
   * What holding `quantity` comes to at `price`: the later worth less the earlier one is what was gained. A long of an
   * inverse contract is a debt in the coin that shrinks as the price rises.
   */
  worth(price: Price, quantity: Quantity): Amount {
    const notional = this.notional(price, quantity)
    return this.isInverse ? negate(notional) : notional
  }

  /**
   * The coin that a quantity stands for, in 10^-18: of an inverse contract what its dollars buy at the price, of every
   * other the quantity itself. Nothing of an inverse one at no price.
   */
  coin(price: Price, quantity: Quantity, rounding: Rounding): bigint {
    const size = quantity * this.multiplier
    const scale = powerOfTen(this.quantityScale)
    if (!this.isInverse) return divide(size, scale, rounding)
    return price === 0n ? 0n : divide(size * ONE, scale * price, rounding)
  }

  /** What one count of a quantity is worth at a price, where that is a whole count of the currency; else null. */
  worthOfOne(price: Price): bigint | null {
    if (this.isInverse) return null
    const worth = price * this.numerator
    return worth % this.denominator === 0n ? worth / this.denominator : null
  }

  /** The quantity that an amount buys at a price, rounded down; the price is above zero. */
  quantityFor(money: Amount, price: Price): Quantity {
    const quantity = this.isInverse
      ? divide(money * this.denominator * price, this.numerator, 'floor')
      : divide(money * this.denominator, price * this.numerator, 'floor')
    return quantity as Quantity
  }

  /** Nothing yet where there is no price. */
  private inverse(price: Price, quantity: Quantity, rounding: Rounding): Amount {
    if (price === 0n) return ZERO
    return amount(divide(quantity * this.numerator, price * this.denominator, rounding))
  }

  /** What a unit cost on average, half-even to the precision of prices; null where there is none. */
  average(cost: Amount, quantity: Quantity): Price | null {
    if (quantity === 0n || (this.isInverse && cost === 0n)) return null
    if (this.isInverse) {
      const [size, paid] = [quantity, cost].map((each) => (each < 0n ? -each : each)) as [bigint, bigint]
      return divide(size * this.numerator, paid * this.denominator, 'half_even') as Price
    }
    return divide(cost * this.denominator, quantity * this.numerator, 'half_even') as Price
  }

  /** The average, or the price on a tick nearest to it where that costs just as much: costs are rounded, prices were not. */
  averageOnTick(cost: Amount, quantity: Quantity): Price | null {
    const average = this.average(cost, quantity)
    if (average === null) return null
    const onTick = (((average + this.tick / 2n) / this.tick) * this.tick) as Price
    const [size, paid] = [quantity, cost].map((each) => (each < 0n ? -each : each)) as [Quantity, Amount]
    return this.notional(onTick, size) === paid ? onTick : average
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
