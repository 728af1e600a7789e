/**
 * Charts (section 7): candles of any resolution, added up from the minutes, hours and days that the core keeps. Between
 * two that traded, those without a trade stand at the close before them.
 */
import type { Amount, ClosedCandle, HistoryRow, Instant, Price, Quantity } from '@stemma/core'
import { MILLISECOND, MINUTE, toMilliseconds } from '@stemma/core'
import type { Services } from '../../services.js'
import type { Call, Method } from './call.js'
import { answered, invalidParam } from './errors.js'
import { type Contract, contractAsked, isInverse, SYSTEM } from './instruments.js'
import { amountShown, priceShown, quantityShown } from './numbers.js'

/** How long each lasts in minutes, and which kept candles it is added up from. */
interface Resolution {
  readonly minutes: number
  readonly period: ClosedCandle['period']
}

const resolution = (minutes: number): Resolution => ({
  minutes,
  period: minutes < 60 ? 'minute' : minutes < 1_440 ? 'hour' : 'day',
})

export const RESOLUTIONS: Readonly<Record<string, Resolution>> = {
  ...Object.fromEntries(
    [1, 3, 5, 10, 15, 30, 60, 120, 180, 360, 720].map((minutes) => [String(minutes), resolution(minutes)]),
  ),
  '1D': resolution(1_440),
}

/** Candles of one answer: of a longer span, the newest. */
export const CANDLES_MAX = 5_000
const PAGE = 10_000

type Kept = Pick<ClosedCandle, 'start' | 'open' | 'high' | 'low' | 'close' | 'volume' | 'notional'>

type Host = Pick<Services, 'host'>

/** Candles that are kept of a period from `from` to `to`, in order; the running one comes last. */
async function keptCandles(
  { host }: Host,
  { id }: Contract,
  period: ClosedCandle['period'],
  from: Instant,
  to: Instant,
): Promise<readonly Kept[]> {
  // The running ones are read first: one that closes meanwhile is in history then, and takes its place.
  const running = await runningOf({ host }, id, period)
  const kept = new Map<number, Kept>()
  if (running !== null && running.start >= from && running.start <= to) kept.set(running.start, running)
  let after: readonly (number | string)[] | undefined
  for (;;) {
    const rows: readonly HistoryRow[] = await host.history('candles', {
      equals: { instrument: id, period },
      from: { start: from },
      to: { start: to },
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    })
    for (const row of rows) kept.set(Number(row.start), row as unknown as Kept)
    const last = rows.at(-1)
    if (rows.length < PAGE || last === undefined) break
    after = [id, period, Number(last.start)]
  }
  return [...kept.values()].sort((left, right) => left.start - right.start)
}

async function runningOf(
  { host }: Host,
  instrument: number,
  period: ClosedCandle['period'],
): Promise<ClosedCandle | null> {
  const { items } = answered(
    await host.read<{ items: readonly ClosedCandle[] }>('candles.running', SYSTEM, { instrument }),
  )
  return items.find((candle) => candle.period === period) ?? null
}

/** What the instrument last traded at before `start`, or null. */
async function closeBefore({ host }: Host, { id }: Contract, start: Instant): Promise<Price | null> {
  const [row] = await host.history('candles', {
    equals: { instrument: id, period: 'minute' },
    to: { start: start - 1 },
    newestFirst: true,
    limit: 1,
  })
  const running = await runningOf({ host }, id, 'minute')
  if (running !== null && running.start < start) return running.close
  return row === undefined ? null : (row.close as Price)
}

const added = (left: Kept, right: Kept): Kept => ({
  start: left.start,
  open: left.open,
  high: right.high > left.high ? right.high : left.high,
  low: right.low < left.low ? right.low : left.low,
  close: right.close,
  volume: (left.volume + right.volume) as Quantity,
  notional: (left.notional + right.notional) as Amount,
})

const flat = (start: Instant, close: Price): Kept => ({
  start,
  open: close,
  high: close,
  low: close,
  close,
  volume: 0n as Quantity,
  notional: 0n as Amount,
})

/** Every candle from the first that has a price on. */
async function candlesOf(
  services: Host,
  contract: Contract,
  { minutes, period }: Resolution,
  from: Instant,
  to: Instant,
): Promise<readonly Kept[]> {
  const length = minutes * MINUTE
  const last = to - (to % length)
  const first = Math.max(from - (from % length), last - (CANDLES_MAX - 1) * length) as Instant
  const byStart = new Map<number, Kept>()
  for (const kept of await keptCandles(services, contract, period, first, to)) {
    const start = (kept.start - (kept.start % length)) as Instant
    const known = byStart.get(start)
    byStart.set(start, known === undefined ? { ...kept, start } : added(known, kept))
  }
  const found: Kept[] = []
  let close = await closeBefore(services, contract, first)
  for (let start = first; start <= last; start = (start + length) as Instant) {
    const candle = byStart.get(start) ?? (close === null ? null : flat(start, close))
    if (candle === null) continue
    found.push(candle)
    close = candle.close
  }
  return found
}

/** Volume counts coin, cost what is quoted in: an inverse contract counts dollars and is paid in coin. */
function candleShown(contract: Contract, { start, open, high, low, close, volume, notional }: Kept) {
  const [quantity, paid] = [
    quantityShown(volume, contract.quantityScale),
    amountShown(notional, contract.currency),
  ]
  const isInDollars = isInverse(contract) && contract.kind !== 'option'
  return {
    tick: toMilliseconds(start),
    open: priceShown(open),
    high: priceShown(high),
    low: priceShown(low),
    close: priceShown(close),
    volume: isInDollars ? paid : quantity,
    cost: isInDollars ? quantity : paid,
  }
}

/** The candle of now, or null where nothing was traded yet. */
export async function chartNow(services: Host, contract: Contract, named: string): Promise<unknown> {
  const now = services.host.now()
  const candles = await candlesOf(services, contract, RESOLUTIONS[named] as Resolution, now, now)
  const last = candles.at(-1)
  return last === undefined ? null : candleShown(contract, last)
}

async function chartData(call: Call): Promise<unknown> {
  const { params, host } = call
  const contract = await contractAsked(call)
  const from = params.time('start_timestamp') ?? params.missing('start_timestamp')
  const to = params.time('end_timestamp') ?? params.missing('end_timestamp')
  if (to < from) throw invalidParam('end_timestamp', 'must not be before the start')
  const named = params.oneOf('resolution', Object.keys(RESOLUTIONS)) ?? params.missing('resolution')
  // A millisecond holds a thousand of our instants; what has not come yet has no candle.
  const end = Math.min(to + MILLISECOND - 1, host.now()) as Instant
  const candles =
    end < from ? [] : await candlesOf(call, contract, RESOLUTIONS[named] as Resolution, from, end)
  const shown = candles.map((candle) => candleShown(contract, candle))
  const column = (name: keyof (typeof shown)[number]) => shown.map((candle) => candle[name])
  return {
    status: shown.length === 0 ? 'no_data' : 'ok',
    ticks: column('tick'),
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('volume'),
    cost: column('cost'),
  }
}

export const CHART_METHODS: readonly Method[] = [
  { name: 'public/get_tradingview_chart_data', kind: 'public', answer: chartData },
]
