/** Numbers of the wire: JSON numbers in any form, or text, become exact decimals; amounts and prices become JSON numbers. */
import {
  type Amount,
  type CurrencyCode,
  currencyOf,
  formatDecimal,
  PRICE_SCALE,
  type Price,
  type Quantity,
  type Rate,
} from '@stemma/core'

const NUMBER = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/

/** The same number written out without an exponent; null where it is none. */
export function plainDecimal(value: unknown): string | null {
  if (typeof value === 'number' && !Number.isFinite(value)) return null
  const match = NUMBER.exec(String(value))
  if (match === null || (typeof value !== 'number' && typeof value !== 'string')) return null
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  const digits = whole + fraction
  const point = whole.length + Number(exponent)
  const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0')
  const at = Math.max(1, point)
  const rest = padded.slice(at).replace(/0+$/, '')
  const integer = padded.slice(0, at).replace(/^0+(?=\d)/, '')
  return `${sign === '-' ? '-' : ''}${integer}${rest === '' ? '' : `.${rest}`}`
}

const shown = (count: bigint, scale: number): number => Number(formatDecimal(count, scale))

export const amountShown = (amount: Amount, currency: CurrencyCode): number =>
  shown(amount, currencyOf(currency).scale)
export const priceShown = (price: Price | Rate): number => shown(price, PRICE_SCALE)
export const quantityShown = (quantity: Quantity, scale: number): number => shown(quantity, scale)
/** As the venue shows what has no price yet. */
export const priceOr = <T>(price: Price | null, otherwise: T): number | T =>
  price === null ? otherwise : priceShown(price)
