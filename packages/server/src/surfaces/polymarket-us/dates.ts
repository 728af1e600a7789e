/** Business dates as spans of time: a date begins and ends at 17:00 in New York. */
import { endOfBusinessDay, type Instant, instant, parseInstant } from '@stemma/core'

const DAY_MILLISECONDS = 86_400_000
/** Noon in London is before 17:00 in New York, and after 17:00 of the day before. */
const noonOf = (date: string): Instant => parseInstant(`${date}T12:00:00Z`) as Instant

/** The last moment that counts for the date. */
export const endOf = (date: string): Instant => instant(endOfBusinessDay(noonOf(date)) - 1)

/** The first moment that counts for the date. */
export const startOf = (date: string): Instant => {
  const before = new Date(Date.parse(date) - DAY_MILLISECONDS).toISOString().slice(0, 10)
  return endOfBusinessDay(noonOf(before))
}
