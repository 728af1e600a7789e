/**
 * Trade capture: each trade of firms once, with the sides that are theirs, and again with the same id when it is busted
 * or corrected.
 */
import { type Event, EXECUTIONS, type HistoryRow } from '@stemma/core'
import type { Seen, StreamPlan } from '../../../grpc/index.js'
import type { Call } from '../call.js'
import type { Fields } from '../fields.js'
import { executionContext } from '../reports/executions.js'
import { type Trade, tradeShown } from '../reports/trades.js'
import { FILLS } from '../trading/words.js'
import { type DropCopy, readDropCopy } from './firms.js'
import {
  type CreateTradeCaptureReportSubscriptionResponse,
  CreateTradeCaptureReportSubscriptionResponseSchema,
} from './generated/polymarket/v1/dropcopy_pb.js'
import { messageOf } from './messages.js'
import { tokenOf } from './resume-tokens.js'

type Message = CreateTradeCaptureReportSubscriptionResponse

const TYPES = [...FILLS, 'busted', 'corrected']
/** A trade has two executions; a correction takes both back and books both anew. */
const SIDES = 2
const TOLD_MAX = 4

export async function tradeCapture(call: Call, fields: Fields): Promise<StreamPlan<Message>> {
  const copy = await readDropCopy(call, fields)
  const { scope, needs, after, isShown } = copy
  const rowOf = (event: Event): HistoryRow | undefined =>
    EXECUTIONS.rows(event).find((row) => (TYPES as readonly unknown[]).includes(row.type) && isShown(row))
  const message = (seen: Seen, tradeCaptureReports: readonly unknown[]): Message =>
    messageOf(CreateTradeCaptureReportSubscriptionResponseSchema, {
      resumeToken: tokenOf(seen),
      tradeCaptureReports,
    })
  return {
    scope,
    needs,
    after,
    matches: (event) => rowOf(event) !== undefined,
    async render([event], seen) {
      const row = event === undefined ? undefined : rowOf(event)
      if (event === undefined || row === undefined) return null
      const trade = await tradeTold(call, copy, event, row)
      if (trade === null) return null
      const context = await executionContext(call, trade.rows, [])
      return message(seen, [await tradeShown(context, trade)])
    },
    heartbeat: (seen) => message(seen, []),
  }
}

/** Told by the last event of its sequence that is the firms' and of the trade, so that it comes once and whole. */
async function tradeTold(
  call: Call,
  { isWithin }: DropCopy,
  { sequence, index }: Event,
  row: HistoryRow,
): Promise<Trade | null> {
  const told = await call.host.history('executions', {
    equals: { trade: row.trade ?? null, sequence },
    oneOf: { type: TYPES },
    limit: TOLD_MAX,
  })
  const last = told.filter(({ path }) => isWithin(path)).at(-1)
  if (last === undefined || Number(last.position) !== index) return null
  const { trade } = await fillBehind(call, row)
  const fills = await call.host.history('executions', {
    equals: { trade: trade ?? null },
    oneOf: { type: FILLS },
    limit: SIDES,
  })
  return { id: Number(trade), rows: fills.filter(({ path }) => isWithin(path)), state: stateOf(row) }
}

const stateOf = ({ type }: HistoryRow): Trade['state'] =>
  type === 'busted' || type === 'corrected' ? type : 'made'

/** A correction may be of a trade that was corrected before. */
async function fillBehind({ host }: Call, row: HistoryRow): Promise<HistoryRow> {
  let fill = row
  while (!(FILLS as readonly unknown[]).includes(fill.type)) {
    const [earlier] = await host.history('executions', { equals: { id: fill.corrects ?? null }, limit: 1 })
    if (earlier === undefined) throw new Error(`expected what execution ${String(fill.id)} corrects`)
    fill = earlier
  }
  return fill
}
