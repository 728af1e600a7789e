/**
 * `roles.create`, `roles.update`, `roles.remove`: roles that a party defines for the users of its subtree. A change of
 * scopes counts at once for everybody who holds the role; the level only for users who get the role from then on.
 */
import { checkDisplayName, checkName, type PartyId } from '../../hierarchy/index.js'
import { checkRoom } from '../../identity/index.js'
import { command, type Need, NO_ROW, type Plain, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'
import { checkScopes, checkVersion, keepingAdministrator } from '../checks.js'
import { checkLevelGiven, checkScopesGiven } from '../grants.js'
import { NOWHERE } from '../places.js'
import { ROLES_OF_PARTY_MAX, type RoleId } from '../roles.js'
import { ScopeSet } from '../scope-set.js'
import { findRole, type Level, type Scope } from '../scopes.js'

export type CreateRole = {
  readonly party: PartyId
  readonly name: string
  readonly title: string
  readonly scopes: readonly string[]
  readonly subtreeLevel: Level | null
}

export const createRole = command({
  name: 'roles.create',
  scope: 'users:write',
  needs: (_context: AccessContext, { party }: CreateRole) => [{ ability: 'administer', target: { party } }],
  approval: (_context, { party }) => ({ kind: 'rights', party }),
  decide(context, { party, name, title, scopes, subtreeLevel }) {
    const { roles } = context.access
    checkName(name)
    checkDisplayName(title, '/title')
    checkScopes(scopes)
    if (findRole(name) !== undefined || roles.byName.has(name))
      refuse('name_taken', `a role is named ${name}`, { field: '/name' })
    checkRoom(roles.of, party, ROLES_OF_PARTY_MAX, 'roles of a party')
    checkScopesGiven(context, ScopeSet.of(scopes))
    if (subtreeLevel !== null) checkLevelGiven(context, subtreeLevel, 'subtree', party)
    const role = context.image.newId<RoleId>()
    const row = roles.table.insert(role, {
      party,
      name,
      title,
      scopes: scopes as readonly Scope[],
      subtreeLevel,
      version: 1,
      createdAt: context.now,
    })
    say(context, row, 'role.created', roles.table.read(row))
    return { role }
  },
})

/** What is absent stays as it is. */
export type UpdateRole = {
  readonly role: RoleId
  readonly title?: string
  readonly scopes?: readonly string[]
  readonly subtreeLevel?: Level | null
  readonly version?: number | null
}

export const updateRole = command({
  name: 'roles.update',
  scope: 'users:write',
  needs: (context: AccessContext, { role }: UpdateRole) => needsOfRole(context, role),
  approval({ access: { roles } }, { role }) {
    return { kind: 'rights', party: roles.table.party.get(roles.table.row(role)) }
  },
  decide(context, { role, title, scopes, subtreeLevel, version }) {
    const { table } = context.access.roles
    const row = table.row(role)
    checkVersion(version, table.version.get(row))
    if (title !== undefined) checkDisplayName(title, '/title')
    if (scopes !== undefined) {
      checkScopes(scopes)
      checkScopesGiven(context, ScopeSet.of(scopes).without(ScopeSet.of(table.scopes.get(row))))
    }
    if (subtreeLevel) checkLevelGiven(context, subtreeLevel, 'subtree', table.party.get(row))
    const before = table.read(row)
    keepingAdministrator(context, () => {
      if (scopes !== undefined) table.scopes.set(row, scopes as readonly Scope[])
    })
    if (title !== undefined) table.title.set(row, title)
    if (subtreeLevel !== undefined) table.subtreeLevel.set(row, subtreeLevel)
    table.version.set(row, table.version.get(row) + 1)
    say(context, row, 'role.updated', { before, after: table.read(row) })
    return { role, version: table.version.get(row) }
  },
})

export type RemoveRole = { readonly role: RoleId; readonly version?: number | null }

export const removeRole = command({
  name: 'roles.remove',
  scope: 'users:write',
  needs: (context: AccessContext, { role }: RemoveRole) => needsOfRole(context, role),
  decide(context, { role, version }) {
    const { roles } = context.access
    const row = roles.table.row(role)
    checkVersion(version, roles.table.version.get(row))
    if (roles.isHeld(roles.table.name.get(row))) refuse('not_empty', 'users still have the role')
    say(context, row, 'role.removed', roles.table.read(row))
    roles.table.remove(row)
    return { role }
  },
})

function needsOfRole({ access: { roles } }: AccessContext, role: RoleId): Need[] {
  const row = roles.table.find(role)
  const target = row === NO_ROW ? NOWHERE : { party: roles.table.party.get(row) }
  return [{ ability: 'administer', target }]
}

function say(context: AccessContext, row: Row, kind: string, data: { readonly [key: string]: Plain }): void {
  const { hierarchy, access } = context
  const { table } = access.roles
  context.emit({
    kind,
    subject: `rol_${table.id(row)}`,
    paths: [hierarchy.pathOf(hierarchy.parties.row(table.party.get(row)))],
    data,
  })
}
