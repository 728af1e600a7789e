/** What a key of an account is limited to. Chains of actors follow it, so it knows nothing of the rest of the room. */
import type { AccountId, Hierarchy } from '../../hierarchy/index.js'
import type { CredentialId, Identity } from '../../identity/index.js'
import { NO_ROW } from '../../image/index.js'

/**
 * The one account that a credential reaches: that of a key of a subaccount. A key of a main account reaches whatever
 * its user does.
 */
export function limitOfKey(
  { hierarchy: { accounts }, identity: { accountAccess } }: { hierarchy: Hierarchy; identity: Identity },
  credential: CredentialId,
): AccountId | null {
  const key = accountAccess.keyOf(credential)
  if (key === NO_ROW) return null
  const account = accountAccess.keys.account.get(key)
  return accounts.main.get(accounts.row(account)) === null ? null : account
}
