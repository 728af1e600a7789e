/**
 * `logins.of_account`: who signs in to an account; the address is sealed. `emails.is_asked`: whether the link with this
 * secret still confirms one. Only the server asks.
 */
import type { AccountId, PartyId } from '../../hierarchy/index.js'
import type { FactorAssignment, UserId } from '../../identity/index.js'
import { NO_ROW, query } from '../../image/index.js'
import type { AccessContext } from '../access.js'
import { visibleRow } from '../checks.js'
import { loginOf } from './login.js'

export type LoginOfAccount = {
  readonly account: AccountId
  /** Null: whoever signs in to it. */
  readonly user: UserId | null
}

export interface LoginView {
  /** Whose key seals the addresses. */
  readonly party: PartyId
  readonly sealedEmail: string | null
  readonly sealedUnconfirmedEmail: string | null
  readonly hasPassword: boolean
  readonly isLoginEnabled: boolean
  readonly isNotified: boolean
  /** What its second factors protect together; empty where it has none. */
  readonly factorAssignments: readonly FactorAssignment[]
}

export const loginOfAccount = query({
  name: 'logins.of_account',
  scope: 'system',
  needs: () => [],
  read(context: AccessContext, { account, user }: LoginOfAccount): LoginView {
    const { hierarchy, identity } = context
    const { users, emailConfirmations, factors } = identity
    const accountRow = visibleRow(hierarchy.accounts, account)
    const row = user === null ? loginOf(context, accountRow) : visibleRow(users, user)
    const party = hierarchy.accounts.party.get(accountRow)
    if (row === NO_ROW) return { party, ...NOBODY }
    const pending = emailConfirmations.find(users.id(row))
    return {
      party: users.party.get(row),
      sealedEmail: users.sealedEmail.get(row),
      sealedUnconfirmedEmail: pending === NO_ROW ? null : emailConfirmations.table.sealedEmail.get(pending),
      hasPassword: users.passwordHash.get(row) !== null,
      isLoginEnabled: users.isLoginEnabled.get(row),
      isNotified: users.isNotified.get(row),
      factorAssignments: factors.assignmentsOf(users.id(row)),
    }
  },
})

export const emailIsAsked = query({
  name: 'emails.is_asked',
  scope: 'system',
  needs: () => [],
  read: ({ identity }: AccessContext, { secretHash }: { readonly secretHash: string }): boolean =>
    identity.emailConfirmations.bySecretHash.has(secretHash),
})

const NOBODY = {
  sealedEmail: null,
  sealedUnconfirmedEmail: null,
  hasPassword: false,
  isLoginEnabled: false,
  isNotified: false,
  factorAssignments: [],
}
