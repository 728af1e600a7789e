/**
 * Instruments of a simulated book, and the prices that are published of them: contracts, shares and pairs of currencies,
 * perpetuals, futures and options of either style, whose marks and index wander and sometimes leap, so that somebody is liquidated.
 */
import {
  type AnyTable,
  type Engine,
  HOUR,
  type Id,
  type InstrumentId,
  NO_ROW,
  type Plain,
} from '@stemma/core'
import type { SeededRandom } from './random.js'

export const TICK = 10n ** 16n
const ONE = 10n ** 18n
/** A coin of the simulated index costs about so many dollars. */
const DOLLARS_OF_COIN = 50n
export const INDEX = 'btc_usd'
const FUNDING = { damper: ONE / 2_000n, cap: ONE / 200n }
const RATES = {
  initial: ONE / 20n,
  maintenance: ONE / 40n,
  initialPerUnit: ONE / 100_000n,
  maintenancePerUnit: ONE / 100_000n,
  optionFloor: 0n,
}
const OPTION_RATES = { ...RATES, initial: (15n * ONE) / 100n, optionFloor: ONE / 10n }

export type Contract = 'event_contract' | 'equity' | 'currency_pair' | 'perpetual' | 'future' | 'option'

export class InstrumentTraffic {
  /** In hundredths of a dollar. */
  private index = 100n * DOLLARS_OF_COIN

  constructor(
    private readonly random: SeededRandom,
    private readonly engine: () => Engine,
    private readonly id: (table: AnyTable) => Id,
  ) {}

  next(): Plain {
    const kinds = { event_contract: 4, equity: 3, currency_pair: 2, perpetual: 1, future: 1, option: 1 }
    return this.contract(this.random.weighted(kinds), this.random.pick(['linear', 'inverse']))
  }

  contract(kind: Contract, style: 'linear' | 'inverse'): Plain {
    const { head } = this.engine().image
    const isDerivative = kind === 'option' || kind === 'perpetual' || kind === 'future'
    const isPair = kind === 'currency_pair'
    const isDated = kind === 'future' || kind === 'option'
    return {
      symbol: `symbol-${head.idCounter}`,
      displayName: 'Simulated',
      kind,
      currency: isPair ? 'USD' : this.currencyOf(isDerivative, style),
      baseCurrency: isPair ? 'EUR' : null,
      tick: TICK,
      quantityScale: kind === 'option' ? 1 : 0,
      lot: 1n,
      multiplier: ONE,
      priceLow: isDerivative && (style === 'linear' || kind === 'option') ? null : TICK,
      priceHigh: isDerivative ? null : 99n * TICK,
      quantityMax: null,
      notionalMax: null,
      settlementDays: kind === 'equity' ? 1 : 0,
      feeSchedule: null,
      event: null,
      venue: null,
      derivative: isDerivative ? this.derivative(kind, style) : null,
      marginRates: isDerivative ? (kind === 'option' ? OPTION_RATES : RATES) : null,
      expiresAt: isDated ? head.time + this.random.between(1, 40) * HOUR : null,
      metadata: {},
    }
  }

  /** The index, and marks near it of a few instruments; once in a while nothing is where it was. */
  prices(): Plain {
    const { instruments } = this.engine().rooms.market
    const step = this.random.chance(0.03) ? 1_500 : 40
    const moved = this.index + BigInt(this.random.between(-step, step))
    this.index = moved < 1_000n ? 1_000n : moved
    return this.marks(Array.from({ length: this.random.between(1, 4) }, () => this.id(instruments)))
  }

  marks(of: readonly Id[]): Plain {
    const prices = [...new Set(of)].map((instrument) => ({
      instrument,
      price: this.middleOf(instrument) * TICK + BigInt(this.random.below(100)) * (TICK / 200n),
    }))
    return { prices, indexes: [{ name: INDEX, price: this.index * TICK }] }
  }

  /** Near where others trade it mostly, so that orders meet; sometimes off the tick or out of bounds. */
  price(instrument: Id): bigint {
    const middle = this.middleOf(instrument)
    const apart = middle / 50n > 0n ? middle / 50n : 1n
    switch (this.random.weighted({ near: 94, off: 2, beyond: 2, far: 4 })) {
      case 'near':
        return (middle + BigInt(this.random.between(-5, 5)) * apart) * TICK
      case 'far':
        return BigInt(this.random.between(1, 99)) * TICK
      case 'off':
        return TICK / 2n
      case 'beyond':
        return 20_000n * TICK
    }
  }

  private currencyOf(isDerivative: boolean, style: 'linear' | 'inverse'): string {
    if (isDerivative) return style === 'inverse' ? 'BTC' : 'USDC'
    return this.random.weighted({ USD: 4, EUR: 1 })
  }

  private derivative(kind: Contract, style: 'linear' | 'inverse'): Plain {
    const strike = (DOLLARS_OF_COIN + BigInt(this.random.between(-10, 10))) * ONE
    return {
      style,
      base: 'BTC',
      index: INDEX,
      option: kind === 'option' ? { type: this.random.pick(['call', 'put']), strike } : null,
      funding: kind === 'perpetual' ? FUNDING : null,
    }
  }

  /** In ticks: the index for futures and perpetuals, a tenth of it for options, in coin where they are paid in coin. */
  private middleOf(instrument: Id): bigint {
    const { instruments } = this.engine().rooms.market
    const row = instruments.find(instrument as InstrumentId)
    const kind = row === NO_ROW ? 'equity' : instruments.kind.get(row)
    switch (kind) {
      case 'event_contract':
      case 'equity':
      case 'currency_pair':
        return 50n
      case 'perpetual':
      case 'future':
        return this.index
      case 'option':
        return instruments.currency.get(row) === 'BTC' ? 10n : this.index / 10n
    }
  }
}
