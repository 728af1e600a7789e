/** A book with one perpetual and some traders, driven beside the slow reckoning of what each of them has. */
import { Engine, type Instant, MINUTE, type Outcome, type Plain, SECOND } from '@stemma/core'
import { NaiveDerivatives, type NaiveStyle } from './naive-derivatives.js'

/** 2026-01-05T09:00:00Z: 23 hours before a session ends. */
const START = 1_767_603_600_000_000
const ONE = 10n ** 18n
const TRADERS = 3
const DOLLARS = 100_000n
const TAKER_RATE = 5n * 10n ** 14n
const FUNDING = { damper: 5n * 10n ** 14n, cap: 5n * 10n ** 15n }
const RATES = { initial: 0n, maintenance: 0n, initialPerUnit: 0n, maintenancePerUnit: 0n, optionFloor: 0n }
const SCALES = { linear: 8, inverse: 10 } as const
/** The most that a fill may count, and what everybody begins with. */
const FUNDS = 10n ** 17n

export type DerivativesStep =
  | { readonly kind: 'trade'; readonly buyer: number; readonly seller: number; readonly lots: number }
  | { readonly kind: 'price'; readonly mark: number; readonly index: number }
  | { readonly kind: 'wait'; readonly minutes: number }

export class DerivativesFlow {
  readonly engine = new Engine()
  private readonly naive: NaiveDerivatives
  private readonly accounts: readonly number[]
  private readonly rounding: number
  private readonly fees: number
  private readonly currency: string
  private readonly instrument: number
  private now = START
  private fundedAt = START
  private mark = DOLLARS
  private index = DOLLARS
  /** Every time that a position was touched: each may round once for its worth and once for its funding. */
  private touches = 0

  constructor(private readonly style: NaiveStyle) {
    this.naive = new NaiveDerivatives(style, TRADERS, { ...FUNDING, takerRate: TAKER_RATE })
    this.currency = style === 'linear' ? 'USDC' : 'BTC'
    const opened = this.done('book.open', { name: 'house', displayName: 'House', baseCurrency: 'USD' })
    const { party, accounts } = opened as {
      party: number
      accounts: { outsideWorld: number; rounding: number; fees: number }
    }
    this.rounding = accounts.rounding
    this.fees = accounts.fees
    this.accounts = Array.from({ length: TRADERS }, (_, place) =>
      this.open(party, place, accounts.outsideWorld),
    )
    this.instrument = this.perpetual()
    this.publish()
  }

  carryOut(step: DerivativesStep): void {
    switch (step.kind) {
      case 'trade':
        this.trade(step.buyer % TRADERS, step.seller % TRADERS, BigInt(step.lots))
        return
      case 'price':
        this.passFunding()
        this.mark = DOLLARS + BigInt(step.mark)
        this.index = DOLLARS + BigInt(step.index)
        this.publish()
        return
      case 'wait':
        this.now += step.minutes * MINUTE
        this.engine.tick(this.now as Instant)
        this.touches += TRADERS * (1 + Math.ceil(step.minutes / 1_440))
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
    this.passFunding()
    this.done('instruments.settle', { instrument: this.instrument, price: this.mark * ONE })
    this.engine.tick((this.now + SECOND) as Instant)
    const { ledger } = this.engine.rooms
    const posted = (account: number): bigint =>
      ledger.posted(ledger.find(account as never, this.currency as never))
    return {
      results: this.accounts.map((account) => posted(account) - FUNDS),
      expected: this.naive.results(this.mark, SCALES[this.style]),
      left: posted(this.rounding),
      fees: posted(this.fees),
      touches: this.touches + TRADERS,
    }
  }

  private trade(buyer: number, seller: number, lots: bigint): void {
    if (buyer === seller) return
    this.passFunding()
    const quantity = this.style === 'linear' ? lots : lots * 10n
    this.order(seller, 'sell', quantity)
    this.order(buyer, 'buy', quantity)
    this.naive.fill(buyer, seller, quantity, this.mark)
    this.touches += 2
  }

  private passFunding(): void {
    this.naive.pass(this.now - this.fundedAt, this.mark, this.index)
    this.fundedAt = this.now
  }

  private publish(): void {
    this.done('prices.publish', {
      prices: [{ instrument: this.instrument, price: this.mark * ONE }],
      indexes: [{ name: 'btc_usd', price: this.index * ONE }],
    })
  }

  private order(trader: number, side: 'buy' | 'sell', quantity: bigint): void {
    this.done('orders.place', {
      account: this.accounts[trader] as number,
      instrument: this.instrument,
      side,
      type: 'limit',
      timeInForce: 'gtc',
      quantity,
      cash: null,
      price: this.mark * ONE,
      pricing: 'given',
      stopPrice: null,
      expiresAt: null,
      clientOrderId: null,
      minimumQuantity: null,
      allOrNone: false,
      postOnly: false,
      strictLimit: false,
      reduceOnly: false,
      selfMatchId: null,
      selfMatchInstruction: null,
      tags: {},
      onReject: 'refuse',
    })
  }

  private perpetual(): number {
    const isLinear = this.style === 'linear'
    const { instrument } = this.done('instruments.create', {
      symbol: 'BTC-PERPETUAL',
      displayName: 'Perpetual',
      kind: 'perpetual',
      currency: this.currency,
      tick: ONE,
      quantityScale: isLinear ? 4 : 0,
      lot: isLinear ? 1n : 10n,
      multiplier: ONE,
      priceLow: ONE,
      priceHigh: null,
      quantityMax: null,
      notionalMax: null,
      settlementDays: 0,
      feeSchedule: this.feeSchedule(),
      event: null,
      venue: null,
      derivative: { style: this.style, base: 'BTC', index: 'btc_usd', option: null, funding: FUNDING },
      marginRates: RATES,
      expiresAt: null,
      metadata: {},
    }) as { instrument: number }
    this.done('instruments.set_state', { instrument, state: 'open', version: null })
    return instrument
  }

  private feeSchedule(): number {
    const { feeSchedule } = this.done('fee_schedules.create', {
      name: 'taker',
      kind: 'notional',
      takerRate: TAKER_RATE,
      makerRate: 0n,
      rounding: 'half_even',
    }) as { feeSchedule: number }
    return feeSchedule
  }

  private open(party: number, place: number, outsideWorld: number): number {
    const { account } = this.done('accounts.open', {
      party,
      main: null,
      template: null,
      name: `trader-${place}`,
      displayName: 'Trader',
      type: 'segregated_standard',
      baseCurrency: null,
      needsClearing: false,
      attributes: {},
    }) as { account: number }
    const sides = { from: outsideWorld, to: account }
    this.done('transfers.create', { ...sides, currency: this.currency, amount: FUNDS, description: null })
    return account
  }

  private done(command: string, input: Plain): Plain {
    const outcome: Outcome = this.engine.execute({
      command,
      input,
      actor: { kind: 'system' },
      time: this.now as Instant,
    })
    if (outcome.kind !== 'done') throw new Error(`expected ${command}, was ${JSON.stringify(outcome)}`)
    return outcome.result
  }
}
