/**
 * Reads by id of what may be finished: a movement that is settled is not in the image any more, so a read that finds
 * nothing there looks into history. Whoever may read one of its accounts sees it; to everybody else it is not there.
 */
import type { HistoryRow, Plain } from '@stemma/core'
import type { Services } from '../../services.js'
import type { Call } from './call.js'
import { camel, HISTORIES } from './history.js'

interface Finished {
  /** The list whose rows look the same. */
  readonly list: string
  /** The field of the input that holds the id. */
  readonly id: string
  /** Columns with the accounts that it is seen from. */
  readonly accounts: readonly string[]
  readonly equals?: Readonly<Record<string, Plain>>
}

const FINISHED: Readonly<Record<string, Finished>> = {
  'transfers.get': { list: 'transfers.list', id: 'transfer', accounts: ['from', 'to'] },
  'deposits.get': {
    list: 'deposits.list',
    id: 'deposit',
    accounts: ['account'],
    equals: { kind: 'deposit' },
  },
  'withdrawals.get': {
    list: 'withdrawals.list',
    id: 'withdrawal',
    accounts: ['account'],
    equals: { kind: 'withdrawal' },
  },
}

/** The record, or null where history has none that the caller may see. */
export async function readFinished({ host }: Services, { operation, caller, input }: Call): Promise<Plain> {
  const finished = FINISHED[operation.name]
  const history = HISTORIES.get(finished?.list ?? '')
  if (finished === undefined || history === undefined) return null
  const equals = { ...finished.equals, id: input[finished.id] as Plain }
  const [row] = await host.history(history.table, { equals, limit: 1 })
  if (row === undefined) return null
  for (const column of finished.accounts) {
    const target = { account: row[column] as never }
    const allowed = await host.authorize(caller.actor, operation.scope ?? '', [{ ability: 'read', target }])
    if (allowed.kind === 'answer') return camel(history.row(row, '')) as HistoryRow as Plain
  }
  return null
}
