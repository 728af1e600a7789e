/**
 * What a quantity of a derivative requires under standard margin: each instrument alone, nothing offsets anything
 * (rules/margin section 17). Futures and perpetuals: a rate that grows with the size in the base coin, on the worth of
 * the position; inverse at the mark, linear at the index. Options: nothing for a long, which is paid for; a short at a
 * rate on the price of what it follows, less what it is out of the money, and its own price. Rounded up, once, to output
 * precision.
 */

import type { Row } from '../../image/index.js'
import type { MarginRates } from '../../market/index.js'
import { isDerivative, type Market } from '../../market/index.js'
import {
  type Amount,
  amount,
  currencyOf,
  divide,
  magnitude,
  NONE,
  ONE,
  type Price,
  powerOfTen,
  type Quantity,
  toOutputPrecision,
  ZERO,
} from '../../money/index.js'

export interface Requirement {
  readonly initial: Amount
  readonly maintenance: Amount
}

const NOTHING: Requirement = { initial: ZERO, maintenance: ZERO }

/** Null where a price is missing that it follows from. */
export function standardRequirement(market: Market, instrument: Row, quantity: Quantity): Requirement | null {
  const { instruments } = market
  const rates = instruments.marginRates.get(instrument)
  if (quantity === NONE || !isDerivative(instruments.kind.get(instrument)) || rates === null) return NOTHING
  if (instruments.kind.get(instrument) === 'option')
    return quantity > 0n ? NOTHING : ofShortOption(market, instrument, magnitude(quantity), rates)
  const mark = market.valuationPrice(instrument)
  const index = market.indexPrice(instrument)
  const price = market.termsOf(instrument).isInverse ? (mark ?? index) : (index ?? mark)
  if (price === null) return null
  const of = (base: bigint, perUnit: bigint): Amount =>
    ofFuture(market, instrument, { price, quantity: magnitude(quantity), base, perUnit })
  return {
    initial: of(rates.initial, rates.initialPerUnit),
    maintenance: of(rates.maintenance, rates.maintenancePerUnit),
  }
}

/** worth × (base rate + rate per unit × size in the base coin), exactly, then rounded up. */
function ofFuture(
  market: Market,
  instrument: Row,
  {
    price,
    quantity,
    base,
    perUnit,
  }: { readonly price: Price; readonly quantity: Quantity; readonly base: bigint; readonly perUnit: bigint },
): Amount {
  const terms = market.termsOf(instrument)
  const currency = currencyOf(market.instruments.currency.get(instrument))
  // The size as a fraction: of an inverse contract its worth in coin, of a linear one quantity × multiplier.
  const [size, units] = terms.isInverse
    ? [quantity * terms.multiplier, price * powerOfTen(terms.quantityScale)]
    : [quantity * terms.multiplier, ONE * powerOfTen(terms.quantityScale)]
  const rate = base * units + perUnit * size
  const worth = terms.isInverse ? size : size * price
  const worthUnits = terms.isInverse ? units : units * ONE
  const whole = worth * rate * powerOfTen(currency.precision)
  const rounded = divide(whole, worthUnits * units * ONE, 'up')
  return amount(rounded * powerOfTen(currency.scale - currency.precision))
}

/** For one coin, in coin (deribit section 13.5); of a linear option times the price of what it follows. */
function ofShortOption(
  market: Market,
  instrument: Row,
  size: Quantity,
  rates: MarginRates,
): Requirement | null {
  const derivative = market.instruments.derivative.get(instrument)
  const mark = market.valuationPrice(instrument)
  const underlying = market.indexPrice(instrument)
  if (derivative === null || derivative.option === null || mark === null || underlying === null) return null
  const { type, strike } = derivative.option
  const isInverse = derivative.style === 'inverse'
  const away = type === 'call' ? strike - underlying : underlying - strike
  const outOfMoney = away > 0n ? divide(away * ONE, underlying, 'down') : 0n
  const inCoin = isInverse ? mark : divide(mark * ONE, underlying, 'up')
  const reduced = rates.initial - outOfMoney
  const short = (reduced > rates.optionFloor ? reduced : rates.optionFloor) + inCoin
  const maintenance = inCoin + maintenanceRate(type, rates, inCoin)
  const initial = type === 'put' && maintenance > short ? maintenance : short
  const currency = currencyOf(market.instruments.currency.get(instrument))
  const of = (coin: bigint): Amount => {
    const each = isInverse ? coin : divide(coin * underlying, ONE, 'up')
    return toOutputPrecision(market.termsOf(instrument).notional(each as Price, size, 'up'), currency, 'up')
  }
  return { initial: of(initial), maintenance: of(maintenance) }
}

/** Of a put it grows with its price, where that is more than a coin. */
function maintenanceRate(type: 'call' | 'put', { maintenance }: MarginRates, inCoin: bigint): bigint {
  const grown = divide(maintenance * inCoin, ONE, 'up')
  return type === 'put' && grown > maintenance ? grown : maintenance
}
