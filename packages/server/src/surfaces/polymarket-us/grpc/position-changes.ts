/** Positions of firms as they change: by fills, settlements, adjustments and corrections. */
import {
  type AccountId,
  type Event,
  formatInstant,
  type HistoryRow,
  type Instant,
  POSITION_ENTRIES,
} from '@stemma/core'
import type { Seen, StreamPlan } from '../../../grpc/index.js'
import type { Call } from '../call.js'
import type { Fields } from '../fields.js'
import { positionOfEntry } from '../positions/positions.js'
import { Lookup } from '../trading/lookup.js'
import { readDropCopy } from './firms.js'
import {
  type CreatePositionChangeSubscriptionResponse,
  CreatePositionChangeSubscriptionResponseSchema,
} from './generated/polymarket/v1/dropcopy_pb.js'
import { messageOf } from './messages.js'
import { tokenOf } from './resume-tokens.js'

type Message = CreatePositionChangeSubscriptionResponse

export async function positionChanges(call: Call, fields: Fields): Promise<StreamPlan<Message>> {
  const { scope, needs, after, isShown } = await readDropCopy(call, fields)
  const rowsOf = (events: readonly Event[]): readonly HistoryRow[] =>
    events.flatMap((event) => POSITION_ENTRIES.rows(event)).filter(isShown)
  const message = (seen: Seen, changes: readonly unknown[]): Message =>
    messageOf(CreatePositionChangeSubscriptionResponseSchema, {
      resumeToken: tokenOf(seen),
      positionChanges: changes,
    })
  return {
    scope,
    needs,
    after,
    matches: (event) => rowsOf([event]).length > 0,
    joins: () => true,
    async render(events, seen) {
      const lookup = new Lookup(call.host)
      const change = async (row: HistoryRow) => ({
        position: positionOfEntry(
          await lookup.account(row.account as AccountId),
          row,
          await lookup.instruments.of(row.instrument),
        ),
        changeTime: formatInstant(row.time as Instant),
      })
      return message(seen, await Promise.all(rowsOf(events).map(change)))
    },
    heartbeat: (seen) => message(seen, []),
  }
}
