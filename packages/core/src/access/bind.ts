/** Writing bindings: the one place where reach comes into being. Who may give what is checked by the callers. */
import { checkRoom, type UserId } from '../identity/index.js'
import type { Id, Instant, Row } from '../image/index.js'
import { refuse } from '../refusals/index.js'
import type { AccessContext } from './access.js'
import { pathsOfBinding } from './checks.js'
import { BINDINGS_OF_USER_MAX, type BindingId, type BindingTarget } from './reach.js'
import type { Level, Role } from './scopes.js'
import { bindingView } from './views.js'

export interface NewBinding {
  readonly user: UserId
  readonly targetKind: BindingTarget
  readonly target: Id
  readonly level: Level
  readonly alias: string | null
  readonly role: string | null
  readonly endsAt: Instant | null
}

export function bind(context: AccessContext, binding: NewBinding): BindingId {
  const { reach } = context.access
  const { user, targetKind, level } = binding
  if (hasBinding(context, binding))
    refuse('binding_exists', `usr_${user} has that target at the level ${level} already`)
  checkRoom(reach.bindingsOf, user, BINDINGS_OF_USER_MAX, 'bindings of a user')
  const id = context.image.newId<BindingId>()
  const row = reach.bindings.insert(id, {
    ...binding,
    targetKind,
    grantedBy: context.doer.user as UserId | null,
    version: 1,
    createdAt: context.now,
  })
  context.emit({
    kind: 'binding.created',
    subject: `bnd_${id}`,
    paths: pathsOfBinding(context, row),
    data: bindingView(context, row),
  })
  return id
}

/** The bindings that the templates of roles write, to the subtree of the user's party. */
export function bindRoles(context: AccessContext, user: UserId, party: Id, roles: readonly Role[]): void {
  for (const { name, subtreeLevel } of roles) {
    if (subtreeLevel === null) continue
    const binding: NewBinding = {
      user,
      targetKind: 'subtree',
      target: party,
      level: subtreeLevel,
      alias: null,
      role: name,
      endsAt: null,
    }
    if (!hasBinding(context, binding)) bind(context, binding)
  }
}

function hasBinding(
  { access }: AccessContext,
  { user, targetKind, target, level, role }: NewBinding,
): boolean {
  const { bindings } = access.reach
  return access.reach
    .joining(user, targetKind, target)
    .some((row) => bindings.level.get(row) === level && bindings.role.get(row) === role)
}

/** Takes a binding away, with what it was in the event. */
export function unbind(context: AccessContext, row: Row, kind: 'binding.removed' | 'binding.ended'): void {
  const { bindings } = context.access.reach
  context.emit({
    kind,
    subject: `bnd_${bindings.id(row)}`,
    paths: pathsOfBinding(context, row),
    data: bindingView(context, row),
  })
  bindings.remove(row)
}
