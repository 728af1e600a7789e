/** The balance ledger as a stream: entries from a time on, or from now on, of one account. */
import { ENTRIES, type Event, type HistoryRow, matchesQuery } from '@stemma/core'
import type { StreamPlan } from '../../../grpc/index.js'
import type { Call } from '../call.js'
import type { Fields } from '../fields.js'
import { ledgerEntry, ORDER, readAsked, SCOPE } from '../ledger.js'
import { PAGE_SIZE_MAX, readHistory } from '../pages.js'
import {
  type CreateBalanceLedgerSubscriptionResponse,
  CreateBalanceLedgerSubscriptionResponseSchema,
} from './generated/polymarket/v1/funding_pb.js'
import { messageOf } from './messages.js'

type Message = CreateBalanceLedgerSubscriptionResponse

export async function balanceLedger(call: Call, fields: Fields): Promise<StreamPlan<Message>> {
  const { account, query, target } = await readAsked(call, fields)
  const resumeTime = fields.instant('resumeTime')
  const message = (rows: readonly HistoryRow[]): Message =>
    messageOf(CreateBalanceLedgerSubscriptionResponseSchema, {
      entries: rows.map((row) => ledgerEntry(account, row)),
    })
  const shown = (event: Event): readonly HistoryRow[] =>
    ENTRIES.rows(event).filter((row) => matchesQuery(row, { ...query, limit: 1 }))
  async function* first(sequence: number): AsyncGenerator<Message, number> {
    const from = resumeTime === null ? {} : { from: { time: resumeTime } }
    let after: readonly number[] | null = null
    for (;;) {
      const asked = { ...query, ...from, to: { sequence } }
      const page = { size: PAGE_SIZE_MAX, after }
      const { rows, eof } = await readHistory(call, 'entries', ORDER, asked, page)
      if (rows.length > 0) yield message(rows)
      const last = rows.at(-1)
      if (eof || last === undefined) return sequence
      after = ORDER.map((column) => Number(last[column]))
    }
  }
  return {
    scope: SCOPE,
    needs: [{ ability: 'read', target }],
    matches: (event) => shown(event).length > 0,
    after: null,
    ...(resumeTime === null ? {} : { first }),
    render: (events) => message(events.flatMap(shown)),
    heartbeat: () => message([]),
  }
}
