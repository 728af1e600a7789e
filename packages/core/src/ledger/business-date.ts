/**
 * The business date: the calendar day in New York that money counts for. A business day ends at 17:00 there, so what
 * happens later counts for the next day. New York is five hours behind UTC, four while daylight saving holds: since
 * 2007 from 02:00 on the second Sunday of March to 02:00 on the first Sunday of November (Energy Policy Act of 2005).
 */
import { DAY, HOUR, type Instant } from '../image/index.js'

const ROLLS_AT = 17 * HOUR
const STANDARD = -5 * HOUR
const DAYLIGHT = -4 * HOUR

/** A business date begins and ends on the hour, and is asked for many times within one. */
const last = { hour: Number.NaN, date: '' }

/** The business date at an instant, as `2026-11-20`. */
export function businessDateOf(at: Instant): string {
  const hour = Math.floor(at / HOUR)
  if (hour !== last.hour) {
    last.date = dateIn(at)
    last.hour = hour
  }
  return last.date
}

function dateIn(at: Instant): string {
  const local = at + (isDaylightSaving(at) ? DAYLIGHT : STANDARD)
  return dateText(Math.floor((local + DAY - ROLLS_AT) / DAY))
}

/** When the business day of an instant ends: the next 17:00 in New York. */
export function endOfBusinessDay(at: Instant): Instant {
  return startOfDay(Math.floor(Date.parse(businessDateOf(at)) / 86_400_000) + 1)
}

/** When the business date begins that is `days` weekdays behind that of an instant. */
export function startOfWeekdayAfter(at: Instant, days: number): Instant {
  let day = Math.floor(Date.parse(businessDateOf(at)) / 86_400_000)
  for (let left = days; left > 0; ) {
    day += 1
    // Day 0 was a Thursday: 2 and 3 days later begins the weekend.
    if ((day + 4) % 7 !== 6 && (day + 4) % 7 !== 0) left -= 1
  }
  return startOfDay(day)
}

/** A business date begins at 17:00 in New York on the day before. */
function startOfDay(day: number): Instant {
  const standard = (day - 1) * DAY + ROLLS_AT - STANDARD
  const daylight = (day - 1) * DAY + ROLLS_AT - DAYLIGHT
  return (isDaylightSaving(daylight as Instant) ? daylight : standard) as Instant
}

function isDaylightSaving(at: Instant): boolean {
  const year = Number(dateText(Math.floor((at + STANDARD) / DAY)).slice(0, 4))
  const begins = sunday(year, 2, 2) * DAY + 2 * HOUR - STANDARD
  const ends = sunday(year, 10, 1) * DAY + 2 * HOUR - DAYLIGHT
  return begins <= at && at < ends
}

/** The day number of the nth Sunday of a month (0 is January). Day 0, 1970-01-01, was a Thursday. */
function sunday(year: number, month: number, nth: number): number {
  const first = Date.UTC(year, month, 1) / 86_400_000
  return first + ((10 - (first % 7)) % 7) + 7 * (nth - 1)
}

const dateText = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10)
