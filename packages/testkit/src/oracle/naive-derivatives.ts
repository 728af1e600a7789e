/**
 * What traders of derivatives have at the end, found the slow way: no sessions, no positions, no averages but the one that
 * a move without a price goes at. Of every fill it keeps what holding it comes to at its price, of every hour what it costs
 * to hold a perpetual; at delivery, or at the last price, all of it is added up. Counted in 10^-30 of the currency, so that
 * its own rounding is far below one unit of the engine.
 */
export type NaiveStyle = 'linear' | 'inverse'
export const NAIVE_KINDS = ['perpetual', 'future', 'call', 'put'] as const
export type NaiveKind = (typeof NAIVE_KINDS)[number]

const DIGITS = 10n ** 30n
const FUNDING_PERIOD_MICROSECONDS = 8n * 3_600_000_000n
/** Prices and rates count 10^-18, quantities of linear contracts 10^-4 of a coin, of options 10^-1. */
const ONE = 10n ** 18n
const LINEAR_UNITS = 10_000n
const OPTION_UNITS = 10n

export interface NaiveTerms {
  readonly damper: bigint
  readonly cap: bigint
  readonly takerRate: bigint
  /** Of both options. */
  readonly strike: bigint
}

interface Holding {
  held: bigint
  /** What the open part was worth when it was opened. */
  cost: bigint
}

const sizeOf = (value: bigint): bigint => (value < 0n ? -value : value)

export class NaiveDerivatives {
  private readonly holdings: Readonly<Record<NaiveKind, Holding[]>>
  private readonly gained: bigint[]

  constructor(
    private readonly style: NaiveStyle,
    traders: number,
    private readonly terms: NaiveTerms,
  ) {
    const none = (): Holding[] => Array.from({ length: traders }, () => ({ held: 0n, cost: 0n }))
    this.holdings = { perpetual: none(), future: none(), call: none(), put: none() }
    this.gained = Array.from({ length: traders }, () => 0n)
  }

  held(kind: NaiveKind, trader: number): bigint {
    return this.of(kind, trader).held
  }

  /** The buyer takes, and pays its fee. */
  fill(kind: NaiveKind, buyer: number, seller: number, quantity: bigint, price: bigint): void {
    const worth = this.worth(kind, quantity, price)
    this.gain(buyer, -(sizeOf(worth) * this.terms.takerRate) / ONE)
    this.handOver(kind, seller, buyer, quantity, worth)
  }

  /** A part of what `from` holds goes to `to`: at a price, or at what it was opened at. */
  move(kind: NaiveKind, from: number, to: number, quantity: bigint, price: bigint | null): void {
    const { held, cost } = this.of(kind, from)
    const signed = held > 0n ? quantity : -quantity
    const worth = price === null ? (cost * quantity) / sizeOf(held) : this.worth(kind, signed, price)
    this.handOver(kind, from, to, signed, worth)
  }

  /** Time passes at a mark and an index. */
  pass(microseconds: number, mark: bigint, index: bigint): void {
    const rate = this.rate(mark, index)
    this.holdings.perpetual.forEach(({ held }, trader) => {
      const worth = this.worth('perpetual', held, index)
      const paid = this.style === 'linear' ? worth : -worth
      this.gain(trader, -(paid * rate * BigInt(microseconds)) / (ONE * FUNDING_PERIOD_MICROSECONDS))
    })
  }

  /** All of a kind ends at a price; of an option at what it pays there. */
  end(kind: NaiveKind, price: bigint): void {
    for (const [trader, holding] of this.holdings[kind].entries()) {
      this.gain(trader, this.worth(kind, holding.held, this.payoff(kind, price)))
      holding.held = 0n
      holding.cost = 0n
    }
  }

  /** What each has gained or lost, in units of 10^-scale. */
  results(scale: number): readonly bigint[] {
    return this.gained.map((gained) => gained / (DIGITS / 10n ** BigInt(scale)))
  }

  /** A signed quantity that is worth so much leaves one and comes to another. */
  private handOver(kind: NaiveKind, from: number, to: number, quantity: bigint, worth: bigint): void {
    this.gain(from, worth)
    this.gain(to, -worth)
    this.change(kind, from, -quantity, -worth)
    this.change(kind, to, quantity, worth)
  }

  /** What closes takes its part of the cost along. */
  private change(kind: NaiveKind, trader: number, quantity: bigint, worth: bigint): void {
    const holding = this.of(kind, trader)
    const isClosing = holding.held !== 0n && holding.held > 0n !== quantity > 0n
    const smaller = sizeOf(holding.held) < sizeOf(quantity) ? sizeOf(holding.held) : sizeOf(quantity)
    const closed = isClosing ? smaller : 0n
    const left = closed === 0n ? 0n : (holding.cost * closed) / sizeOf(holding.held)
    const opened = (worth * (sizeOf(quantity) - closed)) / sizeOf(quantity)
    holding.cost += opened - left
    holding.held += quantity
  }

  private of(kind: NaiveKind, trader: number): Holding {
    const holding = this.holdings[kind][trader]
    if (holding === undefined) throw new Error(`expected a trader, was ${trader}`)
    return holding
  }

  private gain(trader: number, amount: bigint): void {
    this.gained[trader] = (this.gained[trader] ?? 0n) + amount
  }

  private worth(kind: NaiveKind, quantity: bigint, price: bigint): bigint {
    if (kind === 'call' || kind === 'put') return (quantity * price * DIGITS) / (OPTION_UNITS * ONE)
    return this.style === 'linear'
      ? (quantity * price * DIGITS) / (LINEAR_UNITS * ONE)
      : -(quantity * ONE * DIGITS) / price
  }

  /** What one unit pays: of an option what it is in the money, of an inverse one in coin. */
  private payoff(kind: NaiveKind, price: bigint): bigint {
    if (kind === 'perpetual' || kind === 'future') return price
    const gain = kind === 'call' ? price - this.terms.strike : this.terms.strike - price
    if (gain <= 0n) return 0n
    return this.style === 'linear' ? gain : (gain * ONE) / price
  }

  private rate(mark: bigint, index: bigint): bigint {
    const { damper, cap } = this.terms
    const premium = ((mark - index) * ONE) / index
    const beyond = premium > damper ? premium - damper : premium < -damper ? premium + damper : 0n
    return beyond > cap ? cap : beyond < -cap ? -cap : beyond
  }
}
