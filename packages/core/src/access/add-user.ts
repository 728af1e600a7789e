/** Writing users: the one place where one comes into being. Who may make one is checked by the callers. */
import type { AccountId, KycState, PartyId } from '../hierarchy/index.js'
import { checkRoom, USERS_OF_PARTY_MAX, type UserId } from '../identity/index.js'
import { refuse } from '../refusals/index.js'
import type { AccessContext } from './access.js'
import { bind, bindRoles } from './bind.js'
import { pathOfUser } from './checks.js'
import { checkLevelGiven, checkScopesGiven } from './grants.js'
import { ScopeSet } from './scope-set.js'
import type { Role } from './scopes.js'
import { userView } from './views.js'

export interface NewUser {
  readonly party: PartyId
  readonly name: string
  readonly displayName: string
  readonly sealedEmail: string | null
  /** Null: the party's. */
  readonly kyc: KycState | null
  readonly roles: readonly Role[]
  readonly scopes: readonly string[]
  /** An account to bind the user to at once, with the level full; null for none. */
  readonly account: AccountId | null
  readonly isLoginEnabled: boolean
  readonly isNotified: boolean
}

/** A user with the bindings that its roles' templates write. The doer gives no more than it has itself. */
export function addUser(context: AccessContext, given: NewUser): UserId {
  const { identity } = context
  const { roles, account, ...fields } = given
  if (identity.userByName.has(given.name))
    refuse('name_taken', `a user is named ${given.name}`, { field: '/name' })
  checkRoom(identity.usersOf, given.party, USERS_OF_PARTY_MAX, 'users of a party')
  checkScopesGiven(context, ScopeSet.of([...given.scopes, ...roles.flatMap(({ scopes }) => scopes)]))
  for (const { subtreeLevel } of roles)
    if (subtreeLevel !== null) checkLevelGiven(context, subtreeLevel, 'subtree', given.party)
  if (account !== null) checkLevelGiven(context, 'full', 'account', account)
  const user = context.image.newId<UserId>()
  const row = identity.users.insert(user, {
    ...fields,
    roles: roles.map(({ name }) => name),
    status: 'active',
    passwordHash: null,
    version: 1,
    createdAt: context.now,
  })
  context.emit({
    kind: 'user.created',
    subject: `usr_${user}`,
    paths: pathOfUser(context, row),
    data: { ...userView(context, row), email: given.sealedEmail === null ? null : 'changed' },
  })
  bindRoles(context, user, given.party, roles)
  if (account !== null)
    bind(context, {
      user,
      targetKind: 'account',
      target: account,
      level: 'full',
      alias: null,
      role: null,
      endsAt: null,
    })
  return user
}
