/**
 * The access room: the five locks that every request passes, in this order and each explained by name.
 *
 *   credential  the chain token → credential → owner holds, is not expired, and carries the scope
 *   reach       a binding of the acting user leads to the target; otherwise the target is not there for it
 *   level       the bindings' levels allow what is asked
 *   state       the acting user's chain, and for dealings the account's chain and status, are active and unblocked
 *   permission  the account's own flags allow it
 *
 * Authorizing throws the first lock that is shut; explaining reports all five. Both turn the same locks.
 */
import type { AccountId, BlockKind, GroupId, PartyId } from '../hierarchy/index.js'
import type { CredentialId, IdentityContext, TokenId, UserId } from '../identity/index.js'
import {
  type Ability,
  type Actor,
  type Doer,
  type Id,
  type Image,
  type Need,
  NO_ROW,
  type Row,
  type Target,
} from '../image/index.js'
import { type Refusal, type RefusalCode, Refused } from '../refusals/index.js'
import { type AbilityMask, abilityBit, Reach } from './reach.js'
import { findRole } from './scopes.js'

export const LOCKS = ['credential', 'reach', 'level', 'state', 'permission'] as const
export type Lock = (typeof LOCKS)[number]

export interface AccessContext extends IdentityContext {
  readonly access: Access
}

/** What the first lock establishes. */
export interface Identified {
  readonly doer: Doer
  /** Whose bindings count; null for a credential of a party that acts as nobody. */
  readonly user: UserId | null
}

export const SYSTEM: Doer = { credential: null, user: null, onBehalfOf: null }
const NOT_VISIBLE: Refusal = { code: 'not_visible', detail: 'there is no such thing within reach' }
const shut = (code: RefusalCode, detail: string): Refusal => ({ code, detail })

export class Access {
  readonly reach: Reach

  constructor(
    image: Image,
    private readonly rooms: Pick<IdentityContext, 'hierarchy' | 'identity'>,
  ) {
    this.reach = new Reach(image, rooms.hierarchy)
  }

  /** Passes all five locks for every need, or throws the first refusal. */
  authorize(actor: Actor, scope: string, needs: readonly Need[], now: number): Doer {
    if (actor.kind === 'system') return SYSTEM
    const identified = this.identify(actor, scope, now)
    for (const need of needs) {
      for (const lock of TARGET_LOCKS) {
        const refusal = this.turn(lock, identified, need)
        if (refusal !== null) throw new Refused(refusal)
      }
    }
    return identified.doer
  }

  /** The first lock: who is it, does the chain hold, does it carry the scope. Throws where it does not. */
  identify(actor: Extract<Actor, { kind: 'credential' }>, scope: string | null, now: number): Identified {
    const refusal = this.chainFault(actor, now)
    if (refusal !== null) throw new Refused(refusal)
    const { credentials } = this.rooms.identity
    const own = credentials.user.get(credentials.row(actor.credential as CredentialId))
    const user = (actor.actingUser as UserId | null) ?? own
    if (scope !== null && !this.scopesOf(actor).has(scope)) {
      throw new Refused({
        ...shut('scope_missing', `the credential lacks the scope ${scope}`),
        data: { scope },
      })
    }
    return { doer: { credential: actor.credential, user, onBehalfOf: user === own ? null : user }, user }
  }

  /** Effective scopes: what token, credential and acting user all have. */
  scopesOf(actor: Extract<Actor, { kind: 'credential' }>): ReadonlySet<string> {
    const { credentials, tokens } = this.rooms.identity
    const row = credentials.row(actor.credential as CredentialId)
    const sets: ReadonlySet<string>[] = []
    const user = (actor.actingUser as UserId | null) ?? credentials.user.get(row)
    if (user !== null) sets.push(this.scopesOfUser(user))
    const own = credentials.scopes.get(row)
    if (own !== null) sets.push(new Set(own))
    if (actor.token !== null) sets.push(new Set(tokens.scopes.get(tokens.row(actor.token as TokenId))))
    const [first = new Set<string>(), ...rest] = sets
    return new Set([...first].filter((scope) => rest.every((set) => set.has(scope))))
  }

  scopesOfUser(user: UserId): ReadonlySet<string> {
    const { users } = this.rooms.identity
    const row = users.row(user)
    return new Set([
      ...users.scopes.get(row),
      ...users.roles.get(row).flatMap((role) => findRole(role)?.scopes ?? []),
    ])
  }

  /** What the user's bindings let it do with the target, as a set of abilities; 0 is out of reach. */
  abilities(user: UserId | null, target: Target): AbilityMask {
    if (target === 'self') return abilityBit('read') | abilityBit('administer')
    if (user === null) return 0
    const { hierarchy, identity } = this.rooms
    if ('account' in target) {
      const row = hierarchy.accounts.find(target.account as AccountId)
      return row === NO_ROW ? 0 : this.reach.toAccount(user, row)
    }
    if ('group' in target) {
      const row = hierarchy.groups.find(target.group as GroupId)
      return row === NO_ROW ? 0 : this.reach.toGroup(user, row)
    }
    if ('party' in target) {
      const row = hierarchy.parties.find(target.party as PartyId)
      return row === NO_ROW ? 0 : this.reach.toParty(user, row)
    }
    if (target.user === user) return abilityBit('read')
    const row = identity.users.find(target.user as UserId)
    return row === NO_ROW ? 0 : this.reach.toParty(user, hierarchy.parties.row(identity.users.party.get(row)))
  }

  /** One of the four locks on the target: null where it opens. */
  turn(lock: Exclude<Lock, 'credential'>, { user }: Identified, { ability, target }: Need): Refusal | null {
    switch (lock) {
      case 'reach':
        return this.abilities(user, target) === 0 ? NOT_VISIBLE : null
      case 'level':
        return (this.abilities(user, target) & abilityBit(ability)) === 0
          ? shut('level_insufficient', `the binding does not allow to ${ability}`)
          : null
      case 'state':
        return this.stateFault(ability, target)
      case 'permission':
        return this.permissionFault(ability, target)
    }
  }

  private chainFault(
    { credential, token, actingUser }: Extract<Actor, { kind: 'credential' }>,
    now: number,
  ): Refusal | null {
    const { credentials, tokens, users } = this.rooms.identity
    const row = credentials.find(credential as CredentialId)
    if (row === NO_ROW || credentials.status.get(row) !== 'active')
      return shut('unauthenticated', 'the credential is not valid')
    const expiresAt = credentials.expiresAt.get(row)
    if (expiresAt !== null && expiresAt <= now) return shut('unauthenticated', 'the credential has expired')
    for (let link = token as TokenId | null; link !== null; ) {
      const at = tokens.find(link)
      if (at === NO_ROW) return shut('unauthenticated', 'the token is not valid')
      const ends = tokens.expiresAt.get(at)
      if (ends !== null && ends <= now) return shut('unauthenticated', 'the token has expired')
      link = tokens.parent.get(at)
    }
    const own = credentials.user.get(row)
    const party = this.rooms.identity.partyOfCredential(row)
    if (actingUser !== null && actingUser !== own) {
      const acting = users.find(actingUser as UserId)
      if (own !== null || acting === NO_ROW || users.party.get(acting) !== party) return NOT_VISIBLE
    }
    return this.ownerFault((actingUser as UserId | null) ?? own, party)
  }

  /** The acting user and every owner above it are active and may sign in. */
  private ownerFault(user: UserId | null, party: PartyId): Refusal | null {
    const { hierarchy, identity } = this.rooms
    if (hierarchy.firstNotActive(hierarchy.parties.row(party)) !== NO_ROW)
      return shut('actor_suspended', 'an owner of the credential is not active')
    if (user === null) return null
    if (identity.users.status.get(identity.users.row(user)) !== 'active')
      return shut('actor_suspended', 'the user is not active')
    if (this.isBlocked(user, 'login')) return shut('actor_suspended', 'the user is blocked from signing in')
    return null
  }

  /** Dealing needs an approved, active, unblocked account under active owners; reading and administering do not. */
  private stateFault(ability: Ability, target: Target): Refusal | null {
    if (target === 'self' || !('account' in target)) return null
    const block = DEALINGS[ability]
    if (block === null) return null
    const { hierarchy } = this.rooms
    const account = hierarchy.accounts.row(target.account as AccountId)
    if (hierarchy.accounts.stage.get(account) !== 'approved')
      return shut('account_not_active', 'the account is not approved yet')
    const status = hierarchy.accounts.status.get(account)
    if (status !== 'active') return shut('account_not_active', `the account is ${status}`)
    const party = hierarchy.partyOf(account)
    if (hierarchy.firstNotActive(party) !== NO_ROW)
      return shut('party_suspended', 'an owner of the account is not active')
    return this.blockFault(target.account, party, block)
  }

  private blockFault(account: Id, party: Row, kind: BlockKind): Refusal | null {
    const { hierarchy } = this.rooms
    if (hierarchy.blocks.size === 0) return null
    if (this.isBlocked(account, kind)) return shut('blocked', `a block on ${kind} stands against the account`)
    for (let row = party; row !== NO_ROW; row = hierarchy.order.parent(row)) {
      if (this.isBlocked(hierarchy.parties.id(row), kind))
        return shut('blocked', `a block on ${kind} stands against an owner of the account`)
    }
    return null
  }

  private isBlocked(target: Id, kind: BlockKind): boolean {
    const { hierarchy } = this.rooms
    return hierarchy.blocks.size > 0 && hierarchy.blockOn(target, kind) !== NO_ROW
  }

  /** The account's own flags: `attributes.forbidden` lists abilities that nobody has on it. */
  private permissionFault(ability: Ability, target: Target): Refusal | null {
    if (target === 'self' || !('account' in target)) return null
    const { accounts } = this.rooms.hierarchy
    const { forbidden } = accounts.attributes.get(accounts.row(target.account as AccountId))
    return Array.isArray(forbidden) && forbidden.includes(ability)
      ? shut('permission_missing', `the account has no permission to ${ability}`)
      : null
  }
}

const TARGET_LOCKS = ['reach', 'level', 'state', 'permission'] as const

/** The kind of block that stands against each dealing; null where state does not matter. */
const DEALINGS: Readonly<Record<Ability, BlockKind | null>> = {
  read: null,
  report: null,
  administer: null,
  trade: 'trading',
  reduce: 'trading',
  transfer: 'transfers',
}
