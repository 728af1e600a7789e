/**
 * Prices and quantities as the venue's scaled int64 (section 4.5): a price is dollars × priceScale, a quantity is
 * contracts × fractionalQtyScale, and notional, cost, results and commissions are dollars × both. The scales follow from
 * the instrument: the digits of its tick, and those of its quantities.
 */
import {
  type Amount,
  amount,
  type CurrencyCode,
  currencyOf,
  divide,
  formatPrice,
  ONE,
  PRICE_SCALE,
  type Price,
  powerOfTen,
  type Quantity,
} from '@stemma/core'

export interface ScaledBy {
  readonly tick: Price
  readonly quantityScale: number
  readonly multiplier: Price
  readonly currency: CurrencyCode
}

export class Scales {
  readonly priceDigits: number
  readonly priceScale: bigint
  readonly quantityScale: bigint
  /** Units of the currency in one dollar. */
  private readonly unit: bigint

  constructor(private readonly of: ScaledBy) {
    this.priceDigits = formatPrice(of.tick).split('.')[1]?.length ?? 0
    this.priceScale = powerOfTen(this.priceDigits)
    this.quantityScale = powerOfTen(of.quantityScale)
    this.unit = powerOfTen(currencyOf(of.currency).scale)
  }

  /** Prices of orders and trades are on the tick; an average is rounded half-even. */
  price(price: Price): string {
    return String(divide(price, powerOfTen(PRICE_SCALE - this.priceDigits), 'half_even'))
  }

  priceMeant(count: bigint): Price {
    return (count * powerOfTen(PRICE_SCALE - this.priceDigits)) as Price
  }

  /** Half-even where the price scale cannot say all of it. */
  notional(money: Amount): string {
    return String(divide(money * this.priceScale * this.quantityScale, this.unit, 'half_even'))
  }

  /** What is counted in another coin is worth what that much of it costs. */
  worth(money: Amount, coin: CurrencyCode, price: Price): Amount {
    if (coin === this.of.currency) return money
    const unit = powerOfTen(currencyOf(coin).scale)
    return amount(divide(money * price * this.unit, unit * ONE, 'half_even'))
  }

  /** Cash of an order: dollars × priceScale. */
  cash(money: Amount): string {
    return String(divide(money * this.priceScale, this.unit, 'half_even'))
  }

  cashMeant(count: bigint): Amount {
    return amount(divide(count * this.unit, this.priceScale, 'half_even'))
  }

  /** What `filled` cost each, by the multiplier of the instrument; nothing filled has no average. */
  average(cost: Amount, filled: Quantity): string {
    if (filled === 0n) return '0'
    const worth = cost * this.priceScale * this.quantityScale * ONE
    return String(divide(worth, this.unit * filled * this.of.multiplier, 'half_even'))
  }
}
