/** Checks that several commands of this room share. */
import {
  IP_ADDRESSES_MAX,
  ROLES_OF_USER_MAX,
  SCOPES_OF_LIST_MAX,
  SEALED_LENGTH_MAX,
  type UserId,
} from '../identity/index.js'
import { type Instant, NO_ROW, type Row } from '../image/index.js'
import { refuse } from '../refusals/index.js'
import type { AccessContext } from './access.js'
import { parseAddressRange } from './addresses.js'
import { isScope, type Role } from './scopes.js'

/** Nobody takes its own access away: it would be a mistake that the one who made it cannot mend. */
export function checkAnother({ doer }: AccessContext, user: UserId): void {
  if (doer.user === user)
    refuse('transition_invalid', 'nobody can suspend or close itself; another administrator has to')
}

/** Optimistic locking: a version that is given must be the present one. */
export function checkVersion(given: number | null | undefined, present: number): void {
  if (given !== undefined && given !== null && given !== present)
    refuse('version_mismatch', `expected version ${present}, was ${given}`, { data: { version: present } })
}

export function checkScopes(names: readonly string[], field = '/scopes'): void {
  if (names.length > SCOPES_OF_LIST_MAX)
    refuse('malformed', `expected at most ${SCOPES_OF_LIST_MAX} scopes`, { field })
  for (const [index, name] of names.entries()) {
    if (!isScope(name))
      refuse('malformed', 'expected a scope of the catalogue', { field: `${field}/${index}` })
  }
  checkNoRepeat(names, field)
}

/** The roles by name, as they count for users of `party`. */
export function checkRoles({ access }: AccessContext, names: readonly string[], party: Row): Role[] {
  if (names.length > ROLES_OF_USER_MAX)
    refuse('malformed', `expected at most ${ROLES_OF_USER_MAX} roles`, { field: '/roles' })
  checkNoRepeat(names, '/roles')
  return names.map((name, index) => {
    const role = access.roles.find(name, party)
    return (
      role ?? refuse('role_invalid', 'there is no such role for users there', { field: `/roles/${index}` })
    )
  })
}

export function checkAddresses(addresses: readonly string[]): void {
  if (addresses.length > IP_ADDRESSES_MAX)
    refuse('malformed', `expected at most ${IP_ADDRESSES_MAX} addresses`, { field: '/ip_addresses' })
  for (const [index, address] of addresses.entries()) {
    if (parseAddressRange(address) === null)
      refuse('malformed', 'expected an IP address or a range such as 192.0.2.0/24', {
        field: `/ip_addresses/${index}`,
      })
  }
}

export function checkEnd(endsAt: Instant | null, now: Instant, field: string): void {
  if (endsAt !== null && endsAt <= now) refuse('malformed', 'expected a time to come', { field })
}

export function checkSealed(sealed: string | null, field: string): void {
  if (sealed !== null && (sealed.length === 0 || sealed.length > SEALED_LENGTH_MAX))
    refuse('malformed', `expected 1 to ${SEALED_LENGTH_MAX} characters`, { field })
}

export function checkNoRepeat(names: readonly string[], field: string): void {
  if (new Set(names).size !== names.length) refuse('malformed', 'expected each name once', { field })
}

/** The row of a thing that the needs were checked on, or not visible: for ids that the needs could not name. */
export function visibleRow<I extends number>(table: { find(id: I): Row }, id: I): Row {
  const row = table.find(id)
  return row === NO_ROW ? refuse('not_visible', 'there is no such thing within reach') : row
}

/** Whether somebody who is active, may sign in and has the scopes to give rights holds the whole book for good. */
function hasAdministrator({ access, hierarchy, identity }: AccessContext): boolean {
  const { bindings, bindingsOn } = access.reach
  const root = hierarchy.order.top
  if (root === NO_ROW) return false
  const top = hierarchy.parties.id(root)
  for (let row = bindingsOn.head(top); row !== NO_ROW; row = bindingsOn.after(row)) {
    if (bindings.level.get(row) !== 'full' || bindings.endsAt.get(row) !== null) continue
    const user = bindings.user.get(row)
    const userRow = identity.users.row(user)
    if (identity.users.status.get(userRow) !== 'active' || !identity.users.isLoginEnabled.get(userRow))
      continue
    const scopes = access.scopesOfUser(user)
    if (scopes.has('users:write') && scopes.has('bindings:write')) return true
  }
  return false
}

/** Makes a change that takes rights away, and refuses it if the book then has no administrator left. */
export function keepingAdministrator(context: AccessContext, change: () => void): void {
  const had = hasAdministrator(context)
  change()
  if (had && !hasAdministrator(context))
    refuse('last_administrator', 'nobody else holds a full binding to the whole book')
}

/** Where a binding stands in the tree: the path of its target first, then that of its user. */
export function pathsOfBinding({ access, hierarchy, identity }: AccessContext, row: Row): string[] {
  const { bindings } = access.reach
  const target = bindings.target.get(row)
  const kind = bindings.targetKind.get(row)
  const user = identity.users.row(bindings.user.get(row))
  const party =
    kind === 'account'
      ? hierarchy.accounts.party.get(hierarchy.accounts.row(target as never))
      : kind === 'group'
        ? hierarchy.groups.party.get(hierarchy.groups.row(target as never))
        : target
  const paths = [party, identity.users.party.get(user)].map((id) =>
    hierarchy.pathOf(hierarchy.parties.row(id as never)),
  )
  return [...new Set(paths)]
}

export const pathOfUser = ({ hierarchy, identity }: AccessContext, row: Row): string[] => [
  hierarchy.pathOf(hierarchy.parties.row(identity.users.party.get(row))),
]
