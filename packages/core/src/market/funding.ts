/**
 * Funding of perpetuals: it accrues all the time, at the rate that mark and index last gave, and is kept as what one
 * unit of a long has paid since the beginning. So a position that nobody touches needs no row to change, and what longs
 * pay is what shorts get.
 */
import { type Instant, NO_ROW, type Row } from '../image/index.js'
import { divide, ONE, type Price, type Rate } from '../money/index.js'
import type { DerivativeTerms, FundingTerms } from './derivatives.js'
import { accrueInterest, beginFundingClock, FUNDING_PERIOD } from './funding-clock.js'
import type { Market } from './market.js'

/** What a long pays of its worth in eight hours; below zero it is paid. Half-even. */
export function fundingRate({ damper, cap }: FundingTerms, mark: Price, index: Price): Rate {
  const premium = divide((mark - index) * ONE, index, 'half_even')
  const above = premium > damper ? premium - damper : 0n
  const below = premium < -damper ? premium + damper : 0n
  const rate = above + below
  return (rate > cap ? cap : rate < -cap ? -cap : rate) as Rate
}

/** What one unit has paid by `at`, in 10^-18 of the currency. */
export function fundingAt(market: Market, instrument: Row, at: Instant): bigint {
  const { sessions, instruments } = market
  const row = sessions.find(instruments.id(instrument))
  const since = sessions.funding.get(row)
  const rate = sessions.fundingRate.get(row)
  const derivative = instruments.derivative.get(instrument)
  const index = derivative === null ? null : market.indexes.price(derivative.index)
  if (rate === 0n || derivative === null || index === null) return since
  const elapsed = BigInt(at - sessions.fundedAt.get(row))
  return since + accrued(derivative, rate, index, instruments.multiplier.get(instrument), elapsed)
}

/** Rate × worth of one unit at the index × time, half-even. */
function accrued(
  { style }: DerivativeTerms,
  rate: Rate,
  index: Price,
  multiplier: Price,
  elapsed: bigint,
): bigint {
  const period = BigInt(FUNDING_PERIOD)
  return style === 'linear'
    ? divide(rate * index * multiplier * elapsed, ONE * ONE * period, 'half_even')
    : divide(rate * multiplier * elapsed, index * period, 'half_even')
}

/** Brings the funding of an instrument up to `at`, and holds it there. */
export function accrueFunding(market: Market, instrument: Row, at: Instant): void {
  const { sessions, instruments } = market
  const row = sessions.find(instruments.id(instrument))
  if (row === NO_ROW) return
  sessions.funding.set(row, fundingAt(market, instrument, at))
  sessions.fundedAt.set(row, at)
  accrueInterest(market, instrument, at)
}

/** The rate that mark and index give from now on; what accrued so far has to be in already. */
export function restateFundingRate(market: Market, instrument: Row, at: Instant): void {
  const { sessions, instruments } = market
  const derivative = instruments.derivative.get(instrument)
  const row = sessions.find(instruments.id(instrument))
  if (row === NO_ROW || derivative === null || derivative.funding === null) return
  const mark = market.valuationPrice(instrument)
  const index = market.indexes.price(derivative.index)
  const isFunded = mark !== null && index !== null && instruments.settledAt.get(instrument) === null
  if (isFunded) beginFundingClock(market, instrument, at)
  sessions.fundingRate.set(row, isFunded ? fundingRate(derivative.funding, mark, index) : (0n as Rate))
}
