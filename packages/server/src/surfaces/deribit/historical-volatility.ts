/**
 * How much an index moved (section 12.3): for each full hour of the last fifteen days, the deviation of the hourly changes
 * of the fifteen days before it, for a year, in percent. The prices are those that were recorded with the funding of the
 * coin's perpetual. A figure to look at: nothing is charged by it.
 */
import { after, DAY, type HistoryRow, HOUR, type Instant, type Price, toMilliseconds } from '@stemma/core'
import type { Call, Method } from './call.js'
import { FUNDING_HOURS_MAX, lastHours } from './funding-rates.js'
import { contracts, currencyNamed } from './instruments.js'
import { priceShown } from './numbers.js'

const WINDOW = 15 * DAY
const HOURS_OF_YEAR = 365 * 24

interface Change {
  readonly hour: Instant
  /** The logarithm of the price to the one of the hour before. */
  readonly log: number
}

async function volatility(call: Call): Promise<unknown> {
  const currency = currencyNamed(call.params)
  const perpetual = (await contracts(call)).find(
    ({ kind, index }) => kind === 'perpetual' && index === `${currency.toLowerCase()}_usd`,
  )
  if (perpetual === undefined) return []
  const now = call.host.now()
  const rows = await lastHours(call, perpetual, null, now, FUNDING_HOURS_MAX)
  const changes = changesOf([...rows].reverse())
  return changes
    .filter(({ hour }) => hour > after(now, -WINDOW))
    .flatMap(({ hour }) => {
      const deviation = deviationOf(
        changes.filter((each) => each.hour > after(hour, -WINDOW) && each.hour <= hour).map(({ log }) => log),
      )
      return deviation === null
        ? []
        : [[toMilliseconds(hour), Number((100 * deviation * Math.sqrt(HOURS_OF_YEAR)).toPrecision(12))]]
    })
}

/** Between hours that follow one another; a price that is not known makes no change. */
function changesOf(rows: readonly HistoryRow[]): Change[] {
  return rows.flatMap((row, at) => {
    const before = rows[at - 1]
    const hour = Number(row.hour) as Instant
    if (before === undefined || hour - Number(before.hour) !== HOUR) return []
    const [was, is] = [before.index_price, row.index_price] as [Price | null, Price | null]
    return was === null || is === null ? [] : [{ hour, log: Math.log(priceShown(is) / priceShown(was)) }]
  })
}

/** Of a sample; null where there are fewer than two. */
function deviationOf(values: readonly number[]): number | null {
  if (values.length < 2) return null
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1))
}

export const VOLATILITY_METHODS: readonly Method[] = [
  { name: 'public/get_historical_volatility', kind: 'public', answer: volatility },
]
