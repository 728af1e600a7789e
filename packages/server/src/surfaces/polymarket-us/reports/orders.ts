/** Orders by every filter of section 8, with the last execution of each where it is asked for. */
import type { HistoryRow } from '@stemma/core'
import type { Call } from '../call.js'
import type { Fields } from '../fields.js'
import { readFiltered } from '../pages.js'
import { executionShown } from '../trading/execution-object.js'
import { Fills } from '../trading/fills.js'
import { OPEN_STATES } from '../trading/find-order.js'
import { Lookup } from '../trading/lookup.js'
import { factsOfRow, type OrderContext, orderShown, stateOf } from '../trading/order-object.js'
import { ORDER_TYPES, SIDES, TYPES_SHOWN } from '../trading/words.js'
import {
  type Asked,
  type Conditions,
  conditionsOf,
  idCondition,
  readAsked,
  withEquals,
  withOneOf,
} from './asked.js'

export const TABLE = 'orders'
export const ORDER = ['id']

const FILTERS = [
  'orderId',
  'clordId',
  'clOrdId',
  'side',
  'type',
  'orderStateFilter',
  'crossId',
  'hostCrossId',
  'clientAccountId',
  'clientParticipantId',
  'parentOrderId',
  'startTransactTradeDate',
  'endTransactTradeDate',
  'withLastExecution',
]

export async function searchOrders(call: Call): Promise<unknown> {
  const asked = await readAsked(call, FILTERS)
  const { fields, page, accounts } = asked
  const { rows, nextPageToken } = await readFiltered(
    call,
    TABLE,
    ORDER,
    queryOf(asked),
    page,
    matcherOf(fields),
  )
  const context = await contextOf(call, rows, accounts)
  const order = await Promise.all(rows.map((row) => orderShown(context, factsOfRow(row))))
  const lastExecutions = fields.flag('withLastExecution') ? await executionsOf(call, rows, context) : []
  return { order, nextPageToken, lastExecutions }
}

export async function contextOf(
  { host }: Call,
  rows: readonly HistoryRow[],
  accounts: Asked['accounts'],
): Promise<OrderContext> {
  const traded = rows.filter(({ filled }) => filled !== 0n).map(({ id }) => id)
  return { lookup: new Lookup(host).know(accounts), fills: await Fills.of(host, traded) }
}

function queryOf(asked: Asked): Conditions {
  const { fields } = asked
  const clordId = fields.text('clordId') ?? fields.text('clOrdId')
  const side = SIDES.meant(fields.find('side'))
  const type = ORDER_TYPES.meant(fields.find('type'))
  const query = withEquals(conditionsOf(asked, 'updated_at'), {
    ...idCondition(fields, 'orderId', 'id'),
    ...(clordId === null ? {} : { client_order_id: clordId }),
    ...(side === null ? {} : { side }),
  })
  const states = statesIn(fields)
  return withOneOf(query, {
    // Market orders of other surfaces are shown as market-to-limit, and found as such.
    ...(type === null ? {} : { type: type === 'market_to_limit' ? [type, 'market'] : [type] }),
    ...(states === null ? {} : { state: states }),
  })
}

const CLOSED = ['filled', 'cancelled', 'rejected', 'expired']
/** By the names of `ORDER_STATE_FILTER_…`. NEW and REPLACED are told apart row by row. */
const STATE_FILTERS: Readonly<Record<string, readonly string[]>> = {
  OPEN: OPEN_STATES,
  CLOSED,
  NEW: ['new'],
  PARTIALLY_FILLED: ['partially_filled'],
  FILLED: ['filled'],
  CANCELED: ['cancelled'],
  REPLACED: ['new'],
  REJECTED: ['rejected'],
  EXPIRED: ['expired'],
  PENDING_RISK: [],
}

const filterName = (fields: Fields): string =>
  (fields.text('orderStateFilter') ?? '').replace(/^ORDER_STATE_FILTER_/, '')

/** A filter that the venue does not have is the default value, which filters nothing. */
const statesIn = (fields: Fields): readonly string[] | null => STATE_FILTERS[filterName(fields)] ?? null

/** What is not a column of its own. */
function matcherOf(fields: Fields): (row: HistoryRow) => boolean {
  const wanted = ['clientAccountId', 'clientParticipantId'].map((name) => [name, fields.text(name)] as const)
  const cross = fields.text('crossId')
  // We have no orders of orders and no other host.
  const isNothing = fields.has('hostCrossId') || fields.has('parentOrderId')
  const state = filterName(fields)
  return (row) => {
    const facts = factsOfRow(row)
    return (
      !isNothing &&
      (cross === null || facts.terms.cross === cross) &&
      wanted.every(([name, value]) => value === null || facts.terms.tags[name] === value) &&
      (state !== 'NEW' || stateOf(facts) === 'new') &&
      (state !== 'REPLACED' || stateOf(facts) === 'replaced')
    )
  }
}

async function executionsOf({ host }: Call, rows: readonly HistoryRow[], context: OrderContext) {
  if (rows.length === 0) return []
  const found = await host.history('executions', {
    oneOf: { id: rows.map(({ last_execution: last }) => last ?? null), type: TYPES_SHOWN },
    limit: rows.length,
  })
  return Promise.all(found.map((row) => executionShown(context, row)))
}
