/** Open orders of the accounts that the caller reads, and then what happens to them. */
import { randomUUID } from 'node:crypto'
import { type AccountId, type Event, formatInstant, type HistoryRow } from '@stemma/core'
import type { StreamPlan } from '../../../grpc/index.js'
import { readableAccount } from '../accounts.js'
import type { Call } from '../call.js'
import { answered } from '../errors.js'
import type { Fields } from '../fields.js'
import { findInstrument } from '../instruments.js'
import { idShown } from '../trading/ids.js'
import { readOpenOrders, SCOPE } from '../trading/open-orders.js'
import { factsTold } from '../trading/order-object.js'
import { cancelRejectShown, rejectTextShown } from '../trading/words.js'
import { executionsIn, executionsShown } from './drop-copy.js'
import {
  type CreateOrderSubscriptionResponse,
  CreateOrderSubscriptionResponseSchema,
} from './generated/polymarket/v1/trading_pb.js'
import { messageOf } from './messages.js'

type Message = CreateOrderSubscriptionResponse

/** Orders of one message of the snapshot. */
const PAGE = 500
const REFUSED_CHANGES = ['order.replace_rejected', 'order.cancel_rejected']

export async function orderUpdates(call: Call, fields: Fields): Promise<StreamPlan<Message>> {
  answered(await call.host.authorize(call.actor, SCOPE, []))
  const symbols = new Set(fields.texts('symbols'))
  for (const symbol of symbols) await findInstrument(call, symbol)
  const names = [...new Set(fields.texts('accounts'))]
  const accounts = await Promise.all(names.map((name) => readableAccount(call, name, SCOPE)))
  const wanted = new Set(accounts.map(({ id }) => id))
  const sessionId = randomUUID()
  const message = (event: Readonly<Record<string, unknown>>): Message =>
    messageOf(CreateOrderSubscriptionResponseSchema, {
      ...event,
      sessionId,
      processedSentTime: formatInstant(call.host.now()),
    })
  async function* first(begun: number): AsyncGenerator<Message, number> {
    const { orders, sequence } = await readOpenOrders(call, fields)
    for (let from = 0; from === 0 || from < orders.length; from += PAGE)
      yield message({ snapshot: { orders: orders.slice(from, from + PAGE) } })
    return sequence ?? begun
  }
  return {
    scope: SCOPE,
    needs: accounts.map(({ id }) => ({ ability: 'read', target: { account: id } })),
    matches(event, may) {
      const [row] = executionsIn([event])
      if (row === undefined || (symbols.size > 0 && !symbols.has(String(row.symbol)))) return false
      const account = row.account as AccountId
      return wanted.size > 0 ? wanted.has(account) : may({ ability: 'read', target: { account } })
    },
    after: null,
    first,
    isFirstOnly: fields.flag('snapshotOnly'),
    // A message tells of one refused change.
    joins: (before, next) => !isRefusedChange(before) && !isRefusedChange(next),
    async render(events) {
      const rows = executionsIn(events)
      const executions = await executionsShown(call, rows)
      const refused = events.some(isRefusedChange) ? rows[0] : undefined
      return message({
        update: { executions, ...(refused === undefined ? {} : { cancelReject: cancelReject(refused) }) },
      })
    },
    heartbeat: () => message({ heartbeat: {} }),
  }
}

const isRefusedChange = ({ kind }: Event): boolean => REFUSED_CHANGES.includes(kind)

function cancelReject({ order, snapshot, reason, text }: HistoryRow) {
  return {
    orderId: idShown(order),
    clordId: factsTold(snapshot ?? {}).clientOrderId ?? '',
    rejectReason: cancelRejectShown(reason),
    text: rejectTextShown(String(text ?? '')),
  }
}
