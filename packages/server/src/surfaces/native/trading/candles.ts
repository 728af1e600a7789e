/** Candles on this surface, page by page: every one from the first trade to now has its place, so pages are counted off. */
import { type Instant, refuse } from '@stemma/core'
import {
  type Candle,
  type CandleMinutes,
  candleLength,
  candleStart,
  candlesBetween,
  firstTradedAt,
} from '../../../host/market-past/candles.js'
import type { InstrumentUnits } from '../../../host/market-view.js'
import type { Host, Services } from '../../../services.js'
import { refuseUnauthorized } from '../authorized.js'
import type { Call, Input } from '../call.js'
import { decodeCursor, encodeCursor } from '../cursor.js'
import type { History } from '../history.js'
import { settledInput, unitsOf } from './counted.js'

const MINUTES_OF: Readonly<Record<string, number>> = { m: 1, h: 60, d: 1_440 }

/** `15m`, `6h`, `1d`. */
const minutesOf = (resolution: string): CandleMinutes =>
  (Number(resolution.slice(0, -1)) * Number(MINUTES_OF[resolution.slice(-1)])) as CandleMinutes

interface Span {
  readonly first: Instant
  readonly last: Instant
}

/** Starts of the first and the last candle that are asked for; null where nothing was traded by then. */
async function spanAsked(
  host: Host,
  { from, to }: Input,
  instrument: number,
  minutes: CandleMinutes,
): Promise<Span | null> {
  const traded = await firstTradedAt(host, instrument)
  if (traded === null) return null
  const earliest = Math.max(traded, typeof from === 'number' ? from : 0) as Instant
  const latest = Math.min(host.now(), typeof to === 'number' ? to : host.now()) as Instant
  const span = { first: candleStart(earliest, minutes), last: candleStart(latest, minutes) }
  return span.first > span.last ? null : span
}

async function read({ host }: Services, call: Call): Promise<unknown> {
  const input = await settledInput(host, call)
  await refuseUnauthorized(host, call, [])
  const units = unitsOf(host, Number(input.instrument), '/instrument')
  const minutes = minutesOf(String(input.resolution))
  const length = candleLength(minutes)
  const isNewestFirst = input.newestFirst === true
  const span = await spanAsked(host, input, units.id, minutes)
  const begin = cursorAsked(input)
  if (span === null) return NONE
  const { first, last } = span
  const reach = (Number(input.limit) - 1) * length
  const page = isNewestFirst
    ? { from: Math.max(first, (begin ?? last) - reach), to: Math.min(last, begin ?? last) }
    : { from: Math.max(first, begin ?? first), to: Math.min(last, (begin ?? first) + reach) }
  if (page.from > page.to) return NONE
  const found = await candlesBetween(host, {
    instrument: units.id,
    minutes,
    from: page.from as Instant,
    to: page.to as Instant,
  })
  const next = isNewestFirst ? page.from - length : page.to + length
  const isMore = isNewestFirst ? next >= first : next <= last
  return {
    items: (isNewestFirst ? [...found].reverse() : found).map((each) => shown(each, units)),
    nextCursor: isMore ? encodeCursor(next) : null,
  }
}

const NONE = { items: [], nextCursor: null }

const shown = (candle: Candle, { currency, quantityScale }: InstrumentUnits) => ({
  ...candle,
  currency,
  quantityScale,
})

/** Where the page begins: the start of a candle. */
function cursorAsked({ cursor }: Input): Instant | null {
  if (typeof cursor !== 'string') return null
  const place = decodeCursor(cursor)
  return Number.isSafeInteger(place)
    ? (place as Instant)
    : refuse('malformed', 'expected a cursor of this list', { field: '/cursor' })
}

export const CANDLES: History = {
  table: 'candles',
  order: ['instrument', 'period', 'start'],
  needs: () => [],
  query: async () => [],
  row: (row) => row,
  read,
}
