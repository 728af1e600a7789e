/** What longs of a perpetual paid (section 7), as part of their worth: by full hours. */
import type { HistoryRow, Instant, Price, Rate } from '@stemma/core'
import { toMilliseconds } from '@stemma/core'
import type { Call, Method } from './call.js'
import { invalidParam } from './errors.js'
import { type Contract, contractAsked } from './instruments.js'
import { priceOr, priceShown } from './numbers.js'

/** A month of hours: of a longer span, the newest. */
export const FUNDING_HOURS_MAX = 744

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

/** The newest hours up to `to`, the newest first. */
export const lastHours = (
  { host }: Call,
  { id }: Contract,
  from: Instant | null,
  to: Instant,
  limit: number,
): Promise<readonly HistoryRow[]> =>
  host.history('funding_hours', {
    equals: { instrument: id },
    ...(from === null ? {} : { from: { hour: from } }),
    to: { hour: to },
    newestFirst: true,
    limit,
  })

/** From the last full hour before the start to the last one before the end. */
async function value(call: Call): Promise<unknown> {
  const { contract, from, to } = await spanAsked(call)
  const [before] = await lastHours(call, contract, null, from, 1)
  const [after] = await lastHours(call, contract, null, to, 1)
  const interest = (row: HistoryRow | undefined): bigint => (row?.interest ?? 0n) as bigint
  return priceShown((interest(after) - interest(before)) as Rate)
}

async function history(call: Call): Promise<unknown> {
  const { contract, from, to } = await spanAsked(call)
  const rows = await lastHours(call, contract, from, to, FUNDING_HOURS_MAX)
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
