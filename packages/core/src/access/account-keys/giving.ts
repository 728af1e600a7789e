/**
 * A key is worth what it may do. Whoever makes, changes, takes away or sees the secret of one must hold all of its scopes
 * (deribit section 2.8), and where it is another user's and reaches more than the account, all that its user has.
 */
import type { AccountId } from '../../hierarchy/index.js'
import { NO_ROW, type Row } from '../../image/index.js'
import { Refused, refuse } from '../../refusals/index.js'
import { type AccessContext, isSystem } from '../access.js'
import { checkScopesGiven, checkUserGiven } from '../grants.js'
import { ScopeSet } from '../scope-set.js'
import { limitOfKey } from './limit-of-key.js'

/** The most that a key can carry: what it names, else all that its user has. */
export function scopesOfKey({ access, identity: { credentials } }: AccessContext, credential: Row): ScopeSet {
  const named = credentials.scopes.get(credential)
  if (named !== null) return ScopeSet.of(named)
  const user = credentials.user.get(credential)
  return user === null ? ScopeSet.EMPTY : access.scopesOfUser(user)
}

export function checkKeyGiven(context: AccessContext, credential: Row): void {
  const { credentials } = context.identity
  if (isSystem(context.doer)) return
  const user = credentials.user.get(credential)
  if (user === null) refuse('not_visible', 'there is no such thing within reach')
  checkScopesGiven(context, scopesOfKey(context, credential))
  if (user === context.doer.user || limitOfKey(context, credentials.id(credential)) !== null) return
  checkUserGiven(context, user, credentials.scopes.get(credential))
}

/** Whether the same holds, for those who only look. */
export function mayGiveKey(context: AccessContext, credential: Row): boolean {
  try {
    checkKeyGiven(context, credential)
    return true
  } catch (thrown) {
    if (thrown instanceof Refused) return false
    throw thrown
  }
}

/** The key of the account with that number; it must be there. */
export function keyRow(
  { identity: { accountAccess } }: AccessContext,
  account: AccountId,
  number: number,
): Row {
  const row = accountAccess.findKey(account, number)
  return row === NO_ROW ? refuse('not_visible', 'there is no such thing within reach') : row
}
