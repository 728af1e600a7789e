/** What an instrument traded at and how much, over a span of time and in bars of it (section 8). Nobody is named. */
import {
  type Amount,
  amount,
  formatInstant,
  type HistoryRow,
  type Instant,
  instant,
  type Price,
  ZERO,
} from '@stemma/core'
import { bodyOf, type Call } from '../call.js'
import { endOf, startOf } from '../dates.js'
import { invalid } from '../errors.js'
import { Fields } from '../fields.js'
import { findInstrument } from '../instruments.js'
import type { Scales } from '../trading/scales.js'
import { FILLS } from '../trading/words.js'

const BARS_MAX = 1_000
const TRADES_MAX = 100_000
const ROWS_OF_READ = 1_000

interface Sums {
  first: Price | null
  last: Price | null
  high: Price | null
  low: Price | null
  count: number
  cleared: number
  volume: bigint
  clearedVolume: bigint
  notional: Amount
  clearedNotional: Amount
}

const nothing = (): Sums => ({
  first: null,
  last: null,
  high: null,
  low: null,
  count: 0,
  cleared: 0,
  volume: 0n,
  clearedVolume: 0n,
  notional: ZERO,
  clearedNotional: ZERO,
})

export async function tradeStats(call: Call): Promise<unknown> {
  const fields = Fields.of(bodyOf(call), [
    'symbol',
    'startTime',
    'endTime',
    'bars',
    'startTradeDate',
    'endTradeDate',
  ])
  const symbol = fields.requiredText('symbol')
  const bars = fields.whole('bars', 0)
  if (bars < 0 || bars > BARS_MAX) throw fields.fault('bars', `expected 0 to ${BARS_MAX}`)
  const { view, scales } = await findInstrument(call, symbol)
  const span = spanIn(fields, view.createdAt as Instant, call.host.now())
  const busted = await bustedOf(call, symbol)
  const all = nothing()
  const each = Array.from({ length: bars }, nothing)
  for await (const row of tradesIn(call, symbol, span)) {
    const isCleared = !busted.has(Number(row.trade))
    count(all, row, isCleared)
    const bar =
      each[
        Math.min(bars - 1, Math.floor(((Number(row.time) - span.from) * bars) / (span.to - span.from + 1)))
      ]
    if (bar !== undefined) count(bar, row, isCleared)
  }
  return { stats: shown(all, scales), bars: each.map((bar) => shown(bar, scales)), ...edgesOf(span, bars) }
}

interface Span {
  readonly from: Instant
  readonly to: Instant
}

/** Without bounds: from the beginning of the instrument until now. */
function spanIn(fields: Fields, beginning: Instant, now: Instant): Span {
  const [startDate, endDate] = [fields.date('startTradeDate'), fields.date('endTradeDate')]
  const from = fields.instant('startTime') ?? (startDate === null ? beginning : startOf(startDate))
  const to = fields.instant('endTime') ?? (endDate === null ? now : endOf(endDate))
  if (from > to) throw invalid('invalid startTime: expected a time before the end')
  return { from, to }
}

/** Each trade once: by the side that took. */
async function* tradesIn({ host }: Call, symbol: string, { from, to }: Span): AsyncGenerator<HistoryRow> {
  let read = 0
  for (let after: readonly number[] | null = null; ; ) {
    const rows = await host.history('executions', {
      equals: { symbol, is_aggressor: true },
      oneOf: { type: FILLS },
      from: { time: from },
      to: { time: to },
      ...(after === null ? {} : { after }),
      limit: ROWS_OF_READ,
    })
    yield* rows
    read += rows.length
    if (read > TRADES_MAX) throw invalid(`expected a span of at most ${TRADES_MAX} trades`)
    const last = rows.at(-1)
    if (rows.length < ROWS_OF_READ || last === undefined) return
    after = [Number(last.id)]
  }
}

async function bustedOf({ host }: Call, symbol: string): Promise<ReadonlySet<number>> {
  const rows = await host.history('executions', { equals: { symbol, type: 'busted' }, limit: TRADES_MAX })
  return new Set(rows.map(({ trade }) => Number(trade)))
}

function count(sums: Sums, row: HistoryRow, isCleared: boolean): void {
  const price = row.last_price as Price
  const [quantity, notional] = [row.last_quantity as bigint, row.notional as Amount]
  sums.first ??= price
  sums.last = price
  if (sums.high === null || price > sums.high) sums.high = price
  if (sums.low === null || price < sums.low) sums.low = price
  sums.count += 1
  sums.volume += quantity
  sums.notional = amount(sums.notional + notional)
  if (!isCleared) return
  sums.cleared += 1
  sums.clearedVolume += quantity
  sums.clearedNotional = amount(sums.clearedNotional + notional)
}

function shown(sums: Sums, scales: Scales) {
  const price = (of: Price | null): string => (of === null ? '0' : scales.price(of))
  return {
    first: price(sums.first),
    last: price(sums.last),
    high: price(sums.high),
    low: price(sums.low),
    totalTradeCount: String(sums.count),
    clearedTradeCount: String(sums.cleared),
    volume: String(sums.volume),
    clearedVolume: String(sums.clearedVolume),
    notional: scales.notional(sums.notional),
    clearedNotional: scales.notional(sums.clearedNotional),
  }
}

/** Bars are alike but for the rounding to a microsecond: each begins where the one before ends. */
function edgesOf({ from, to }: Span, bars: number) {
  const edge = (place: number): string =>
    formatInstant(instant(from + Math.ceil(((to - from + 1) * place) / bars)))
  const places = Array.from({ length: bars }, (_each, place) => place)
  return { barStartTime: places.map(edge), barEndTime: places.map((place) => edge(place + 1)) }
}
