/** A sum of worths in one currency: in numbers while they are exact, carried into whole counts before they are not. */
import { amount, type CurrencyCode } from '../money/index.js'

const EXACT_MAX = 2 ** 53

export class Tally {
  unpriced = 0
  private long = 0
  private short = 0
  private longCarried = 0n
  private shortCarried = 0n

  constructor(readonly currency: CurrencyCode) {}

  /** Whole numbers below 2^53, either way. */
  add(long: number, short: number): void {
    if (Math.abs(this.long + long) >= EXACT_MAX || Math.abs(this.short + short) >= EXACT_MAX) this.carry()
    this.long += long
    this.short += short
  }

  addExact(long: bigint, short: bigint): void {
    this.longCarried += long
    this.shortCarried += short
  }

  told() {
    this.carry()
    return {
      currency: this.currency,
      long: amount(this.longCarried),
      short: amount(this.shortCarried),
      unpriced: this.unpriced,
    }
  }

  private carry(): void {
    this.longCarried += BigInt(this.long)
    this.shortCarried += BigInt(this.short)
    this.long = 0
    this.short = 0
  }
}
