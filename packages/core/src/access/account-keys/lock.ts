/** `accounts.lock`: whether an account may deal, and what stands in its way. */
import type { AccountId } from '../../hierarchy/index.js'
import { query } from '../../image/index.js'
import type { AccessContext } from '../access.js'

export interface AccountLock {
  readonly isLocked: boolean
  /** One sentence; null where it is not locked. */
  readonly detail: string | null
}

export const accountLock = query({
  name: 'accounts.lock',
  scope: 'accounts:read',
  needs: (_context: AccessContext, { account }: { readonly account: AccountId }) => [
    { ability: 'read', target: { account } },
  ],
  read({ access, hierarchy }, { account }): AccountLock {
    const fault = access.dealingFault(hierarchy.accounts.row(account))
    return { isLocked: fault !== null, detail: fault?.detail ?? null }
  },
})
