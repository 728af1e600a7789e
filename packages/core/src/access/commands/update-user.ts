/**
 * `users.update`: what a user is called, and which roles and scopes it has. A role that comes brings the binding of
 * its template; a role that goes takes away the bindings that it wrote, and nothing else.
 */
import { checkDisplayName } from '../../hierarchy/index.js'
import type { UserId } from '../../identity/index.js'
import { command, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'
import { recordAccessOfUser } from '../access-log.js'
import { bindRoles, unbind } from '../bind.js'
import {
  checkRoles,
  checkScopes,
  checkSealed,
  checkVersion,
  keepingAdministrator,
  pathOfUser,
} from '../checks.js'
import { checkLevelGiven, checkScopesGiven } from '../grants.js'
import { switchLogin } from '../login-switch.js'
import { ScopeSet } from '../scope-set.js'
import { userView } from '../views.js'

/** What is absent stays as it is. */
export type UpdateUser = {
  readonly user: UserId
  readonly displayName?: string
  readonly sealedEmail?: string | null
  readonly roles?: readonly string[]
  readonly scopes?: readonly string[]
  readonly isLoginEnabled?: boolean
  readonly isNotified?: boolean
  readonly version?: number | null
}

export const updateUser = command({
  name: 'users.update',
  scope: 'users:write',
  needs: (_context: AccessContext, { user }: UpdateUser) => [{ ability: 'administer', target: { user } }],
  approval: ({ identity }, { user, roles, scopes }) =>
    roles === undefined && scopes === undefined
      ? null
      : { kind: 'rights', party: identity.users.party.get(identity.users.row(user)) },
  decide(context, input) {
    const { users } = context.identity
    const row = users.row(input.user)
    checkVersion(input.version, users.version.get(row))
    if (users.status.get(row) === 'closed') refuse('transition_invalid', 'the user is closed')
    if (input.displayName !== undefined) checkDisplayName(input.displayName)
    checkSealed(input.sealedEmail ?? null, '/email')
    if (input.scopes !== undefined) checkScopes(input.scopes)
    const before = userView(context, row)
    keepingAdministrator(context, () => change(context, row, input))
    context.emit({
      kind: 'user.updated',
      subject: `usr_${input.user}`,
      paths: pathOfUser(context, row),
      data: {
        before,
        after: userView(context, row),
        ...(input.sealedEmail === undefined ? {} : { email: 'changed' }),
      },
    })
    if (input.sealedEmail !== undefined) recordAccessOfUser(context, input.user, 'changed_email')
    return { user: input.user, version: users.version.get(row) }
  },
})

function change(context: AccessContext, row: Row, input: UpdateUser): void {
  const { users } = context.identity
  if (input.displayName !== undefined) users.displayName.set(row, input.displayName)
  if (input.sealedEmail !== undefined) users.sealedEmail.set(row, input.sealedEmail)
  if (input.isLoginEnabled !== undefined) switchLogin(context, row, input.isLoginEnabled)
  if (input.isNotified !== undefined) users.isNotified.set(row, input.isNotified)
  if (input.scopes !== undefined) {
    const held = users.scopes.get(row)
    checkScopesGiven(context, ScopeSet.of(input.scopes.filter((scope) => !held.includes(scope))))
    users.scopes.set(row, input.scopes)
  }
  if (input.roles !== undefined) changeRoles(context, row, input.roles)
  users.version.set(row, users.version.get(row) + 1)
}

function changeRoles(context: AccessContext, row: Row, roles: readonly string[]): void {
  const { hierarchy, identity, access } = context
  const { users } = identity
  const [user, party] = [users.id(row), users.party.get(row)]
  const held = users.roles.get(row)
  const added = checkRoles(context, roles, hierarchy.parties.row(party)).filter(
    ({ name }) => !held.includes(name),
  )
  checkScopesGiven(context, ScopeSet.of(added.flatMap(({ scopes }) => scopes)))
  for (const { subtreeLevel } of added)
    if (subtreeLevel !== null) checkLevelGiven(context, subtreeLevel, 'subtree', party)
  users.roles.set(row, roles)
  const { bindings, bindingsOf } = access.reach
  const gone = held.filter((name) => !roles.includes(name))
  for (const binding of bindingsOf.of(user)) {
    const role = bindings.role.get(binding)
    if (role !== null && gone.includes(role)) unbind(context, binding, 'binding.removed')
  }
  bindRoles(context, user, party, added)
}
