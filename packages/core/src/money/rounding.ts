/**
 * Rounding by name. Every division of money in the product goes through `divide`, so that the
 * direction is written where the rule is and nowhere implied.
 */
export type Rounding =
  | 'up' // away from zero
  | 'down' // towards zero
  | 'ceiling' // towards plus infinity
  | 'floor' // towards minus infinity
  | 'half_even' // nearest, ties to the even neighbour
  | 'half_up' // nearest, ties away from zero

/** `numerator / denominator` as a whole number, rounded once as named. The denominator is not zero. */
export function divide(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  const quotient = numerator / denominator
  const remainder = numerator - quotient * denominator
  if (remainder === 0n) return quotient
  const away = numerator < 0n === denominator < 0n ? 1n : -1n
  switch (rounding) {
    case 'down':
      return quotient
    case 'up':
      return quotient + away
    case 'ceiling':
      return away === 1n ? quotient + 1n : quotient
    case 'floor':
      return away === 1n ? quotient : quotient - 1n
    case 'half_even':
    case 'half_up':
      return nearest(quotient, remainder, denominator, away, rounding === 'half_even')
  }
}

function nearest(
  quotient: bigint,
  remainder: bigint,
  denominator: bigint,
  away: bigint,
  tiesToEven: boolean,
): bigint {
  const twice = 2n * (remainder < 0n ? -remainder : remainder)
  const whole = denominator < 0n ? -denominator : denominator
  if (twice !== whole) return twice > whole ? quotient + away : quotient
  return tiesToEven && quotient % 2n === 0n ? quotient : quotient + away
}
