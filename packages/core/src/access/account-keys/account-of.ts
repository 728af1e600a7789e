/**
 * Which account a credential speaks for where a surface knows accounts alone: the one that it is a key of, else the
 * oldest main account that its user reads, or the oldest subaccount where the user reads no main account.
 */
import type { AccountId } from '../../hierarchy/index.js'
import type { UserId } from '../../identity/index.js'
import { NO_ROW, type Row } from '../../image/index.js'
import type { AccessContext } from '../access.js'
import { abilityBit, maskOf } from '../reach.js'

/** Accounts that a binding of the user names, and those of the parties that one names. */
export function readableAccounts({ access, hierarchy }: AccessContext, user: UserId): Row[] {
  const { bindings, bindingsOf } = access.reach
  return bindingsOf
    .of(user)
    .filter((row) => (maskOf(bindings.level.get(row)) & abilityBit('read')) !== 0)
    .flatMap((row) => {
      const target = bindings.target.get(row)
      const kind = bindings.targetKind.get(row)
      if (kind === 'account') return [hierarchy.accounts.row(target as AccountId)]
      return kind === 'subtree' ? hierarchy.accountsOf.of(target as never) : []
    })
}

/** Of those that the user reads; null where there is none. */
export function accountOfCredential(context: AccessContext, credential: Row): Row | null {
  const { hierarchy, identity } = context
  const { credentials, accountAccess } = identity
  const key = accountAccess.keyOf(credentials.id(credential))
  if (key !== NO_ROW) return hierarchy.accounts.row(accountAccess.keys.account.get(key))
  const user = credentials.user.get(credential)
  return user === null ? null : accountOfUser(context, user)
}

/** The oldest main account that a user reads, else the oldest subaccount; null where it reads none. */
export const accountOfUser = (context: AccessContext, user: UserId): Row | null =>
  oldestOf(context, readableAccounts(context, user))

function oldestOf({ hierarchy: { accounts } }: AccessContext, rows: readonly Row[]): Row | null {
  const order = (row: Row): number => (accounts.main.get(row) === null ? 0 : 1)
  const open = rows.filter(
    (row) => accounts.status.get(row) !== 'closed' && accounts.book.get(row) === 'customer',
  )
  open.sort((left, right) => order(left) - order(right) || accounts.id(left) - accounts.id(right))
  return open[0] ?? null
}
