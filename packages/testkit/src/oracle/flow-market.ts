/**
 * A book for flows of orders: some accounts with more money than any flow spends, and a fresh contract for each flow, so
 * that thousands of short ones do not each open a book.
 */
import { Engine, type Event, type Instant, MILLISECOND, type Outcome, type Plain } from '@stemma/core'

/** 2026-01-05T09:00:00Z, a Monday in winter: the business day ends at 22:00 UTC until 8 March. */
const START = 1_767_603_600_000_000
const HOUR = 3_600_000 * MILLISECOND
const DAY_END = START + 13 * HOUR
const WINTER_END = START + 50 * 24 * HOUR
const FUNDS = 10n ** 17n
const ACCOUNTS = 3
const PERPETUALS_MAX = 25

export const TICKS = { low: 1, high: 99 }
export const TICK = 10n ** 16n

/** Linear, in dollars, and requires nothing, so that flows are of matching alone. */
const PERPETUAL = {
  derivative: {
    style: 'linear',
    base: 'BTC',
    index: 'rain_usd',
    option: null,
    funding: { damper: 0n, cap: 0n },
  },
  marginRates: { initial: 0n, maintenance: 0n, initialPerUnit: 0n, maintenancePerUnit: 0n, optionFloor: 0n },
}

export class FlowMarket {
  readonly engine = new Engine()
  now = START
  private readonly accounts: readonly number[]
  private instruments = 0

  /** Of contracts that are fully collateralised, of perpetuals, which are paid by session, or of a currency pair. */
  constructor(readonly kind: 'event_contract' | 'perpetual' | 'currency_pair' = 'event_contract') {
    const opened = this.done('book.open', { name: 'house', displayName: 'House', baseCurrency: 'USD' })
    const { party, accounts } = opened as { party: number; accounts: { outsideWorld: number } }
    this.accounts = Array.from({ length: ACCOUNTS }, (_, place) => {
      const account = this.open(party, `trader-${place}`)
      const sides = { from: accounts.outsideWorld, to: account }
      for (const currency of ['USD', 'EUR'])
        this.done('transfers.create', { ...sides, currency, amount: FUNDS, description: null })
      return account
    })
    // No mark: what margin follows from is the index, so that orders find the references that others have.
    if (this.isDerivative)
      this.done('prices.publish', { prices: [], indexes: [{ name: 'rain_usd', price: 50n * TICK }] })
  }

  get isDerivative(): boolean {
    return this.kind === 'perpetual'
  }

  /**
   * Whether it is still winter there, so that the end of a day is where this file says; and of perpetuals whether they are
   * few, as each has a session to end every day.
   */
  get isFresh(): boolean {
    return this.now < WINTER_END && !(this.isDerivative && this.instruments >= PERPETUALS_MAX)
  }

  account(place: number): number {
    return this.accounts[place % ACCOUNTS] as number
  }

  /** An open contract, or dollars for euros, that nobody has traded yet. */
  openContract(): number {
    this.instruments += 1
    const { instrument } = this.done('instruments.create', {
      symbol: `rain-${this.instruments}`,
      displayName: 'Rain',
      kind: this.kind,
      currency: 'USD',
      baseCurrency: this.kind === 'currency_pair' ? 'EUR' : null,
      tick: TICK,
      quantityScale: 0,
      lot: 1n,
      multiplier: 10n ** 18n,
      priceLow: TICK * BigInt(TICKS.low),
      priceHigh: TICK * BigInt(TICKS.high),
      quantityMax: null,
      notionalMax: null,
      settlementDays: 0,
      feeSchedule: null,
      event: null,
      venue: null,
      ...(this.isDerivative ? PERPETUAL : {}),
      expiresAt: null,
      metadata: {},
    }) as { instrument: number }
    this.done('instruments.set_state', { instrument, state: 'open', version: null })
    return instrument
  }

  /** When a day order ends that comes in now. */
  dayEnd(): number {
    return DAY_END + (Math.floor((this.now - DAY_END) / (24 * HOUR)) + 1) * 24 * HOUR
  }

  advance(milliseconds: number): void {
    this.now += milliseconds * MILLISECOND
    this.engine.tick(this.now as Instant)
  }

  events(): readonly Event[] {
    return this.engine.takeBatch()?.events ?? []
  }

  run(command: string, input: Plain): Outcome {
    return this.engine.execute({ command, input, actor: { kind: 'system' }, time: this.now as Instant })
  }

  private open(party: number, name: string): number {
    const result = this.done('accounts.open', {
      party,
      main: null,
      template: null,
      name,
      displayName: name,
      type: this.isDerivative ? 'segregated_standard' : 'fully_collateralised',
      baseCurrency: null,
      needsClearing: false,
      // The naive matcher keeps nobody from itself but by an order's own id.
      attributes: { selfMatchInstruction: 'none' },
    })
    return (result as { account: number }).account
  }

  private done(command: string, input: Plain): Plain {
    const outcome = this.run(command, input)
    if (outcome.kind !== 'done') throw new Error(`expected ${command}, was ${JSON.stringify(outcome)}`)
    return outcome.result
  }
}
