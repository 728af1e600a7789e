/** A book with a perpetual, a dated future, a call and a put, all in one style, and a main account with two subaccounts. */
import { DAY, Engine, type Instant, MINUTE, type Outcome, PLAIN_LIMIT, type Plain } from '@stemma/core'
import { NAIVE_KINDS, type NaiveKind, type NaiveStyle } from './naive-derivatives.js'

/** 2026-01-05T09:00:00Z: 23 hours before a session ends. */
const START = 1_767_603_600_000_000
export const ONE = 10n ** 18n
export const DOLLARS = 100_000n
export const TAKER_RATE = 5n * 10n ** 14n
export const FUNDING = { damper: 5n * 10n ** 14n, cap: 5n * 10n ** 15n }
const RATES = { initial: 0n, maintenance: 0n, initialPerUnit: 0n, maintenancePerUnit: 0n, optionFloor: 0n }
/** The most that a fill may count, and what everybody begins with. */
export const FUNDS = 10n ** 17n
/** What is dated ends then, at 08:00 as sessions do. */
export const EXPIRY = START + 3 * DAY - 60 * MINUTE

export class DerivativesMarket {
  readonly engine = new Engine()
  readonly accounts: readonly number[]
  readonly instruments: Readonly<Record<NaiveKind, number>>
  readonly rounding: number
  readonly fees: number
  readonly currency: string
  now = START

  constructor(
    private readonly style: NaiveStyle,
    traders: number,
  ) {
    this.currency = style === 'linear' ? 'USDC' : 'BTC'
    const { party, accounts } = this.done('book.open', {
      name: 'house',
      displayName: 'House',
      baseCurrency: 'USD',
    }) as { party: number; accounts: { outsideWorld: number; rounding: number; fees: number } }
    this.rounding = accounts.rounding
    this.fees = accounts.fees
    // Moves are what is tried here, as many as there are.
    const setting = { node: party, name: 'positions.moves_per_week', value: 10_000, from: null }
    this.done('settings.set', setting)
    const main = this.open(party, 0, null, accounts.outsideWorld)
    const others = Array.from({ length: traders - 1 }, (_, place) =>
      this.open(party, place + 1, main, accounts.outsideWorld),
    )
    this.accounts = [main, ...others]
    const feeSchedule = this.feeSchedule()
    this.instruments = Object.fromEntries(
      NAIVE_KINDS.map((kind) => [kind, this.list(kind, feeSchedule)]),
    ) as Record<NaiveKind, number>
  }

  get isExpired(): boolean {
    return this.now >= EXPIRY
  }

  tick(microseconds: number): void {
    this.now += microseconds
    this.engine.tick(this.now as Instant)
  }

  run(command: string, input: Plain): Outcome {
    return this.engine.execute({ command, input, actor: { kind: 'system' }, time: this.now as Instant })
  }

  done(command: string, input: Plain): Plain {
    const outcome = this.run(command, input)
    if (outcome.kind !== 'done') throw new Error(`expected ${command}, was ${JSON.stringify(outcome)}`)
    return outcome.result
  }

  order(trader: number, kind: NaiveKind, side: 'buy' | 'sell', quantity: bigint, price: bigint): void {
    this.done('orders.place', {
      ...PLAIN_LIMIT,
      account: this.accounts[trader] as number,
      instrument: this.instruments[kind],
      side,
      quantity,
      price,
    })
  }

  private list(kind: NaiveKind, feeSchedule: number): number {
    const isOption = kind === 'call' || kind === 'put'
    const isLinear = this.style === 'linear'
    const option = isOption ? { type: kind, strike: DOLLARS * ONE } : null
    const { instrument } = this.done('instruments.create', {
      symbol: `BTC-${kind}`,
      displayName: kind,
      kind: isOption ? 'option' : kind,
      currency: this.currency,
      tick: isOption && !isLinear ? ONE / 10_000n : ONE,
      quantityScale: isOption ? 1 : isLinear ? 4 : 0,
      lot: isOption || isLinear ? 1n : 10n,
      multiplier: ONE,
      priceLow: isOption ? null : ONE,
      priceHigh: null,
      quantityMax: null,
      notionalMax: null,
      settlementDays: 0,
      feeSchedule,
      event: null,
      venue: null,
      derivative: {
        style: this.style,
        base: 'BTC',
        index: 'btc_usd',
        option,
        funding: kind === 'perpetual' ? FUNDING : null,
      },
      marginRates: RATES,
      expiresAt: kind === 'perpetual' ? null : EXPIRY,
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

  private open(party: number, place: number, main: number | null, outsideWorld: number): number {
    const { account } = this.done('accounts.open', {
      party,
      main,
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
}
