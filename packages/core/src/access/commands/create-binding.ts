/** `bindings.create`: joins a user to an account, a group or a subtree at a level. */
import { checkDisplayName, type PartyId } from '../../hierarchy/index.js'
import type { UserId } from '../../identity/index.js'
import { command, type Id, type Instant, type Need } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'
import { bind } from '../bind.js'
import { checkEnd } from '../checks.js'
import { checkLevelGiven, targetOf } from '../grants.js'
import type { BindingTarget } from '../reach.js'
import type { Level } from '../scopes.js'

export type CreateBinding = {
  readonly user: UserId
  readonly targetKind: BindingTarget
  readonly target: Id
  readonly level: Level
  readonly alias: string | null
  readonly endsAt: Instant | null
}

export const createBinding = command({
  name: 'bindings.create',
  scope: 'bindings:write',
  needs: (_context: AccessContext, { user, targetKind, target }: CreateBinding): Need[] => [
    { ability: 'administer', target: targetOf(targetKind, target) },
    { ability: 'read', target: { user } },
  ],
  approval: ({ hierarchy }, { targetKind, target }) => ({
    kind: 'rights',
    party: partyOfTarget(hierarchy, targetKind, target),
  }),
  decide(context, input) {
    const { identity } = context
    if (input.alias !== null) checkDisplayName(input.alias, '/alias')
    checkEnd(input.endsAt, context.now, '/ends_at')
    if (identity.users.status.get(identity.users.row(input.user)) === 'closed')
      refuse('transition_invalid', 'the user is closed')
    checkLevelGiven(context, input.level, input.targetKind, input.target)
    return { binding: bind(context, { ...input, role: null }) }
  },
})

/** The party whose policy counts for rights on a target that is known to be there. */
export function partyOfTarget(
  { accounts, groups }: AccessContext['hierarchy'],
  kind: BindingTarget,
  target: Id,
): PartyId {
  if (kind === 'account') return accounts.party.get(accounts.row(target as never))
  if (kind === 'group') return groups.party.get(groups.row(target as never))
  return target as PartyId
}
