/** Changes of deposits, withdrawals and transfers as a stream. */
import { type AccountId, type Event, FUNDING, formatInstant, type HistoryRow } from '@stemma/core'
import { placeBefore, type Seen, type StreamPlan } from '../../../grpc/index.js'
import { nameOfAccount, readableAccount } from '../accounts.js'
import type { Call } from '../call.js'
import type { Fields } from '../fields.js'
import { kindsMeant, READ, STATES, transaction } from '../funding.js'
import {
  type CreateFundingTransactionSubscriptionResponse,
  CreateFundingTransactionSubscriptionResponseSchema,
} from './generated/polymarket/v1/funding_pb.js'
import { messageOf } from './messages.js'

type Message = CreateFundingTransactionSubscriptionResponse

const accountOf = (row: HistoryRow): AccountId => row.account as AccountId

export async function fundingTransactions(call: Call, fields: Fields): Promise<StreamPlan<Message>> {
  const kinds = kindsMeant(fields.texts('transactionTypes'))
  const names = [...new Set(fields.texts('accountIds'))]
  const accounts = await Promise.all(names.map((name) => readableAccount(call, name, READ)))
  const wanted = new Set(accounts.map(({ id }) => id))
  const resumeTime = fields.instant('resumeTime')
  const rowOf = (event: Event): HistoryRow | undefined => FUNDING.rows(event)[0]
  const message = ({ time }: Seen, changes: readonly unknown[]): Message =>
    messageOf(CreateFundingTransactionSubscriptionResponseSchema, {
      changes,
      serverTime: formatInstant(time),
    })
  return {
    scope: READ,
    needs: accounts.map(({ id }) => ({ ability: 'read', target: { account: id } })),
    matches(event, may) {
      const row = rowOf(event)
      if (row === undefined || (kinds.length > 0 && !kinds.includes(String(row.kind)))) return false
      const account = accountOf(row)
      return wanted.size > 0 ? wanted.has(account) : may({ ability: 'read', target: { account } })
    },
    after: resumeTime === null ? null : await placeBefore(call.host, resumeTime),
    async render([event], seen) {
      const row = event === undefined ? undefined : rowOf(event)
      if (event === undefined || row === undefined) return null
      const account = accountOf(row)
      const change = {
        transaction: transaction(row, new Map([[account, await nameOfAccount(call, account)]])),
        previousState: STATES[await stateBefore(call, event)],
        changeTime: formatInstant(event.time),
      }
      return message(seen, [change])
    },
    heartbeat: (seen) => message(seen, []),
  }
}

/** What the movement was before; one that is new was not there, which the venue's states call pending. */
async function stateBefore({ host }: Call, { subject, sequence, index }: Event): Promise<string> {
  const asked = { equals: { subject }, newestFirst: true, after: [sequence, index], limit: 1 }
  const [row] = await host.history('events', asked)
  return String((row?.data as { readonly state?: unknown } | undefined)?.state ?? 'pending')
}
