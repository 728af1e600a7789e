/** The tables of the market room: instruments, their schedules of fees, and the figures of their trading day. */
import {
  choice,
  count,
  exact,
  exactOrNull,
  type Id,
  money,
  type Plain,
  refOrNull,
  text,
  textOrNull,
  time,
  timeOrNull,
  value,
} from '../image/index.js'
import type { CurrencyCode, Price, Quantity, Rounding } from '../money/index.js'
import type { DerivativeTerms, MarginRates } from './derivatives.js'
import { INSTRUMENT_KINDS } from './kinds.js'

export type InstrumentId = Id<'instrument'>
export type FeeScheduleId = Id<'fee-schedule'>

/**
 * Where an instrument is in its life. `open` matches; `preopen` and `auction` collect orders that trade together at
 * one price as it opens, those of `auction` also as it closes; `suspended` takes cancels only; `halted` and `closed` take
 * nothing.
 */
export const INSTRUMENT_STATES = [
  'pending',
  'preopen',
  'open',
  'auction',
  'suspended',
  'halted',
  'closed',
  'expired',
  'terminated',
] as const
export type InstrumentState = (typeof INSTRUMENT_STATES)[number]

/** What triggers the stops of an instrument that is matched here: its own last trade, or a price that is published. */
export const STOP_TRIGGERS = ['last_trade', 'published_price'] as const
export type StopTrigger = (typeof STOP_TRIGGERS)[number]

export type Metadata = { readonly [key: string]: Plain }

export const instrumentFields = {
  /** Unique; what people and venues call it. */
  symbol: text(),
  displayName: text(),
  kind: choice(INSTRUMENT_KINDS),
  state: choice(INSTRUMENT_STATES),
  /** What is paid and settled in. */
  currency: text<CurrencyCode>(),
  /** Prices are whole multiples of it. */
  tick: exact<Price>(),
  /** Digits after the point of a quantity. */
  quantityScale: count(),
  /** Quantities are whole multiples of it, and at least it. */
  lot: exact<Quantity>(),
  /** What a price of one is worth for one unit; an event contract pays this if it comes true. */
  multiplier: exact<Price>(),
  priceLow: exactOrNull<Price>(),
  priceHigh: exactOrNull<Price>(),
  quantityMax: exactOrNull<Quantity>(),
  notionalMax: exactOrNull<bigint>(),
  /** Business days from the trade to its settlement. */
  settlementDays: count(),
  feeSchedule: refOrNull<FeeScheduleId>(),
  /** Instruments of one event, of which at most one comes true. */
  event: textOrNull(),
  /** Null: matched here. Else the outside venue by its name. */
  venue: textOrNull(),
  stopTrigger: choice(STOP_TRIGGERS),
  /** What a derivative follows; null for everything else. */
  derivative: value<DerivativeTerms | null>(),
  marginRates: value<MarginRates | null>(),
  expiresAt: timeOrNull(),
  /** What it was settled at, once it is known. */
  settlementPrice: exactOrNull<Price>(),
  settledAt: timeOrNull(),
  /** The one price at which an auction trades while it is carried out, and the state that follows. */
  auctionPrice: exactOrNull<Price>(),
  stateAfter: textOrNull<InstrumentState>(),
  /** When the next bounded step of work on its orders is due. */
  nextStepAt: timeOrNull(),
  metadata: value<Metadata>(),
  version: count(),
  createdAt: time(),
  updatedAt: time(),
}

/** Fees for one fill. A schedule is never changed: a new one takes its place, so that an order keeps its own. */
export const FEE_KINDS = ['quadratic', 'notional', 'quantity', 'received'] as const
export type FeeKind = (typeof FEE_KINDS)[number]

export const feeScheduleFields = {
  name: text(),
  /**
   * `quadratic`: rate × quantity × p × (1 - p) × multiplier, of event contracts; `notional`: rate × notional;
   * `quantity`: rate is an amount for each unit; `received`, of currency pairs: rate × what the order receives, in that.
   */
  kind: choice(FEE_KINDS),
  /** Of the order that takes. Rates count 10^-18 and may be below zero: a rebate. */
  takerRate: exact<bigint>(),
  makerRate: exact<bigint>(),
  /** Of a fill's notional: the most that it is charged; null: there is no such bound. */
  capRate: exactOrNull<bigint>(),
  rounding: choice<Rounding>(['up', 'down', 'ceiling', 'floor', 'half_even', 'half_up']),
  createdAt: time(),
}

/** What an instrument traded at, and how much: one row for each instrument that ever traded or was priced. */
export const statisticsFields = {
  /** The business date that open, high, low, volume and notional belong to. */
  businessDate: text(),
  open: exactOrNull<Price>(),
  high: exactOrNull<Price>(),
  low: exactOrNull<Price>(),
  last: exactOrNull<Price>(),
  lastQuantity: exactOrNull<Quantity>(),
  lastAt: timeOrNull(),
  /** The last price of the business date before. */
  close: exactOrNull<Price>(),
  /** A price from outside: of a feed, or set by the operator. */
  mark: exactOrNull<Price>(),
  markedAt: timeOrNull(),
  /** The sequence at which `mark` came in. */
  markSequence: count(),
  /** The sequence at which the price that positions are valued at changed last. */
  valuedSequence: count(),
  volume: exact<Quantity>(),
  notional: money(),
  trades: count(),
}
