/**
 * Charts (section 7): candles of the venue's resolutions, which are read where every surface reads them. Those without a
 * trade stand at the close before them.
 */
import type { Instant } from '@stemma/core'
import { MILLISECOND, toMilliseconds } from '@stemma/core'
import {
  CANDLE_MINUTES,
  type Candle,
  type CandleMinutes,
  candleLength,
  candleStart,
  candlesBetween,
} from '../../host/market-past/candles.js'
import type { Services } from '../../services.js'
import type { Call, Method } from './call.js'
import { invalidParam } from './errors.js'
import { type Contract, contractAsked, isInverse } from './instruments.js'
import { amountShown, priceShown, quantityShown } from './numbers.js'

const DAY_MINUTES = 1_440

/** How long each lasts, in minutes. */
export const RESOLUTIONS: Readonly<Record<string, CandleMinutes>> = Object.fromEntries(
  CANDLE_MINUTES.map((minutes) => [minutes === DAY_MINUTES ? '1D' : String(minutes), minutes]),
)

/** Candles of one answer: of a longer span, the newest. */
export const CANDLES_MAX = 5_000

type Host = Pick<Services, 'host'>

function newestCandles(
  { host }: Host,
  { id }: Contract,
  named: string,
  from: Instant,
  to: Instant,
): Promise<readonly Candle[]> {
  const minutes = RESOLUTIONS[named] as CandleMinutes
  const earliest = candleStart(to, minutes) - (CANDLES_MAX - 1) * candleLength(minutes)
  return candlesBetween(host, { instrument: id, minutes, from: Math.max(from, earliest) as Instant, to })
}

/** Volume counts coin, cost what is quoted in: an inverse contract counts dollars and is paid in coin. */
function candleShown(contract: Contract, { start, open, high, low, close, volume, notional }: Candle) {
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
  const last = (await newestCandles(services, contract, named, now, now)).at(-1)
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
  const candles = end < from ? [] : await newestCandles(call, contract, named, from, end)
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
