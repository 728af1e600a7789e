/** What the searches share: whose accounts, between which times, in which instrument, and the page. */
import type { HistoryQuery, ParticipantAccount } from '@stemma/core'
import { readableAccount } from '../accounts.js'
import { bodyOf, type Call } from '../call.js'
import { endOf, startOf } from '../dates.js'
import { Fields } from '../fields.js'
import { type PageAsked, readPage } from '../pages.js'
import { accountsReached } from '../trading/find-order.js'
import { idMeant } from '../trading/ids.js'

export const SCOPE = 'reports:read'

/** `accountId` and `instrument` are what older clients call them. */
const SHARED = [
  'pageSize',
  'pageToken',
  'startTime',
  'endTime',
  'symbol',
  'instrument',
  'accounts',
  'accountId',
]

export type Conditions = Omit<HistoryQuery, 'limit' | 'after'>

export interface Asked {
  readonly fields: Fields
  readonly page: PageAsked
  readonly accounts: readonly ParticipantAccount[]
  readonly symbol: string | null
  /** Bounds of time, business dates included, as history has them. */
  readonly from: number | null
  readonly to: number | null
}

export async function readAsked(call: Call, own: readonly string[]): Promise<Asked> {
  const fields = Fields.of(bodyOf(call), [...SHARED, ...own])
  const page = readPage(fields)
  const [start, end] = [fields.instant('startTime'), fields.instant('endTime')]
  const [startDate, endDate] = ['startTransactTradeDate', 'endTransactTradeDate'].map((name) =>
    own.includes(name) ? fields.date(name) : null,
  )
  const symbol = fields.text('symbol') ?? fields.text('instrument')
  const accounts = await accountsIn(call, fields)
  return {
    fields,
    page,
    accounts,
    symbol,
    from: later(start, startDate == null ? null : startOf(startDate)),
    to: earlier(end, endDate == null ? null : endOf(endDate)),
  }
}

/** Those that are named, each within reach, or all that the caller reads. */
async function accountsIn(call: Call, fields: Fields): Promise<readonly ParticipantAccount[]> {
  const named = [...fields.texts('accounts'), ...fields.texts('accountId')]
  if (named.length === 0) return accountsReached(call)
  return Promise.all(named.map((name) => readableAccount(call, name, SCOPE)))
}

const later = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.max(one, other)
const earlier = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.min(one, other)

/** As conditions on the columns of a table, whose column of time is `time`. */
export function conditionsOf({ accounts, symbol, from, to }: Asked, time: string): Conditions {
  return {
    equals: symbol === null ? {} : { symbol },
    oneOf: { account: accounts.map(({ id }) => id) },
    ...(from === null ? {} : { from: { [time]: from } }),
    ...(to === null ? {} : { to: { [time]: to } }),
  }
}

export const withEquals = (query: Conditions, equals: NonNullable<HistoryQuery['equals']>): Conditions => ({
  ...query,
  equals: { ...query.equals, ...equals },
})

export const withOneOf = (query: Conditions, oneOf: NonNullable<HistoryQuery['oneOf']>): Conditions => ({
  ...query,
  oneOf: { ...query.oneOf, ...oneOf },
})

/** An id as a condition; one that is not written like ours is found nowhere. */
export const idCondition = (
  fields: Fields,
  name: string,
  column: string,
): Readonly<Record<string, number>> => {
  const text = fields.text(name)
  return text === null ? {} : { [column]: idMeant(text) ?? 0 }
}
