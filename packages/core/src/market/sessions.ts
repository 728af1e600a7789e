/**
 * The daily sessions of futures and perpetuals, by the instrument's id. At 08:00 UTC what every position has gained or
 * lost becomes money at one price, and with it the funding up to that moment (deribit section 13.4).
 */
import { count, DAY, exact, exactOrNull, HOUR, type Instant, time, timeOrNull } from '../image/index.js'
import type { Price, Rate } from '../money/index.js'

export const sessionFields = {
  /** How many have ended. */
  number: count(),
  /** At which price the last one ended; null before. */
  price: exactOrNull<Price>(),
  endedAt: timeOrNull(),
  nextAt: timeOrNull(),
  /**
   * What one unit of a long has paid since the beginning, in 10^-18 of the currency: by `fundedAt`, and when the last
   * session ended.
   */
  funding: exact<bigint>(),
  fundingAtEnd: exact<bigint>(),
  /** What a long pays of its worth in eight hours, from `fundedAt` on. */
  fundingRate: exact<Rate>(),
  fundedAt: time(),
}

const ENDS_AT = 8 * HOUR

/** The next 08:00 UTC. */
export const nextSessionEnd = (at: Instant): Instant =>
  (Math.floor((at - ENDS_AT) / DAY) * DAY + ENDS_AT + DAY) as Instant
