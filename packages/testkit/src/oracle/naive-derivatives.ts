/**
 * What traders of one perpetual have at the end, found the slow way: no sessions, no positions, no averages. Of every fill
 * it keeps what holding it comes to at its price, of every hour what it costs to hold; at the last price all of it is
 * added up. Counted in 10^-30 of the currency, so that its own rounding is far below one unit of the engine.
 */
export type NaiveStyle = 'linear' | 'inverse'

const DIGITS = 10n ** 30n
const FUNDING_PERIOD_MICROSECONDS = 8n * 3_600_000_000n
/** Prices are whole dollars, rates count 10^-18, and the quantities of a linear contract 10^-4 of a coin. */
const RATE = 10n ** 18n
const LINEAR_UNITS = 10_000n

export class NaiveDerivatives {
  private readonly held: bigint[]
  private readonly gained: bigint[]

  constructor(
    private readonly style: NaiveStyle,
    traders: number,
    private readonly terms: { readonly damper: bigint; readonly cap: bigint; readonly takerRate: bigint },
  ) {
    this.held = Array.from({ length: traders }, () => 0n)
    this.gained = Array.from({ length: traders }, () => 0n)
  }

  /** The buyer takes, and pays its fee. */
  fill(buyer: number, seller: number, quantity: bigint, price: bigint): void {
    const worth = this.worth(quantity, price)
    const size = worth < 0n ? -worth : worth
    this.gained[buyer] = (this.gained[buyer] as bigint) - (size * this.terms.takerRate) / RATE
    for (const [trader, sign] of [
      [buyer, 1n],
      [seller, -1n],
    ] as const) {
      this.held[trader] = (this.held[trader] as bigint) + sign * quantity
      this.gained[trader] = (this.gained[trader] as bigint) - sign * worth
    }
  }

  /** Time passes at a mark and an index. */
  pass(microseconds: number, mark: bigint, index: bigint): void {
    const rate = this.rate(mark, index)
    this.held.forEach((quantity, trader) => {
      const worth = this.style === 'linear' ? this.worth(quantity, index) : -this.worth(quantity, index)
      const paid = (worth * rate * BigInt(microseconds)) / (RATE * FUNDING_PERIOD_MICROSECONDS)
      this.gained[trader] = (this.gained[trader] as bigint) - paid
    })
  }

  /** What each has gained or lost where everything is closed at `price`, in units of 10^-scale. */
  results(price: bigint, scale: number): readonly bigint[] {
    const unit = DIGITS / 10n ** BigInt(scale)
    return this.held.map(
      (quantity, trader) => ((this.gained[trader] as bigint) + this.worth(quantity, price)) / unit,
    )
  }

  private worth(quantity: bigint, price: bigint): bigint {
    return this.style === 'linear' ? (quantity * price * DIGITS) / LINEAR_UNITS : -(quantity * DIGITS) / price
  }

  private rate(mark: bigint, index: bigint): bigint {
    const { damper, cap } = this.terms
    const premium = ((mark - index) * RATE) / index
    const beyond = premium > damper ? premium - damper : premium < -damper ? premium + damper : 0n
    return beyond > cap ? cap : beyond < -cap ? -cap : beyond
  }
}
