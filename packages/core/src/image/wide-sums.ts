/**
 * Running sums that are wider than a leaf and cheap to add to: each is three float limbs of weight 1, 2^32 and
 * 2^64. Adding a 64-bit amount is three float additions, exact because a limb is carried before it leaves 53
 * bits. The sum of 2^43 accounts of 2^63 each stays below 2^106; the limbs reach 2^117.
 */
const CARRY_AT = 2 ** 52
/** Above it a sum of all limbs may be beyond 53 bits. The limbs below it add up without rounding. */
const SMALL_UPPER_MAX = 2 ** 19

export class WideSums {
  private low = new Float64Array(0)
  private middle = new Float64Array(0)
  private high = new Float64Array(0)

  grow(capacity: number): void {
    this.low = widened(this.low, capacity)
    this.middle = widened(this.middle, capacity)
    this.high = widened(this.high, capacity)
  }

  /** Adds the parts of one amount (see `SplitAmount`). */
  add(place: number, parts: SplitAmount): void {
    const low = (this.low[place] as number) + parts.low
    const middle = (this.middle[place] as number) + parts.middle
    const high = (this.high[place] as number) + parts.high
    if (Math.abs(low) < CARRY_AT && Math.abs(middle) < CARRY_AT) {
      this.low[place] = low
      this.middle[place] = middle
      this.high[place] = high
      return
    }
    this.put(place, BigInt(low) + (BigInt(middle) << 32n) + (BigInt(high) << 64n))
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

/** An amount cut into limbs once, to be added at many nodes. */
export class SplitAmount {
  low = 0
  middle = 0
  high = 0
  private readonly scratch = new BigInt64Array(1)
  private readonly halves = new Uint32Array(this.scratch.buffer)

  set(value: bigint): this {
    if (BigInt.asIntN(64, value) !== value) {
      this.low = Number(BigInt.asUintN(32, value))
      this.middle = Number(BigInt.asUintN(32, value >> 32n))
      this.high = Number(value >> 64n)
      return this
    }
    this.scratch[0] = value
    this.low = this.halves[0] as number
    // The upper half of a 64-bit amount carries its sign, so it needs no third limb.
    this.middle = (this.halves[1] as number) | 0
    this.high = 0
    return this
  }
}

function widened(values: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const wider = new Float64Array(capacity)
  wider.set(values)
  return wider
}
