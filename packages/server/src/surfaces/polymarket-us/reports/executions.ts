/** Execution reports by every filter of section 8. */
import type { HistoryRow } from '@stemma/core'
import type { Call } from '../call.js'
import type { Fields } from '../fields.js'
import { readFiltered } from '../pages.js'
import { executionShown } from '../trading/execution-object.js'
import { Fills } from '../trading/fills.js'
import { idMeant } from '../trading/ids.js'
import { Lookup } from '../trading/lookup.js'
import { factsTold, type OrderContext } from '../trading/order-object.js'
import { EXECUTION_TYPES, REJECTIONS, TYPES_SHOWN } from '../trading/words.js'
import {
  type Asked,
  type Conditions,
  conditionsOf,
  idCondition,
  readAsked,
  withEquals,
  withOneOf,
} from './asked.js'

export const TABLE = 'executions'
export const ORDER = ['id']

const FILTERS = [
  'orderId',
  'clordId',
  'clOrdId',
  'types',
  'newestFirst',
  'clientAccountId',
  'clientParticipantId',
  'parentOrderId',
  'execIds',
  'startTransactTradeDate',
  'endTransactTradeDate',
]

export async function searchExecutions(call: Call): Promise<unknown> {
  const asked = await readAsked(call, FILTERS)
  const { fields, page, accounts } = asked
  const query = { ...queryOf(asked), newestFirst: fields.flag('newestFirst') }
  const { rows, nextPageToken, eof } = await readFiltered(call, TABLE, ORDER, query, page, matcherOf(fields))
  const context = await executionContext(call, rows, accounts)
  return {
    executions: await Promise.all(rows.map((row) => executionShown(context, row))),
    nextPageToken,
    eof,
  }
}

export async function executionContext(
  { host }: Call,
  rows: readonly HistoryRow[],
  accounts: Asked['accounts'],
): Promise<OrderContext> {
  const traded = rows
    .filter(({ snapshot }) => factsTold(snapshot ?? {}).filled !== 0n)
    .map(({ order }) => order)
  return { lookup: new Lookup(host).know(accounts), fills: await Fills.of(host, traded) }
}

function queryOf(asked: Asked): Conditions {
  const { fields } = asked
  const clordId = fields.text('clordId') ?? fields.text('clOrdId')
  const ids = fields.texts('execIds')
  const query = withEquals(conditionsOf(asked, 'time'), {
    ...idCondition(fields, 'orderId', 'order'),
    ...(clordId === null ? {} : { client_order_id: clordId }),
  })
  return withOneOf(query, {
    type: typesIn(fields),
    ...(ids.length === 0 ? {} : { id: ids.map((id) => idMeant(id) ?? 0) }),
  })
}

/** Names that the venue does not have are left out; without any that it has, nothing is filtered. */
function typesIn(fields: Fields): readonly string[] {
  const given = fields.find('types')
  const meant = EXECUTION_TYPES.meantAll(Array.isArray(given) ? given : given === undefined ? [] : [given])
  if (meant.length === 0) return TYPES_SHOWN
  return meant.flatMap((type): readonly string[] => (type === 'rejected' ? REJECTIONS : [type]))
}

function matcherOf(fields: Fields): (row: HistoryRow) => boolean {
  const wanted = ['clientAccountId', 'clientParticipantId'].map((name) => [name, fields.text(name)] as const)
  const isNothing = fields.has('parentOrderId')
  return ({ snapshot }) => {
    const { terms } = factsTold(snapshot ?? {})
    return !isNothing && wanted.every(([name, value]) => value === null || terms.tags[name] === value)
  }
}
