/** What longs of a perpetual paid (section 7), as part of their worth: by full hours. */
import type { Instant, Price, Rate } from '@stemma/core'
import { toMilliseconds } from '@stemma/core'
import { FUNDING_HOURS_MAX, fundingBetween, lastFundingHours } from '../../host/market-past/funding-hours.js'
import type { Call, Method } from './call.js'
import { invalidParam } from './errors.js'
import { type Contract, contractAsked } from './instruments.js'
import { priceOr, priceShown } from './numbers.js'

interface Span {
  readonly contract: Contract
  readonly from: Instant
  readonly to: Instant
}

async function spanAsked(call: Call): Promise<Span> {
  const { params } = call
  const contract = await contractAsked(call)
  if (contract.kind !== 'perpetual') throw invalidParam('instrument_name', 'must be a perpetual')
  const from = params.time('start_timestamp') ?? params.missing('start_timestamp')
  const to = params.time('end_timestamp') ?? params.missing('end_timestamp')
  if (to < from) throw invalidParam('end_timestamp', 'must not be before the start')
  return { contract, from, to }
}

/** From the last full hour before the start to the last one before the end. */
async function value(call: Call): Promise<unknown> {
  const { contract, from, to } = await spanAsked(call)
  return priceShown(await fundingBetween(call.host, contract.id, from, to))
}

async function history(call: Call): Promise<unknown> {
  const { contract, from, to } = await spanAsked(call)
  const asked = { instrument: contract.id, from, to, limit: FUNDING_HOURS_MAX }
  const rows = await lastFundingHours(call.host, asked)
  return [...rows].reverse().map((row) => ({
    timestamp: toMilliseconds(Number(row.hour) as never),
    index_price: priceOr((row.index_price ?? null) as Price | null, 0),
    prev_index_price: priceOr((row.index_price_before ?? row.index_price ?? null) as Price | null, 0),
    interest_1h: priceShown(row.interest_1h as Rate),
    interest_8h: priceShown(row.interest_8h as Rate),
  }))
}

export const FUNDING_RATE_METHODS: readonly Method[] = [
  { name: 'public/get_funding_rate_value', kind: 'public', answer: value },
  { name: 'public/get_funding_rate_history', kind: 'public', answer: history },
]
