/**
 * What longs of a perpetual paid by full hours, as part of their worth, and what stands beside it: where its index stood.
 * Every surface that shows funding of the past, or how an index moved, reads it here.
 */
import type { HistoryRow, Instant, InstrumentView, Rate } from '@stemma/core'
import type { Answer, Host } from '../../services.js'

/** A month of hours. */
export const FUNDING_HOURS_MAX = 744

const SYSTEM = { kind: 'system' } as const
const PAGE = 500

export interface HoursAsked {
  readonly instrument: number
  /** Null: from the first on. */
  readonly from: Instant | null
  readonly to: Instant
  readonly limit: number
}

/** The newest hours up to `to`, the newest first. */
export const lastFundingHours = (
  host: Pick<Host, 'history'>,
  { instrument, from, to, limit }: HoursAsked,
): Promise<readonly HistoryRow[]> =>
  host.history('funding_hours', {
    equals: { instrument },
    ...(from === null ? {} : { from: { hour: from } }),
    to: { hour: to },
    newestFirst: true,
    limit,
  })

/** What was paid between the last full hour before `from` and the last one before `to`; below zero longs were paid. */
export async function fundingBetween(
  host: Pick<Host, 'history'>,
  instrument: number,
  from: Instant,
  to: Instant,
): Promise<Rate> {
  const until = async (at: Instant): Promise<bigint> => {
    const [row] = await lastFundingHours(host, { instrument, from: null, to: at, limit: 1 })
    return (row?.interest ?? 0n) as bigint
  }
  return ((await until(to)) - (await until(from))) as Rate
}

interface Page {
  readonly items: readonly InstrumentView[]
  readonly next: number | null
}

/** The oldest perpetual that follows an index, with whose funding its prices are recorded; null where none does. */
export async function perpetualOn(host: Pick<Host, 'read'>, index: string): Promise<number | null> {
  for (let after: number | null = null; ; ) {
    const answer: Answer<Page> = await host.read<Page>('instruments.list', SYSTEM, {
      symbols: null,
      kind: 'perpetual',
      states: null,
      event: null,
      search: null,
      after,
      limit: PAGE,
    })
    if (answer.kind === 'refused')
      throw new Error(`expected instruments to be read: ${answer.refusal.detail}`)
    const { items, next }: Page = answer.result
    const found = items.find(({ derivative }) => derivative?.index === index)
    if (found !== undefined) return found.id
    if (next === null) return null
    after = next
  }
}
