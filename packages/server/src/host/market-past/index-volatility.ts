/**
 * How much an index moved: for each full hour of the last fifteen days, the deviation of the hourly changes of the fifteen
 * days before it, for a year. The prices are those that were recorded with the funding of a perpetual that follows it. A
 * figure to look at: nothing is charged by it, so it is no exact number.
 */
import { after, DAY, type HistoryRow, HOUR, type Instant, type Price } from '@stemma/core'
import type { Host } from '../../services.js'
import { FUNDING_HOURS_MAX, lastFundingHours, perpetualOn } from './funding-hours.js'

const WINDOW = 15 * DAY
const HOURS_OF_YEAR = 365 * 24

export interface HourlyVolatility {
  readonly hour: Instant
  /** Of one: 0.5 is fifty percent a year. */
  readonly volatility: number
}

interface Change {
  readonly hour: Instant
  /** The logarithm of the price to the one of the hour before. */
  readonly log: number
}

/** In order of time; nothing of an index that no perpetual follows. */
export async function volatilityOf(
  host: Pick<Host, 'read' | 'history'>,
  index: string,
  now: Instant,
): Promise<readonly HourlyVolatility[]> {
  const instrument = await perpetualOn(host, index)
  if (instrument === null) return []
  const asked = { instrument, from: null, to: now, limit: FUNDING_HOURS_MAX }
  const changes = changesOf([...(await lastFundingHours(host, asked))].reverse())
  return changes
    .filter(({ hour }) => hour > after(now, -WINDOW))
    .flatMap(({ hour }) => {
      const deviation = deviationOf(
        changes.filter((each) => each.hour > after(hour, -WINDOW) && each.hour <= hour).map(({ log }) => log),
      )
      return deviation === null ? [] : [{ hour, volatility: deviation * Math.sqrt(HOURS_OF_YEAR) }]
    })
}

/** Between hours that follow one another; a price that is not known makes no change. */
function changesOf(rows: readonly HistoryRow[]): Change[] {
  return rows.flatMap((row, at) => {
    const before = rows[at - 1]
    const hour = Number(row.hour) as Instant
    if (before === undefined || hour - Number(before.hour) !== HOUR) return []
    const [was, is] = [before.index_price, row.index_price] as [Price | null, Price | null]
    return was === null || is === null ? [] : [{ hour, log: Math.log(Number(is) / Number(was)) }]
  })
}

/** Of a sample; null where there are fewer than two. */
function deviationOf(values: readonly number[]): number | null {
  if (values.length < 2) return null
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1))
}
