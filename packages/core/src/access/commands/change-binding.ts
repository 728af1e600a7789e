/** `bindings.update` and `bindings.remove`. Whatever widens a binding takes as much as giving it. */
import { checkDisplayName } from '../../hierarchy/index.js'
import { command, type Instant, type Need, NO_ROW } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'
import { unbind } from '../bind.js'
import { checkEnd, checkVersion, keepingAdministrator, pathsOfBinding } from '../checks.js'
import { checkLevelGiven, targetOf } from '../grants.js'
import { NOWHERE } from '../places.js'
import type { BindingId } from '../reach.js'
import type { Level } from '../scopes.js'
import { bindingView } from '../views.js'
import { partyOfTarget } from './create-binding.js'

type OfBinding = { readonly binding: BindingId; readonly version?: number | null }

/** What is absent stays as it is. */
export type UpdateBinding = OfBinding & {
  readonly level?: Level
  readonly alias?: string | null
  readonly endsAt?: Instant | null
}

function needsOfBinding({ access }: AccessContext, binding: BindingId): Need[] {
  const { bindings } = access.reach
  const row = bindings.find(binding)
  if (row === NO_ROW) return [{ ability: 'administer', target: NOWHERE }]
  return [{ ability: 'administer', target: targetOf(bindings.targetKind.get(row), bindings.target.get(row)) }]
}

export const updateBinding = command({
  name: 'bindings.update',
  scope: 'bindings:write',
  needs: (context: AccessContext, { binding }: UpdateBinding) => needsOfBinding(context, binding),
  approval({ access, hierarchy }, { binding }) {
    const { bindings } = access.reach
    const row = bindings.row(binding)
    const party = partyOfTarget(hierarchy, bindings.targetKind.get(row), bindings.target.get(row))
    return { kind: 'rights', party }
  },
  decide(context, { binding, version, level, alias, endsAt }) {
    const { reach } = context.access
    const { bindings } = reach
    const row = bindings.row(binding)
    const [kind, target] = [bindings.targetKind.get(row), bindings.target.get(row)]
    checkVersion(version, bindings.version.get(row))
    if (alias) checkDisplayName(alias, '/alias')
    checkEnd(endsAt ?? null, context.now, '/ends_at')
    const before = bindingView(context, row)
    if (level !== undefined || endsAt !== undefined)
      checkLevelGiven(context, level ?? bindings.level.get(row), kind, target)
    if (level !== undefined && level !== bindings.level.get(row)) {
      const others = reach.joining(bindings.user.get(row), kind, target)
      if (others.some((other) => bindings.level.get(other) === level && bindings.role.get(other) === null))
        refuse('binding_exists', `the user has that target at the level ${level} already`)
    }
    keepingAdministrator(context, () => {
      if (level !== undefined) bindings.level.set(row, level)
      if (endsAt !== undefined) bindings.endsAt.set(row, endsAt)
    })
    if (alias !== undefined) bindings.alias.set(row, alias)
    bindings.version.set(row, bindings.version.get(row) + 1)
    context.emit({
      kind: 'binding.updated',
      subject: `bnd_${binding}`,
      paths: pathsOfBinding(context, row),
      data: { before, after: bindingView(context, row) },
    })
    return { binding, version: bindings.version.get(row) }
  },
})

export const removeBinding = command({
  name: 'bindings.remove',
  scope: 'bindings:write',
  needs: (context: AccessContext, { binding }: OfBinding) => needsOfBinding(context, binding),
  decide(context, { binding, version }) {
    const { bindings } = context.access.reach
    const row = bindings.row(binding)
    checkVersion(version, bindings.version.get(row))
    keepingAdministrator(context, () => unbind(context, row, 'binding.removed'))
    return { binding }
  },
})
