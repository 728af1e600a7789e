/**
 * Decimal text to scaled whole numbers and back. Plain notation only: an optional minus, digits, an
 * optional point and digits. More digits than the scale are refused, never rounded away.
 */
export type DecimalFault = 'not_a_decimal' | 'too_many_digits' | 'too_long'

/** No amount, price or quantity of any currency needs more; it bounds the work of parsing a hostile number. */
export const DECIMAL_LENGTH_MAX = 64

const PLAIN_DECIMAL = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?$/

/** The count of 10^-scale that `text` names, or why it names none. */
export function parseDecimal(text: string, scale: number): bigint | DecimalFault {
  if (text.length > DECIMAL_LENGTH_MAX) return 'too_long'
  const match = PLAIN_DECIMAL.exec(text)
  if (match === null) return 'not_a_decimal'
  const fraction = match[3] ?? ''
  if (fraction.length > scale) return 'too_many_digits'
  const magnitude = BigInt(match[2] + fraction.padEnd(scale, '0'))
  return match[1] === '-' ? -magnitude : magnitude
}

/** `value` × 10^-scale as plain text with at least `digitsMin` digits after the point; no digit is dropped. */
export function formatDecimal(value: bigint, scale: number, digitsMin = 0): string {
  const sign = value < 0n ? '-' : ''
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  let fraction = scale === 0 ? '' : digits.slice(digits.length - scale)
  let end = fraction.length
  while (end > digitsMin && fraction.charCodeAt(end - 1) === 48) end -= 1
  fraction = fraction.slice(0, end).padEnd(digitsMin, '0')
  return fraction === '' ? sign + whole : `${sign}${whole}.${fraction}`
}

/** 10^exponent, exactly. */
export function powerOfTen(exponent: number): bigint {
  const known = POWERS[exponent]
  return known ?? 10n ** BigInt(exponent)
}

const POWERS: readonly bigint[] = Array.from({ length: 40 }, (_, exponent) => 10n ** BigInt(exponent))
