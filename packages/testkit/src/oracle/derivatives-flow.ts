/** Random trading of derivatives, driven beside the slow reckoning of what each trader has. */
import { DAY, MINUTE, SECOND } from '@stemma/core'
import { DerivativesMarket, DOLLARS, EXPIRY, FUNDING, FUNDS, ONE, TAKER_RATE } from './derivatives-market.js'
import { NAIVE_KINDS, NaiveDerivatives, type NaiveKind, type NaiveStyle } from './naive-derivatives.js'

const TRADERS = 3
const SCALES = { linear: 8, inverse: 10 } as const

export type DerivativesStep =
  | {
      readonly kind: 'trade'
      readonly instrument: number
      readonly buyer: number
      readonly seller: number
      readonly lots: number
    }
  | {
      readonly kind: 'move'
      readonly instrument: number
      readonly from: number
      readonly to: number
      /** Of a hundred parts of what is held. */
      readonly parts: number
      readonly isAtEntry: boolean
    }
  | { readonly kind: 'price'; readonly mark: number; readonly index: number; readonly premium: number }
  | { readonly kind: 'wait'; readonly minutes: number }

export class DerivativesFlow {
  private readonly market: DerivativesMarket
  private readonly naive: NaiveDerivatives
  private fundedAt: number
  private mark = DOLLARS * ONE
  private index = DOLLARS * ONE
  /** In ten-thousandths of a coin, and so many tens of dollars. */
  private premium = 500n
  private isDelivered = false
  /** Every time that a position was touched: each may round once for its worth and once for its funding. */
  private touches = 0
  moves = 0

  constructor(private readonly style: NaiveStyle) {
    this.market = new DerivativesMarket(style, TRADERS)
    const terms = { ...FUNDING, takerRate: TAKER_RATE, strike: DOLLARS * ONE }
    this.naive = new NaiveDerivatives(style, TRADERS, terms)
    this.fundedAt = this.market.now
    this.publish()
  }

  get engine() {
    return this.market.engine
  }

  carryOut(step: DerivativesStep): void {
    switch (step.kind) {
      case 'trade':
        this.trade(kindOf(step.instrument), step.buyer % TRADERS, step.seller % TRADERS, BigInt(step.lots))
        return
      case 'move':
        this.move(step)
        return
      case 'price':
        this.passFunding()
        this.mark = (DOLLARS + BigInt(step.mark)) * ONE
        this.index = (DOLLARS + BigInt(step.index)) * ONE
        this.premium = BigInt(step.premium)
        this.publish()
        return
      case 'wait':
        this.wait(step.minutes)
    }
  }

  /** Settles all of it. What every trader gained here and by the slow reckoning, and what is left with the house. */
  end(): {
    readonly results: readonly bigint[]
    readonly expected: readonly bigint[]
    readonly left: bigint
    readonly fees: bigint
    readonly touches: number
  } {
    const { market, naive } = this
    this.passFunding()
    market.done('instruments.settle', { instrument: market.instruments.perpetual, price: this.mark })
    naive.end('perpetual', this.mark)
    market.tick(SECOND)
    this.wait(Math.max(1, Math.ceil((EXPIRY - market.now) / MINUTE) + 1))
    const { ledger } = this.engine.rooms
    const posted = (account: number): bigint =>
      ledger.posted(ledger.find(account as never, market.currency as never))
    return {
      results: market.accounts.map((account) => posted(account) - FUNDS),
      expected: naive.results(SCALES[this.style]),
      left: posted(market.rounding),
      fees: posted(market.fees),
      touches: this.touches + TRADERS * NAIVE_KINDS.length,
    }
  }

  private trade(kind: NaiveKind, buyer: number, seller: number, lots: bigint): void {
    if (buyer === seller || this.isOver(kind)) return
    this.passFunding()
    const isInverseFuture = this.style === 'inverse' && !isOption(kind)
    const quantity = isOption(kind) ? (lots % 50n) + 1n : isInverseFuture ? lots * 10n : lots
    const price = this.priceOf(kind)
    this.market.order(seller, kind, 'sell', quantity, price)
    this.market.order(buyer, kind, 'buy', quantity, price)
    this.naive.fill(kind, buyer, seller, quantity, price)
    this.touches += 2
  }

  /** Whole lots of what is held, at the entry or at the mark. */
  private move({ instrument, from, to, parts, isAtEntry }: DerivativesStep & { kind: 'move' }): void {
    const kind = kindOf(instrument)
    const [source, target] = [from % TRADERS, to % TRADERS]
    const held = this.naive.held(kind, source)
    const lot = this.style === 'inverse' && !isOption(kind) ? 10n : 1n
    const quantity = (((held < 0n ? -held : held) * BigInt(parts)) / 100n / lot) * lot
    if (source === target || quantity === 0n || this.isOver(kind)) return
    this.passFunding()
    const { accounts, instruments } = this.market
    const price = isAtEntry ? null : this.priceOf(kind)
    this.market.done('positions.move', {
      from: accounts[source] as number,
      to: accounts[target] as number,
      legs: [{ instrument: instruments[kind], quantity, price }],
    })
    this.naive.move(kind, source, target, quantity, price)
    this.touches += 2
    this.moves += 1
  }

  /** What is dated is delivered on the way, at the index of now. */
  private wait(minutes: number): void {
    this.passFunding()
    this.market.tick(minutes * MINUTE)
    this.passFunding()
    this.touches += 2 * TRADERS * (1 + Math.ceil((minutes * MINUTE) / DAY))
    if (this.isDelivered || !this.market.isExpired) return
    this.isDelivered = true
    // The last steps of a delivery are due behind the time at which it begins.
    this.market.tick(MINUTE)
    for (const kind of ['future', 'call', 'put'] as const) this.naive.end(kind, this.index)
  }

  private isOver(kind: NaiveKind): boolean {
    return kind !== 'perpetual' && this.isDelivered
  }

  private passFunding(): void {
    this.naive.pass(this.market.now - this.fundedAt, this.mark, this.index)
    this.fundedAt = this.market.now
  }

  private priceOf(kind: NaiveKind): bigint {
    if (!isOption(kind)) return this.mark
    return this.style === 'inverse' ? (this.premium * ONE) / 10_000n : this.premium * 10n * ONE
  }

  private publish(): void {
    const { instruments } = this.market
    const kinds = NAIVE_KINDS.filter((kind) => !this.isOver(kind))
    this.market.done('prices.publish', {
      prices: kinds.map((kind) => ({ instrument: instruments[kind], price: this.priceOf(kind) })),
      indexes: [{ name: 'btc_usd', price: this.index }],
    })
  }
}

const kindOf = (place: number): NaiveKind => NAIVE_KINDS[place % NAIVE_KINDS.length] as NaiveKind
const isOption = (kind: NaiveKind): boolean => kind === 'call' || kind === 'put'
