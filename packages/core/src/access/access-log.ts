/**
 * The access log of an account (deribit section 3.7): who signed in or failed to, and what was changed of the ways into
 * it. Entries are numbered within the account, so that pages of the log are found by number.
 */
import type { AccountId } from '../hierarchy/index.js'
import type { UserId } from '../identity/index.js'
import type { Event, HistoryTable } from '../image/index.js'
import type { AccessContext } from './access.js'
import { accountOfUser } from './account-keys/account-of.js'

export const ACCESS_RESULTS = [
  'success',
  'failure',
  'enabled_tfa',
  'disabled_tfa',
  'changed_email',
  'changed_password',
  'enabled_subaccount_login',
  'disabled_subaccount_login',
  'new_api_key',
  'removed_api_key',
  'changed_scope',
  'changed_whitelist',
  'disabled_api_key',
  'enabled_api_key',
  'reset_api_key',
] as const
export type AccessResult = (typeof ACCESS_RESULTS)[number]

export interface AccessEntry {
  readonly result: AccessResult
  /** Where it came from; null where the surface does not say. */
  readonly address: string | null
  /** What it was about: the client id of a key, or the id of a subaccount. */
  readonly about: string | number | null
}

const RECORDED = 'access.recorded'

export function recordAccess(context: AccessContext, account: AccountId, entry: AccessEntry): void {
  const { hierarchy, identity } = context
  const { counts } = identity.accountAccess
  const row = identity.accountAccess.countsFor(account)
  const number = counts.logEntries.get(row) + 1
  counts.logEntries.set(row, number)
  context.emit({
    kind: RECORDED,
    subject: `acc_${account}`,
    paths: [hierarchy.pathOfAccount(hierarchy.accounts.row(account))],
    data: { account, number, ...entry },
  })
}

/** The same of the account that a user speaks for; nothing where it reads none. */
export function recordAccessOfUser(context: AccessContext, user: UserId, result: AccessResult): void {
  const account = accountOfUser(context, user)
  if (account === null) return
  recordAccess(context, context.hierarchy.accounts.id(account), { result, address: null, about: null })
}

/** Of the login of a subaccount: its main account is told, and it itself. */
export function recordLoginSwitch(context: AccessContext, user: UserId, isEnabled: boolean): void {
  const { accounts } = context.hierarchy
  const row = accountOfUser(context, user)
  const main = row === null ? null : accounts.main.get(row)
  if (row === null || main === null) return
  const about = accounts.id(row)
  const result = isEnabled ? 'enabled_subaccount_login' : 'disabled_subaccount_login'
  for (const account of [main, about]) recordAccess(context, account, { result, address: null, about })
}

export const isAccessEntry = ({ kind }: Event): boolean => kind === RECORDED

export const ACCESS_LOG: HistoryTable = {
  name: 'access_log',
  columns: [
    { name: 'account', kind: 'number' },
    { name: 'number', kind: 'number' },
    { name: 'time', kind: 'number' },
    { name: 'result', kind: 'text' },
    { name: 'address', kind: 'text' },
    { name: 'about', kind: 'json' },
  ],
  key: ['account', 'number'],
  indexes: [],
  order: ['account', 'number'],
  isAppended: true,
  rows: (event) => {
    if (!isAccessEntry(event)) return []
    const { account = null, number = null, result = null, address = null, about = null } = event.data
    return [{ account, number, time: event.time, result, address, about }]
  },
}
