/** The clock of a perpetual's funding: what was paid up to now, and in each of the last hours. */
import { count, exact, exactOrNull, time, timeOrNull, value } from '../image/index.js'
import type { Price, Rate } from '../money/index.js'

/** By the instrument's id: one row for each perpetual that had a price. */
export const fundingClockFields = {
  /** Which part of its worth a long has paid since the beginning, in 10^-18; below zero it was paid. */
  interest: exact<Rate>(),
  accruedAt: time(),
  /** The same at the last full hour. */
  interestAtHour: exact<Rate>(),
  /** Of the last hours, the newest last: at most eight. */
  hours: value<readonly Rate[]>(),
  /** What the index stood at at the last full hour; null before the first. */
  indexPrice: exactOrNull<Price>(),
  /** How many hours were recorded. */
  recorded: count(),
  nextAt: timeOrNull(),
}
