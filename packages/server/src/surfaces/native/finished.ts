/**
 * Reads by id of what may be finished: a movement that is settled is not in the image any more, so a read that finds
 * nothing there looks into history. Whoever may read one of its accounts sees it; to everybody else it is not there.
 */
import type { HistoryRow, Plain } from '@stemma/core'
import type { Services } from '../../services.js'
import type { Call, Input } from './call.js'
import { HISTORIES } from './histories.js'
import { camel } from './history.js'

interface Finished {
  /** The list whose rows look the same. */
  readonly list: string
  /** What of the input says which one. */
  where(input: Input): Readonly<Record<string, Plain>>
  /** Columns with the accounts that it is seen from. */
  readonly accounts: readonly string[]
}

const byId =
  (field: string, more: Readonly<Record<string, Plain>> = {}): Finished['where'] =>
  (input) => ({ ...more, id: input[field] ?? null })

const FINISHED: Readonly<Record<string, Finished>> = {
  'transfers.get': { list: 'transfers.list', where: byId('transfer'), accounts: ['from', 'to'] },
  'deposits.get': {
    list: 'deposits.list',
    where: byId('deposit', { kind: 'deposit' }),
    accounts: ['account'],
  },
  'withdrawals.get': {
    list: 'withdrawals.list',
    where: byId('withdrawal', { kind: 'withdrawal' }),
    accounts: ['account'],
  },
  'orders.get': { list: 'orders.list', where: byId('order'), accounts: ['account'] },
  // Client order ids come back once an order has ended: the latest is meant.
  'orders.find': {
    list: 'orders.list',
    where: ({ account = null, clientOrderId = null }) => ({ account, client_order_id: clientOrderId }),
    accounts: ['account'],
  },
}

/** The record, or null where history has none that the caller may see. */
export async function readFinished({ host }: Services, { operation, caller, input }: Call): Promise<Plain> {
  const finished = FINISHED[operation.name]
  const history = HISTORIES.get(finished?.list ?? '')
  if (finished === undefined || history === undefined) return null
  const query = { equals: finished.where(input), newestFirst: true, limit: 1 }
  const [row] = await host.history(history.table, query)
  if (row === undefined) return null
  for (const column of finished.accounts) {
    const target = { account: row[column] as never }
    const allowed = await host.authorize(caller.actor, operation.scope ?? '', [{ ability: 'read', target }])
    if (allowed.kind === 'answer') return camel(history.row(row, '', host)) as HistoryRow as Plain
  }
  return null
}
