/**
 * Candles of any length, added up from the minutes, hours and days that the core keeps. Between two that traded, those
 * without a trade stand at the close before them. Every surface that shows candles reads them here.
 */
import type { Amount, CandlePeriod, ClosedCandle, HistoryRow, Instant, Price, Quantity } from '@stemma/core'
import { MINUTE } from '@stemma/core'
import type { Host } from '../../services.js'

export type Candle = Omit<ClosedCandle, 'instrument' | 'period'>

/** The lengths that candles come in, in minutes. */
export const CANDLE_MINUTES = [1, 3, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440] as const
export type CandleMinutes = (typeof CANDLE_MINUTES)[number]

export interface CandlesAsked {
  readonly instrument: number
  readonly minutes: CandleMinutes
  readonly from: Instant
  readonly to: Instant
}

type Reader = Pick<Host, 'read' | 'history'>

const PAGE = 10_000
const SYSTEM = { kind: 'system' } as const

export const candleLength = (minutes: CandleMinutes): number => minutes * MINUTE

/** When the candle begins that an instant is in. */
export const candleStart = (at: Instant, minutes: CandleMinutes): Instant =>
  (at - (at % candleLength(minutes))) as Instant

/** Which kept candles one is added up from. */
const periodOf = (minutes: CandleMinutes): CandlePeriod =>
  minutes < 60 ? 'minute' : minutes < 1_440 ? 'hour' : 'day'

/** Those from the one of `from` to the one of `to`, whole and in order; none before the first trade of the instrument. */
export async function candlesBetween(
  host: Reader,
  { instrument, minutes, from, to }: CandlesAsked,
): Promise<readonly Candle[]> {
  const first = candleStart(from, minutes)
  const last = candleStart(to, minutes)
  const end = (last + candleLength(minutes) - 1) as Instant
  const byStart = new Map<number, Candle>()
  for (const kept of await keptCandles(host, instrument, periodOf(minutes), first, end)) {
    const start = candleStart(kept.start, minutes)
    const known = byStart.get(start)
    byStart.set(start, known === undefined ? { ...kept, start } : added(known, kept))
  }
  const found: Candle[] = []
  let close = await closeBefore(host, instrument, first)
  for (let start = first; start <= last; start = (start + candleLength(minutes)) as Instant) {
    const candle = byStart.get(start) ?? (close === null ? null : flat(start, close))
    if (candle === null) continue
    found.push(candle)
    close = candle.close
  }
  return found
}

/** The minute of the first trade of an instrument, or null before it. */
export async function firstTradedAt(host: Reader, instrument: number): Promise<Instant | null> {
  const running = await runningCandle(host, instrument, 'minute')
  const [first] = await host.history('candles', { equals: { instrument, period: 'minute' }, limit: 1 })
  return first === undefined ? (running?.start ?? null) : (Number(first.start) as Instant)
}

/** Candles that are kept of a period from `from` to `to`, in order; the running one comes last. */
async function keptCandles(
  host: Reader,
  instrument: number,
  period: CandlePeriod,
  from: Instant,
  to: Instant,
): Promise<readonly Candle[]> {
  // The running ones are read first: one that closes meanwhile is in history then, and takes its place.
  const running = await runningCandle(host, instrument, period)
  const kept = new Map<number, Candle>()
  if (running !== null && running.start >= from && running.start <= to) kept.set(running.start, running)
  let after: readonly (number | string)[] | undefined
  for (;;) {
    const rows: readonly HistoryRow[] = await host.history('candles', {
      equals: { instrument, period },
      from: { start: from },
      to: { start: to },
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    })
    for (const row of rows) kept.set(Number(row.start), row as unknown as Candle)
    const last = rows.at(-1)
    if (rows.length < PAGE || last === undefined) break
    after = [instrument, period, Number(last.start)]
  }
  return [...kept.values()].sort((left, right) => left.start - right.start)
}

async function runningCandle(
  host: Reader,
  instrument: number,
  period: CandlePeriod,
): Promise<ClosedCandle | null> {
  const answer = await host.read<{ readonly items: readonly ClosedCandle[] }>('candles.running', SYSTEM, {
    instrument,
  })
  if (answer.kind === 'refused') throw new Error(`expected the instrument ${instrument} to be there`)
  return answer.result.items.find((candle) => candle.period === period) ?? null
}

/** What the instrument last traded at before `start`, or null. */
async function closeBefore(host: Reader, instrument: number, start: Instant): Promise<Price | null> {
  const [row] = await host.history('candles', {
    equals: { instrument, period: 'minute' },
    to: { start: start - 1 },
    newestFirst: true,
    limit: 1,
  })
  const running = await runningCandle(host, instrument, 'minute')
  if (running !== null && running.start < start) return running.close
  return row === undefined ? null : (row.close as Price)
}

const added = (left: Candle, right: Candle): Candle => ({
  start: left.start,
  open: left.open,
  high: right.high > left.high ? right.high : left.high,
  low: right.low < left.low ? right.low : left.low,
  close: right.close,
  volume: (left.volume + right.volume) as Quantity,
  notional: (left.notional + right.notional) as Amount,
  trades: left.trades + right.trades,
})

const flat = (start: Instant, close: Price): Candle => ({
  start,
  open: close,
  high: close,
  low: close,
  close,
  volume: 0n as Quantity,
  notional: 0n as Amount,
  trades: 0,
})
