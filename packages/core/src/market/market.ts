/**
 * The market room: what can be traded, at which ticks and lots, in which state, at which fees, and what it traded at
 * last. Who trades, and what becomes of it, is the business of the trading room; it hangs its own steps on a change of
 * state here.
 */
import {
  IdOrder,
  type Image,
  type Instant,
  NO_ROW,
  type Row,
  type Table,
  UniqueIndex,
} from '../image/index.js'
import type { LedgerContext } from '../ledger/index.js'
import { type CurrencyCode, NONE, type Price, plus, type Quantity } from '../money/index.js'
import { type DerivativeTerms, isInverse } from './derivatives.js'
import type { FeeTerms } from './fees.js'
import {
  type FeeScheduleId,
  feeScheduleFields,
  type InstrumentId,
  type InstrumentState,
  instrumentFields,
  statisticsFields,
} from './fields.js'
import { fundingClockFields } from './funding-clock-fields.js'
import { Indexes } from './indexes.js'
import { Pairs } from './pairs.js'
import { sessionFields } from './sessions.js'
import { tapeFields } from './tape-fields.js'
import { Terms } from './terms.js'
import type { OrderTrigger } from './triggers.js'

export interface MarketContext extends LedgerContext {
  readonly market: Market
}

/** Orders that one command lets follow a price; those of further instruments follow in the steps behind it. */
export const FOLLOWING_OF_COMMAND_MAX = 2_000

/** How many a command may still let follow. */
export interface FollowingRoom {
  left: number
}

/** What a later room has to do with an instrument's orders and positions. */
export interface InstrumentDuties {
  /** Whether there is an order or a position: then scale, currency, multiplier and lot are fixed. */
  isInUse(instrument: Row): boolean
  /** Whether an order rests: then the tick is fixed too. */
  hasOrders(instrument: Row): boolean
  /** What all that are long hold of it together. */
  openInterest(instrument: Row): Quantity
  /** Whether an order waits that a price of now sets off, or leaves behind. */
  isAwaited(instrument: Row, now: Instant): boolean
  /** Lets what follows a price follow that of now, as far as there is room; false where some is left. */
  follow(instrument: Row, room: FollowingRoom): boolean
}

export class Market {
  readonly instruments: Table<InstrumentId, typeof instrumentFields>
  readonly feeSchedules: Table<FeeScheduleId, typeof feeScheduleFields>
  /** By the instrument's id. */
  readonly statistics: Table<InstrumentId, typeof statisticsFields>
  readonly indexes: Indexes
  readonly pairs: Pairs
  /** Of futures and perpetuals, by the instrument's id. */
  readonly sessions: Table<InstrumentId, typeof sessionFields>
  /** Of whatever has traded, by the instrument's id. */
  readonly tapes: Table<InstrumentId, typeof tapeFields>
  /** Of perpetuals that had a price, by the instrument's id. */
  readonly fundingClocks: Table<InstrumentId, typeof fundingClockFields>
  readonly instrumentBySymbol: UniqueIndex<string>
  readonly instrumentIds: IdOrder<InstrumentId>
  readonly duties: InstrumentDuties[] = []
  private readonly terms: (Terms | undefined)[] = []

  constructor(image: Image) {
    this.feeSchedules = image.table('fee_schedules', 'fee', feeScheduleFields)
    this.instruments = image.table('instruments', 'ins', instrumentFields)
    this.statistics = image.table('statistics', 'ins', statisticsFields)
    this.sessions = image.table('sessions', 'ins', sessionFields)
    this.tapes = image.table('tapes', 'ins', tapeFields)
    this.fundingClocks = image.table('funding_clocks', 'ins', fundingClockFields)
    image.enrolDue(this.instruments, this.instruments.nextStepAt)
    image.enrolDue(this.sessions, this.sessions.nextAt)
    image.enrolDue(this.fundingClocks, this.fundingClocks.nextAt)
    this.pairs = new Pairs(image, this.instruments)
    this.indexes = new Indexes(image, this.instruments, this.pairs)
    this.instrumentBySymbol = new UniqueIndex(this.instruments, this.instruments.symbol)
    this.instrumentIds = new IdOrder(this.instruments)
    image.derived(this.instrumentBySymbol)
    image.derived(this.instrumentIds)
    const forget = (row: Row): void => {
      this.terms[row] = undefined
    }
    this.instruments.hooks.push({ inserted: forget, removing: forget })
    for (const column of [this.instruments.tick, this.instruments.lot]) column.watch(forget)
  }

  /** The arithmetic of an instrument. */
  termsOf(instrument: Row): Terms {
    const known = this.terms[instrument]
    if (known !== undefined) return known
    const { tick, quantityScale, multiplier, currency, kind, derivative } = this.instruments
    const made = new Terms(
      tick.get(instrument),
      quantityScale.get(instrument),
      multiplier.get(instrument),
      currency.get(instrument),
      isInverse(kind.get(instrument), derivative.get(instrument)),
    )
    this.terms[instrument] = made
    return made
  }

  /** How one side of a trade is charged, and in which currency; null where nothing is. */
  feesOf(
    instrument: Row,
    schedule: FeeScheduleId | null,
    side: 'buy' | 'sell',
  ): (FeeTerms & { readonly currency: CurrencyCode }) | null {
    if (schedule === null) return null
    const { kind, takerRate, makerRate, capRate, rounding } = this.feeSchedules
    const row = this.feeSchedules.row(schedule)
    const told = kind.get(row)
    return {
      kind: told !== 'received' ? told : side === 'buy' ? 'quantity' : 'notional',
      currency: this.feeCurrency(instrument, schedule, side),
      takerRate: takerRate.get(row),
      makerRate: makerRate.get(row),
      capRate: capRate.get(row),
      rounding: rounding.get(row),
    }
  }

  /** What fees of one side are charged in: the instrument's currency, unless its schedule takes them out of what comes in. */
  feeCurrency(instrument: Row, schedule: FeeScheduleId | null, side: 'buy' | 'sell'): CurrencyCode {
    const { kind } = this.feeSchedules
    const isInBase =
      side === 'buy' && schedule !== null && kind.get(this.feeSchedules.row(schedule)) === 'received'
    const base = isInBase ? this.pairs.base(instrument) : null
    return base ?? this.instruments.currency.get(instrument)
  }

  state(instrument: Row): InstrumentState {
    return this.instruments.state.get(instrument)
  }

  /** What all that are long hold of an instrument together. */
  openInterest(instrument: Row): Quantity {
    return this.duties.reduce((sum, duty) => plus(sum, duty.openInterest(instrument)), NONE)
  }

  /** The last trade, or null. */
  lastPrice(instrument: Row): Price | null {
    const row = this.statistics.find(this.instruments.id(instrument))
    return row === NO_ROW ? null : this.statistics.last.get(row)
  }

  /** What an order that waits is held against. Null where an outside venue holds the orders, and triggers them itself. */
  triggerPrice(instrument: Row, trigger: OrderTrigger): Price | null {
    if (this.instruments.venue.get(instrument) !== null) return null
    if (trigger === 'index_price') return this.indexPrice(instrument)
    const row = this.statistics.find(this.instruments.id(instrument))
    if (row === NO_ROW) return null
    const { last, mark } = this.statistics
    return trigger === 'last_trade' ? last.get(row) : mark.get(row)
  }

  /** What the instrument follows stands at, or null. */
  indexPrice(instrument: Row): Price | null {
    const derivative: DerivativeTerms | null = this.instruments.derivative.get(instrument)
    const index = derivative?.index ?? this.pairs.index(instrument)
    return index === null ? null : this.indexes.price(index)
  }

  /** The sequence at which what positions in it are reckoned at changed last; 0 before the first price. */
  valuedSequence(instrument: Row): number {
    const row = this.statistics.find(this.instruments.id(instrument))
    const own = row === NO_ROW ? 0 : this.statistics.valuedSequence.get(row)
    const derivative = this.instruments.derivative.get(instrument)
    const isFinal = derivative === null || this.instruments.settledAt.get(instrument) !== null
    return isFinal ? own : Math.max(own, this.indexes.sequence(derivative.index))
  }

  /** What a position is valued at: the settlement, else a price from outside, else the last trade or close; or null. */
  valuationPrice(instrument: Row): Price | null {
    const settled = this.instruments.settlementPrice.get(instrument)
    if (settled !== null) return settled
    const row = this.statistics.find(this.instruments.id(instrument))
    if (row === NO_ROW) return null
    const { mark, last, close } = this.statistics
    return mark.get(row) ?? last.get(row) ?? close.get(row)
  }
}
