/** `users.create`: a user of a party, with the bindings that its roles' templates write. */
import {
  type AccountId,
  checkDisplayName,
  checkName,
  type KycState,
  type PartyId,
} from '../../hierarchy/index.js'
import { checkRoom, USERS_OF_PARTY_MAX, type UserId } from '../../identity/index.js'
import { command, type Need } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'
import { bind, bindRoles } from '../bind.js'
import { checkRoles, checkScopes, checkSealed, pathOfUser } from '../checks.js'
import { checkLevelGiven, checkScopesGiven } from '../grants.js'
import { ScopeSet } from '../scope-set.js'
import { userView } from '../views.js'

export type CreateUser = {
  readonly party: PartyId
  readonly name: string
  readonly displayName: string
  readonly sealedEmail: string | null
  /** Null: the party's. */
  readonly kyc: KycState | null
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  /** An account to bind the user to at once, with the level full; null for none. */
  readonly account: AccountId | null
}

export const createUser = command({
  name: 'users.create',
  scope: 'users:write',
  needs: (_context: AccessContext, { party, account }: CreateUser): Need[] => [
    { ability: 'administer', target: { party } },
    ...(account === null ? [] : [{ ability: 'administer' as const, target: { account } }]),
  ],
  approval: (_context, { party }) => ({ kind: 'rights', party }),
  decide(context, input) {
    const { hierarchy, identity } = context
    const party = hierarchy.parties.row(input.party)
    checkName(input.name)
    checkDisplayName(input.displayName)
    checkSealed(input.sealedEmail, '/email')
    checkScopes(input.scopes)
    const roles = checkRoles(context, input.roles, party)
    if (hierarchy.firstNotActive(party) >= 0)
      refuse('party_suspended', 'the party, or an owner above it, is not active')
    if (identity.userByName.has(input.name))
      refuse('name_taken', `a user is named ${input.name}`, { field: '/name' })
    checkRoom(identity.usersOf, input.party, USERS_OF_PARTY_MAX, 'users of a party')
    checkScopesGiven(context, ScopeSet.of([...input.scopes, ...roles.flatMap(({ scopes }) => scopes)]))
    for (const { subtreeLevel } of roles)
      if (subtreeLevel !== null) checkLevelGiven(context, subtreeLevel, 'subtree', input.party)
    if (input.account !== null) checkLevelGiven(context, 'full', 'account', input.account)
    const user = context.image.newId<UserId>()
    const row = identity.users.insert(user, {
      party: input.party,
      name: input.name,
      displayName: input.displayName,
      sealedEmail: input.sealedEmail,
      kyc: input.kyc,
      roles: input.roles,
      scopes: input.scopes,
      status: 'active',
      isLoginEnabled: true,
      isNotified: true,
      passwordHash: null,
      version: 1,
      createdAt: context.now,
    })
    context.emit({
      kind: 'user.created',
      subject: `usr_${user}`,
      paths: pathOfUser(context, row),
      data: { ...userView(context, row), email: input.sealedEmail === null ? null : 'changed' },
    })
    bindRoles(context, user, input.party, roles)
    if (input.account !== null)
      bind(context, {
        user,
        targetKind: 'account',
        target: input.account,
        level: 'full',
        alias: null,
        role: null,
        endsAt: null,
      })
    return { user }
  },
})
