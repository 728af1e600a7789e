/** The drop copy: the executions of firms as they happen, resumable, without a snapshot. */
import { type Event, EXECUTIONS, type HistoryRow } from '@stemma/core'
import type { Seen, StreamPlan } from '../../../grpc/index.js'
import type { Call } from '../call.js'
import type { Fields } from '../fields.js'
import { executionContext } from '../reports/executions.js'
import { executionShown } from '../trading/execution-object.js'
import { TYPES_SHOWN } from '../trading/words.js'
import { readDropCopy } from './firms.js'
import {
  type CreateDropCopySubscriptionResponse,
  CreateDropCopySubscriptionResponseSchema,
} from './generated/polymarket/v1/dropcopy_pb.js'
import { messageOf } from './messages.js'
import { tokenOf } from './resume-tokens.js'

type Message = CreateDropCopySubscriptionResponse

/** The execution reports in events that the venue has a type for. */
export const executionsIn = (events: readonly Event[]): readonly HistoryRow[] =>
  events
    .flatMap((event) => EXECUTIONS.rows(event))
    .filter(({ type }) => (TYPES_SHOWN as readonly unknown[]).includes(type))

export async function executionsShown(call: Call, rows: readonly HistoryRow[]) {
  const context = await executionContext(call, rows, [])
  return Promise.all(rows.map((row) => executionShown(context, row)))
}

export async function dropCopy(call: Call, fields: Fields): Promise<StreamPlan<Message>> {
  const { scope, needs, after, isShown } = await readDropCopy(call, fields)
  const rowsOf = (events: readonly Event[]) => executionsIn(events).filter(isShown)
  const message = (seen: Seen, executions: readonly unknown[]): Message =>
    messageOf(CreateDropCopySubscriptionResponseSchema, { resumeToken: tokenOf(seen), executions })
  return {
    scope,
    needs,
    after,
    matches: (event) => rowsOf([event]).length > 0,
    joins: () => true,
    render: async (events, seen) => message(seen, await executionsShown(call, rowsOf(events))),
    heartbeat: (seen) => message(seen, []),
  }
}
