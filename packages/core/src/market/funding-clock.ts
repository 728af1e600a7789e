/**
 * The record of funding: every full hour of a perpetual says which part of its worth a long has paid in that hour, and in
 * the last eight. Kept beside the session, whose funding is money of one unit.
 */
import { HOUR, type Id, type Instant, NO_ROW, type Row } from '../image/index.js'
import { divide, type Rate } from '../money/index.js'
import type { InstrumentId } from './fields.js'
import type { Market, MarketContext } from './market.js'

/** A rate holds for so long. */
export const FUNDING_PERIOD = 8 * HOUR
const HOURS_KEPT = 8

export const nextHour = (at: Instant): Instant => (Math.floor(at / HOUR) * HOUR + HOUR) as Instant

/** Begins the record of a perpetual that has its first price, where there is none yet. */
export function beginFundingClock(
  { fundingClocks, instruments }: Market,
  instrument: Row,
  at: Instant,
): void {
  const id = instruments.id(instrument)
  if (fundingClocks.has(id)) return
  fundingClocks.insert(id, {
    interest: 0n as Rate,
    accruedAt: at,
    interestAtHour: 0n as Rate,
    hours: [],
    indexPrice: null,
    recorded: 0,
    nextAt: nextHour(at),
  })
}

/** Brings the interest up to `at`, by the rate that held since. Half-even. */
export function accrueInterest(market: Market, instrument: Row, at: Instant): void {
  const { fundingClocks, instruments } = market
  const id = instruments.id(instrument)
  const row = fundingClocks.find(id)
  if (row === NO_ROW) return
  const accrued = interestSince(market, id, fundingClocks.accruedAt.get(row), at)
  fundingClocks.interest.set(row, (fundingClocks.interest.get(row) + accrued) as Rate)
  fundingClocks.accruedAt.set(row, at)
}

/** The interest of a time in which the rate of now held: a part of the worth, half-even. */
function interestSince({ sessions }: Market, id: InstrumentId, from: Instant, to: Instant): bigint {
  const rate = sessions.fundingRate.get(sessions.row(id))
  return divide(rate * BigInt(to - from), BigInt(FUNDING_PERIOD), 'half_even')
}

/**
 * Which part of its worth a long has paid in the eight hours before `at`; below zero it was paid. What is recorded are
 * full hours: of the oldest one so much counts as is within the eight hours, half-even.
 */
export function fundingOfPeriod(market: Market, instrument: Row, at: Instant): Rate {
  const { fundingClocks, instruments } = market
  const id = instruments.id(instrument)
  const row = fundingClocks.find(id)
  const nextAt = row === NO_ROW ? null : fundingClocks.nextAt.get(row)
  if (nextAt === null) return 0n as Rate
  let sum =
    fundingClocks.interest.get(row) -
    fundingClocks.interestAtHour.get(row) +
    interestSince(market, id, fundingClocks.accruedAt.get(row), at)
  let left = FUNDING_PERIOD - (at - (nextAt - HOUR))
  for (const hour of fundingClocks.hours.get(row).toReversed()) {
    if (left <= 0) break
    sum += divide(hour * BigInt(Math.min(left, HOUR)), BigInt(HOUR), 'half_even')
    left -= HOUR
  }
  return sum as Rate
}

/** A full hour of a perpetual has passed. Once it is settled there is none to come. */
export function recordFundingHour(context: MarketContext, id: Id): void {
  const { market, hierarchy, emit, now } = context
  const { fundingClocks, instruments, sessions } = market
  const instrument = instruments.row(id as InstrumentId)
  const row = fundingClocks.row(id as InstrumentId)
  if (instruments.settledAt.get(instrument) !== null) {
    fundingClocks.nextAt.set(row, null)
    return
  }
  accrueInterest(market, instrument, now)
  const interest = fundingClocks.interest.get(row)
  const hour = (interest - fundingClocks.interestAtHour.get(row)) as Rate
  const hours = [...fundingClocks.hours.get(row), hour].slice(-HOURS_KEPT)
  const indexPrice = market.indexPrice(instrument)
  const indexPriceBefore = fundingClocks.indexPrice.get(row)
  fundingClocks.interestAtHour.set(row, interest)
  fundingClocks.hours.set(row, hours)
  fundingClocks.indexPrice.set(row, indexPrice)
  fundingClocks.recorded.set(row, fundingClocks.recorded.get(row) + 1)
  fundingClocks.nextAt.set(row, nextHour(now))
  emit({
    kind: 'funding.recorded',
    subject: `ins_${id}`,
    paths: [hierarchy.pathOf(hierarchy.root)],
    data: {
      instrument: id,
      symbol: instruments.symbol.get(instrument),
      hour: now,
      indexPrice,
      indexPriceBefore,
      fundingRate: sessions.fundingRate.get(sessions.row(id as InstrumentId)),
      interest1h: hour,
      interest8h: hours.reduce((sum, each) => sum + each, 0n),
      interest,
    },
  })
}

/** Work of this room that is due by itself. */
export const MARKET_DUE_WORK: readonly (readonly [string, (context: MarketContext, id: Id) => void])[] = [
  ['funding_clocks', recordFundingHour],
]
