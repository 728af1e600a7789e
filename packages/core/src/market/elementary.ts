/**
 * Exponential, logarithm, square root and normal distribution out of the four operations alone, which IEEE 754 rounds
 * alike everywhere. Those of `Math` may differ in the last place from one machine to the next, and with them a price that
 * an order gets.
 */

// In two parts, so that a whole multiple of the first is exact (fdlibm, e_exp.c).
const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10
const ROOT_OF_TWO_PI = 2.5066282746310002
/** Below it the exponential is less than the least number that there is. */
const EXPONENT_MIN = -746
/** Beyond it the distribution is nothing, or all. */
const DEVIATIONS_MAX = 37

function powerOfTwo(exponent: number): number {
  let [power, base] = [1, exponent < 0 ? 0.5 : 2]
  for (let left = Math.abs(exponent); left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) power *= base
    base *= base
  }
  return power
}

/** e^x: 2^n × e^r with r of at most half a ln 2, and of that the series. */
export function exponential(x: number): number {
  if (x < EXPONENT_MIN) return 0
  const twos = Math.round(x / (LN2_HIGH + LN2_LOW))
  const rest = x - twos * LN2_HIGH - twos * LN2_LOW
  let sum = 1
  for (let place = 15; place > 0; place -= 1) sum = 1 + (rest / place) * sum
  return sum * powerOfTwo(twos)
}

/** Of what is above zero: n ln 2 + ln m with m around one, and that by 2 artanh((m − 1) / (m + 1)). */
export function logarithm(x: number): number {
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) throw new Error(`expected a number above zero, was ${x}`)
  let [twos, rest] = [0, x]
  for (; rest > Math.SQRT2; rest /= 2) twos += 1
  for (; rest < Math.SQRT1_2; rest *= 2) twos -= 1
  const part = (rest - 1) / (rest + 1)
  const square = part * part
  let sum = 0
  for (let place = 25; place > 0; place -= 2) sum = 1 / place + square * sum
  return twos * LN2_HIGH + (2 * part * sum + twos * LN2_LOW)
}

/** Of what is not below zero, by Newton: from above, until it falls no more. */
export function squareRoot(x: number): number {
  if (x === 0) return 0
  let root = (x + 1) / 2
  for (let next = (root + x / root) / 2; next < root; next = (root + x / root) / 2) root = next
  return root
}

export const normalDensity = (x: number): number => exponential((-x * x) / 2) / ROOT_OF_TWO_PI

// J. F. Hart, "Computer Approximations", 1968, algorithm 5666, as in G. West, "Better approximations to cumulative normal
// functions", Wilmott magazine, 2005: to 15 places.
const ABOVE = [
  220.206867912376, 221.213596169931, 112.079291497871, 33.912866078383, 6.37396220353165, 0.700383064443688,
  3.52624965998911e-2,
]
const BELOW = [
  440.413735824752, 793.826512519948, 637.333633378831, 296.564248779674, 86.7807322029461, 16.064177579207,
  1.75566716318264, 8.83883476483184e-2,
]
const FAR = 7.07106781186547

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduceRight((sum, each) => sum * x + each, 0)

/** How likely it is that a normal variable is at most `x`. */
export function normalDistribution(x: number): number {
  const distance = Math.abs(x)
  const tail = distance > DEVIATIONS_MAX ? 0 : tailOf(distance)
  return x > 0 ? 1 - tail : tail
}

function tailOf(x: number): number {
  const height = exponential((-x * x) / 2)
  if (x < FAR) return (height * polynomial(ABOVE, x)) / polynomial(BELOW, x)
  const fraction = x + 1 / (x + 2 / (x + 3 / (x + 4 / (x + 0.65))))
  return height / fraction / ROOT_OF_TWO_PI
}
