/**
 * What an instrument traded at over time: how many trades it has had, which way its price went, and the candle of the
 * running minute, hour and day. A candle that a trade closes goes out with the report of that trade, and stays in
 * history; the running ones are in the image.
 */
import { DAY, HOUR, type Instant, MINUTE, NO_ROW, type Plain, type Row } from '../image/index.js'
import { type Amount, add, type Price, plus, type Quantity } from '../money/index.js'
import type { InstrumentId } from './fields.js'
import type { Market } from './market.js'
import {
  CANDLE_PERIODS,
  type Candle,
  type CandlePeriod,
  type ClosedCandle,
  TICK_DIRECTIONS,
  type TickDirection,
} from './tape-fields.js'

/** Periods begin on whole multiples of their length since 1970, in UTC. */
export const CANDLE_LENGTHS: Readonly<Record<CandlePeriod, number>> = { minute: MINUTE, hour: HOUR, day: DAY }

export interface TapedTrade {
  readonly price: Price
  readonly quantity: Quantity
  readonly notional: Amount
  readonly at: Instant
}

/** What a trade is on the tape of its instrument. */
export type TapePlace = {
  /** Counts from 1, by instrument. */
  readonly tradeNumber: number
  readonly tickDirection: TickDirection
  /** The candles that ended before it. */
  readonly closedCandles: readonly ClosedCandle[]
}

export function writeTape(market: Market, instrument: Row, traded: TapedTrade): TapePlace {
  const { tapes } = market
  const id = market.instruments.id(instrument)
  const row = tapeOf(market, id)
  const tradeNumber = tapes.trades.get(row) + 1
  const direction = directionAfter(tapes.last.get(row), tapes.tickDirection.get(row), traded.price)
  tapes.trades.set(row, tradeNumber)
  tapes.last.set(row, traded.price)
  tapes.tickDirection.set(row, direction)
  const closedCandles: ClosedCandle[] = []
  for (const period of CANDLE_PERIODS) {
    const running = tapes[period].get(row)
    const start = startOf(period, traded.at)
    if (running !== null && running.start < start) closedCandles.push({ ...running, instrument: id, period })
    const isRunning = running !== null && running.start >= start
    tapes[period].set(row, isRunning ? extended(running, traded) : begun(start, traded))
  }
  return { tradeNumber, tickDirection: TICK_DIRECTIONS[direction] as TickDirection, closedCandles }
}

/** The candles that are not closed yet. */
export function runningCandles(market: Market, instrument: InstrumentId): readonly ClosedCandle[] {
  const row = market.tapes.find(instrument)
  if (row === NO_ROW) return []
  return CANDLE_PERIODS.flatMap((period) => {
    const running = market.tapes[period].get(row)
    return running === null ? [] : [{ ...running, instrument, period }]
  })
}

export const startOf = (period: CandlePeriod, at: Instant): Instant =>
  (at - (at % CANDLE_LENGTHS[period])) as Instant

function tapeOf({ tapes }: Market, instrument: InstrumentId): Row {
  const known = tapes.find(instrument)
  if (known !== NO_ROW) return known
  return tapes.insert(instrument, {
    trades: 0,
    last: null,
    tickDirection: 0,
    minute: null,
    hour: null,
    day: null,
  })
}

/** The first trade of all counts as a higher one. */
function directionAfter(last: Price | null, before: number, price: Price): number {
  if (last === null || price > last) return 0
  if (price < last) return 2
  return before === 0 || before === 1 ? 1 : 3
}

const begun = (start: Instant, { price, quantity, notional }: TapedTrade): Candle => ({
  start,
  open: price,
  high: price,
  low: price,
  close: price,
  volume: quantity,
  notional,
  trades: 1,
})

const extended = (candle: Candle, { price, quantity, notional }: TapedTrade): Candle => ({
  ...candle,
  high: price > candle.high ? price : candle.high,
  low: price < candle.low ? price : candle.low,
  close: price,
  volume: plus(candle.volume, quantity),
  notional: add(candle.notional, notional),
  trades: candle.trades + 1,
})

export const candlesTold = (candles: readonly ClosedCandle[]): Plain => candles as readonly Plain[]
