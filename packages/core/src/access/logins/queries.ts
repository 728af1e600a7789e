/**
 * `logins.get`: who signs in to an account; addresses are sealed, and the surface opens them. `logins.of_account`: the
 * same, of any user, where the server asks. `emails.is_asked`: whether the link with this secret still confirms one.
 */
import type { AccountId, PartyId } from '../../hierarchy/index.js'
import type { FactorAssignment, UserId } from '../../identity/index.js'
import { type Instant, NO_ROW, query, type Row } from '../../image/index.js'
import type { AccessContext } from '../access.js'
import { visibleRow } from '../checks.js'
import { loginOf } from './login.js'

export type LoginOfAccount = {
  readonly account: AccountId
  /** Null: whoever signs in to it. */
  readonly user: UserId | null
}

export interface LoginView {
  /** Null where nobody signs in to it. */
  readonly user: UserId | null
  readonly name: string | null
  /** Whose key seals the addresses. */
  readonly party: PartyId
  readonly sealedEmail: string | null
  readonly sealedUnconfirmedEmail: string | null
  /** Until when the link in its mail is good. */
  readonly unconfirmedUntil: Instant | null
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
    const accountRow = visibleRow(hierarchy.accounts, account)
    const row = user === null ? loginOf(context, accountRow) : visibleRow(identity.users, user)
    return loginView(context, hierarchy.accounts.party.get(accountRow), row)
  },
})

export const getLogin = query({
  name: 'logins.get',
  scope: 'users:read',
  needs: (_context: AccessContext, { account }: { readonly account: AccountId }) => [
    { ability: 'administer', target: { account } },
  ],
  read(context: AccessContext, { account }): LoginView {
    const { accounts } = context.hierarchy
    const row = accounts.row(account)
    return loginView(context, accounts.party.get(row), loginOf(context, row))
  },
})

function loginView({ identity }: AccessContext, party: PartyId, row: Row): LoginView {
  if (row === NO_ROW) return { party, ...NOBODY }
  const { users, emailConfirmations, factors } = identity
  const user = users.id(row)
  const pending = emailConfirmations.find(user)
  const { table } = emailConfirmations
  return {
    user,
    name: users.name.get(row),
    party: users.party.get(row),
    sealedEmail: users.sealedEmail.get(row),
    sealedUnconfirmedEmail: pending === NO_ROW ? null : table.sealedEmail.get(pending),
    unconfirmedUntil: pending === NO_ROW ? null : table.expiresAt.get(pending),
    hasPassword: users.passwordHash.get(row) !== null,
    isLoginEnabled: users.isLoginEnabled.get(row),
    isNotified: users.isNotified.get(row),
    factorAssignments: factors.assignmentsOf(user),
  }
}

export const emailIsAsked = query({
  name: 'emails.is_asked',
  scope: 'system',
  needs: () => [],
  read: ({ identity }: AccessContext, { secretHash }: { readonly secretHash: string }): boolean =>
    identity.emailConfirmations.bySecretHash.has(secretHash),
})

const NOBODY = {
  user: null,
  name: null,
  sealedEmail: null,
  sealedUnconfirmedEmail: null,
  unconfirmedUntil: null,
  hasPassword: false,
  isLoginEnabled: false,
  isNotified: false,
  factorAssignments: [],
}
