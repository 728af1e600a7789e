/**
 * Running sums that are wider than a leaf and cheap to add to: each is three float limbs of weight 1, 2^32 and
 * 2^64. Adding an amount below 2^51 is one float addition, exact because the limb is carried before it leaves 53 bits;
 * a larger one is added to all three. The sum of 2^43 accounts of 2^63 each stays below 2^106; the limbs
 * reach 2^117.
 */
import { widened } from './growth.js'

const CARRY_AT = 2 ** 52
/** Above it a sum of all limbs may be beyond 53 bits. The limbs below it add up without rounding. */
const SMALL_UPPER_MAX = 2 ** 19
const LOW_LIMIT = 2 ** 51

/** Whether a whole number is small enough to be added to the low limb alone; NaN is not. */
export const fitsLow = (amount: number): boolean => amount < LOW_LIMIT && amount > -LOW_LIMIT

export class WideSums {
  private low = new Float64Array(0)
  private middle = new Float64Array(0)
  private high = new Float64Array(0)

  grow(capacity: number): void {
    this.low = widened(this.low, capacity)
    this.middle = widened(this.middle, capacity)
    this.high = widened(this.high, capacity)
  }

  /** All sums are zero again. New room costs nothing until it is written to. */
  clear(): void {
    const room = this.low.length
    this.low = new Float64Array(room)
    this.middle = new Float64Array(room)
    this.high = new Float64Array(room)
  }

  add(place: number, amount: bigint): void {
    const low = Number(amount)
    if (fitsLow(low)) this.addLow(place, low)
    else this.put(place, this.get(place) + amount)
  }

  /** Adds an amount that `fitsLow`. */
  addLow(place: number, amount: number): void {
    const low = (this.low[place] as number) + amount
    if (low < CARRY_AT && low > -CARRY_AT) this.low[place] = low
    else this.put(place, this.get(place) + BigInt(amount))
  }

  /** The sum as a number, exactly; NaN where it is beyond 53 bits. */
  small(place: number): number {
    const upper = (this.high[place] as number) * 2 ** 32 + (this.middle[place] as number)
    if (Math.abs(upper) > SMALL_UPPER_MAX) return Number.NaN
    const sum = upper * 2 ** 32 + (this.low[place] as number)
    return Math.abs(sum) <= Number.MAX_SAFE_INTEGER ? sum : Number.NaN
  }

  get(place: number): bigint {
    const small = this.small(place)
    if (!Number.isNaN(small)) return BigInt(small)
    return (
      BigInt(this.low[place] as number) +
      (BigInt(this.middle[place] as number) << 32n) +
      (BigInt(this.high[place] as number) << 64n)
    )
  }

  put(place: number, value: bigint): void {
    this.low[place] = Number(BigInt.asUintN(32, value))
    this.middle[place] = Number(BigInt.asUintN(32, value >> 32n))
    this.high[place] = Number(value >> 64n)
  }
}
