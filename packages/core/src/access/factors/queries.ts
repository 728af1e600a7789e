/**
 * `factors.list`: what a user is shown of its factors. `factors.challenge`: that it may be asked for one.
 * `factors.to_check`: what the host needs to look at one.
 */
import type { PartyId } from '../../hierarchy/index.js'
import type { FactorAssignment, FactorId, FactorKind, UserId } from '../../identity/index.js'
import { type Instant, type Plain, query } from '../../image/index.js'
import type { AccessContext } from '../access.js'
import { visibleRow } from '../checks.js'
import { needsOfFactor, requireSelf } from './checks.js'
import { factorsLockedUntil } from './use.js'
import { factorView } from './view.js'

export type ListFactors = { readonly user: UserId }

/** Oldest first, those that are not confirmed yet among them. */
export const listFactors = query({
  name: 'factors.list',
  scope: 'credentials:read',
  needs: (_context: AccessContext, { user }: ListFactors) => [{ ability: 'read', target: { user } }],
  read(context, { user }): Plain {
    const { factors } = context.identity
    return { items: factors.ofUser.of(user).map((row) => factorView(context, row)), next: null }
  },
})

/** Whether a user may be asked for a factor: itself alone. The host adds the challenge. */
export const factorChallenge = query({
  name: 'factors.challenge',
  scope: 'credentials:read',
  needs: (_context: AccessContext, { user }: ListFactors) => [{ ability: 'read', target: { user } }],
  read(context, { user }): Plain {
    requireSelf(context, user)
    return { user }
  },
})

export type FactorsToCheck = { readonly user: UserId }

export interface FactorToCheck {
  readonly id: FactorId
  readonly kind: FactorKind
  readonly name: string
  readonly assignments: readonly FactorAssignment[]
  readonly sealedSecret: string | null
  readonly keyId: string | null
  readonly publicKey: string | null
  readonly signatures: number
  readonly lastStep: number
  readonly registrationChallenge: string | null
  readonly isConfirmed: boolean
}

export interface FactorsOfUser {
  /** Whose key seals their secrets. */
  readonly party: PartyId
  readonly userName: string
  readonly factors: readonly FactorToCheck[]
  readonly lockedUntil: Instant | null
}

/** Only the server asks: the answer holds what no view shows. */
export const factorsToCheck = query({
  name: 'factors.to_check',
  scope: 'system',
  needs: () => [],
  read(context: AccessContext, { user }: FactorsToCheck): FactorsOfUser {
    const { factors, users } = context.identity
    const row = visibleRow(users, user)
    return {
      party: users.party.get(row),
      userName: users.name.get(row),
      factors: factors.ofUser
        .of(user)
        .map((each) => ({ id: factors.table.id(each), ...factors.table.read(each) })),
      lockedUntil: factorsLockedUntil(context, user),
    }
  },
})

/** Whether whoever asks may change a user's factors: itself alone. Asked before anything is made or looked at for it. */
export const ownFactors = query({
  name: 'factors.own',
  scope: 'credentials:write',
  needs: (_context: AccessContext, { user }: ListFactors) => [{ ability: 'read', target: { user } }],
  read(context, { user }): Plain {
    requireSelf(context, user)
    return { user }
  },
})

type OfFactor = { readonly factor: FactorId }

/** The user whose factor it is, for whoever may see that. */
export const userOfFactor = query({
  name: 'factors.user_of',
  scope: 'credentials:write',
  needs: (context: AccessContext, { factor }: OfFactor) => needsOfFactor(context, factor),
  read(context, { factor }): UserId {
    const { table } = context.identity.factors
    const user = table.user.get(table.row(factor))
    requireSelf(context, user)
    return user
  },
})
