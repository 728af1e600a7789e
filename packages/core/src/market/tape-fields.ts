/** The tape of an instrument: how many trades it has had, which way its price went, and its running candles. */
import { count, exactOrNull, type Instant, value } from '../image/index.js'
import type { Amount, Price, Quantity } from '../money/index.js'
import type { InstrumentId } from './fields.js'

export const CANDLE_PERIODS = ['minute', 'hour', 'day'] as const
export type CandlePeriod = (typeof CANDLE_PERIODS)[number]

export type Candle = {
  /** When its period began. */
  readonly start: Instant
  readonly open: Price
  readonly high: Price
  readonly low: Price
  readonly close: Price
  readonly volume: Quantity
  readonly notional: Amount
  readonly trades: number
}

export type ClosedCandle = Candle & { readonly instrument: InstrumentId; readonly period: CandlePeriod }

/** How a price stands to the one before it: higher, the same after a higher one, lower, the same after a lower one. */
export const TICK_DIRECTIONS = ['plus', 'zero_plus', 'minus', 'zero_minus'] as const
export type TickDirection = (typeof TICK_DIRECTIONS)[number]

/** By the instrument's id: one row for each that has traded. */
export const tapeFields = {
  /** How many trades there were: the number of the last one. */
  trades: count(),
  last: exactOrNull<Price>(),
  /** The place of the last trade's direction in TICK_DIRECTIONS. */
  tickDirection: count(),
  minute: value<Candle | null>(),
  hour: value<Candle | null>(),
  day: value<Candle | null>(),
}
