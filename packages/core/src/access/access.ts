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
import type { AccountId } from '../hierarchy/index.js'
import type { CredentialId, IdentityContext, TokenId, UserId } from '../identity/index.js'
import type { Ability, Actor, AnyTable, Doer, Image, Need, Row, Target } from '../image/index.js'
import { type Refusal, type RefusalCode, Refused } from '../refusals/index.js'
import { Chain, type CredentialActor } from './chain.js'
import { Gates } from './gates.js'
import { Applications } from './onboarding/applications.js'
import { type Place, Places } from './places.js'
import { type AbilityMask, abilityBit, Reach } from './reach.js'
import { RememberedScopes } from './remembered-scopes.js'
import { Roles } from './roles.js'
import { placeOf, ScopeSet } from './scope-set.js'
import { Standing } from './standing.js'
import { StateLocks } from './state-locks.js'
import { Webhooks } from './webhooks/webhooks.js'

export const LOCKS = ['credential', 'reach', 'level', 'state', 'permission'] as const
export type Lock = (typeof LOCKS)[number]

export interface AccessContext extends IdentityContext {
  readonly access: Access
}

/** What a stream keeps of its authorization, to be checked again whenever `access.version` has grown. */
export interface Permit {
  readonly doer: Doer
  readonly tokens: readonly TokenId[]
  readonly account: AccountId | null
  readonly scope: string | null
  readonly needs: readonly Need[]
}

export const SYSTEM: Doer = { credential: null, user: null, onBehalfOf: null }
export const isSystem = (doer: Doer): boolean => doer.credential === null && doer.user === null
const NOT_VISIBLE: Refusal = { code: 'not_visible', detail: 'there is no such thing within reach' }
const shut = (code: RefusalCode, detail: string): Refusal => ({ code, detail })
/** What everybody may do with itself. */
const SELF_MASK = abilityBit('read') | abilityBit('administer')

export class Access {
  readonly reach: Reach
  readonly roles: Roles
  readonly standing: Standing
  readonly webhooks: Webhooks
  readonly applications: Applications
  private readonly remembered: RememberedScopes
  /** The chain of whoever was authorized last; what else is asked meanwhile follows `asked`. */
  private readonly chain: Chain
  private readonly asked: Chain
  private readonly places: Places
  private readonly locks: StateLocks

  constructor(
    image: Image,
    private readonly rooms: Pick<IdentityContext, 'hierarchy' | 'identity'>,
  ) {
    const { hierarchy, identity } = rooms
    this.roles = new Roles(image, hierarchy, identity)
    const gates = new Gates(hierarchy)
    this.reach = new Reach(image, hierarchy, gates)
    this.webhooks = new Webhooks(image)
    this.applications = new Applications(image)
    this.remembered = new RememberedScopes(hierarchy, identity, this.roles)
    this.standing = new Standing(image, hierarchy, identity)
    this.standing.countRows(this.reach.bindings as AnyTable)
    this.standing.countRows(this.roles.table as AnyTable)
    this.standing.countColumns([this.reach.bindings.level, this.roles.table.scopes])
    this.chain = new Chain(hierarchy, identity, this.remembered, this.standing)
    this.asked = new Chain(hierarchy, identity, this.remembered, this.standing)
    this.places = new Places(hierarchy, identity)
    this.locks = new StateLocks(hierarchy, this.standing, gates)
  }

  /** Grows whenever anything changes that could alter what an actor may do. */
  get version(): number {
    return this.standing.version
  }

  /** Passes all five locks for every need, or throws the first refusal. */
  authorize(actor: Actor, scope: string | null, needs: readonly Need[], now: number): Doer {
    if (actor.kind === 'system') {
      for (let index = 0; index < needs.length; index += 1)
        if (!this.places.find((needs[index] as Need).target)) throw new Refused(NOT_VISIBLE)
      return SYSTEM
    }
    const { chain } = this
    const refusal = this.decide(actor, scope, needs, now)
    if (refusal !== null) throw new Refused(refusal)
    const { user, ownUser } = chain
    return { credential: actor.credential, user, onBehalfOf: user === ownUser ? null : user }
  }

  /** Whether an account's own state and its owners' let it trade. */
  /** Whether money may come to the account from somebody who need not reach it. */
  mayReceive(account: Row): boolean {
    return this.locks.mayReceive(account)
  }

  mayDeal(account: Row): boolean {
    return this.locks.mayDeal(account)
  }

  /** Why it may not, or null. */
  dealingFault(account: Row): Refusal | null {
    return this.locks.stateFault('trade', { kind: 'account', row: account })
  }

  /** The bare answer, for those who only ask. Nothing is allocated on the way to a yes. */
  permits(actor: CredentialActor, scope: string | null, needs: readonly Need[], now: number): boolean {
    return this.decide(actor, scope, needs, now) === null
  }

  /** The same decision as a value: what a stream keeps, or why not. */
  permit(
    actor: CredentialActor,
    scope: string | null,
    needs: readonly Need[],
    now: number,
  ): { readonly permit: Permit } | { readonly refusal: Refusal } {
    try {
      const doer = this.authorize(actor, scope, needs, now)
      return { permit: { doer, tokens: this.chain.tokens(), account: this.chain.account, scope, needs } }
    } catch (thrown) {
      if (thrown instanceof Refused) return { refusal: thrown.refusal }
      throw thrown
    }
  }

  /** Whether a stream may go on: everything still holds, and none of its tokens was revoked. Expiry does not count. */
  isStillAllowed({ doer, tokens, account, scope, needs }: Permit, now: number): boolean {
    if (doer.credential === null) return true
    for (const token of tokens) if (this.standing.wasRevoked(token)) return false
    const actor = {
      kind: 'credential',
      credential: doer.credential,
      token: null,
      actingUser: doer.user,
    } as const
    if (this.asked.follow(actor, now) !== null || scopeFault(this.asked, scope) !== null) return false
    return needs.every(
      ({ ability, target }) => this.firstShut(doer.user as UserId | null, account, ability, target) === null,
    )
  }

  /** What is wrong with an actor's chain as such, whatever it asks for. */
  chainFault(actor: CredentialActor, now: number): Refusal | null {
    return this.asked.follow(actor, now)
  }

  /** Effective scopes of an actor whose chain holds; none where it does not. */
  scopesOf(actor: Actor, now: number): ScopeSet {
    if (actor.kind === 'system') return ScopeSet.ALL
    return this.asked.follow(actor, now) === null ? this.asked.scopes() : ScopeSet.EMPTY
  }

  /** The effective scopes of whoever was authorized last: what the command or query in progress may hand on. */
  actingScopes(doer: Doer): ScopeSet {
    return isSystem(doer) ? ScopeSet.ALL : this.chain.scopes()
  }

  /** The account that the token in use is limited to, or null. */
  actingAccount(doer: Doer): AccountId | null {
    return isSystem(doer) ? null : this.chain.account
  }

  actingToken(doer: Doer): TokenId | null {
    return isSystem(doer) ? null : (this.chain.tokens()[0] ?? null)
  }

  scopesOfUser(user: UserId): ScopeSet {
    return this.remembered.ofUser(this.rooms.identity.users.row(user))
  }

  /** What the user's bindings let it do with the target, as a set of abilities; 0 is out of reach. */
  abilities(user: UserId | null, target: Target): AbilityMask {
    return this.places.find(target) ? this.maskAt(user, this.places) : 0
  }

  /** What whoever was authorized last may do with the target. */
  actingAbilities(doer: Doer, target: Target): AbilityMask {
    if (!this.places.find(target)) return 0
    if (isSystem(doer)) return SYSTEM_MASK
    return this.narrowedMask(doer.user as UserId | null, this.chain.account, this.places)
  }

  /** The credential's lock, for a user alone or through one of its credentials. */
  turnCredential(
    user: UserId,
    credential: CredentialId | null,
    scope: string | null,
    now: number,
  ): Refusal | null {
    const { hierarchy, identity } = this.rooms
    if (credential !== null) {
      const own = identity.credentials.user.get(identity.credentials.row(credential))
      const actor = {
        kind: 'credential',
        credential,
        token: null,
        actingUser: own === user ? null : user,
      } as const
      return this.asked.follow(actor, now) ?? scopeFault(this.asked, scope)
    }
    const row = identity.users.row(user)
    const fault = this.standing.userFault(row, hierarchy.parties.row(identity.users.party.get(row)))
    if (fault !== null) return fault
    return scope === null || this.remembered.ofUser(row).has(scope) ? null : scopeMissing(scope)
  }

  /** One of the four locks on the target: null where it opens. */
  turn(lock: Exclude<Lock, 'credential'>, user: UserId | null, { ability, target }: Need): Refusal | null {
    const { places } = this
    if (!places.find(target)) return lock === 'reach' ? NOT_VISIBLE : null
    switch (lock) {
      case 'reach':
        return this.maskAt(user, places) === 0 ? NOT_VISIBLE : null
      case 'level':
        return levelFault(this.maskAt(user, places), ability)
      case 'state':
        return this.locks.stateFault(ability, places)
      case 'permission':
        return this.locks.permissionFault(ability, places)
    }
  }

  /** The first refusal of an actor's request; null where all five locks open for every need. */
  private decide(
    actor: CredentialActor,
    scope: string | null,
    needs: readonly Need[],
    now: number,
  ): Refusal | null {
    const { chain } = this
    const fault = chain.follow(actor, now) ?? scopeFault(chain, scope)
    if (fault !== null) return fault
    for (let index = 0; index < needs.length; index += 1) {
      const { ability, target } = needs[index] as Need
      const refusal = this.firstShut(chain.user, chain.account, ability, target)
      if (refusal !== null) return refusal
    }
    return null
  }

  /** The four locks on a target in their order, computing the reach once. */
  private firstShut(
    user: UserId | null,
    account: AccountId | null,
    ability: Ability,
    target: Target,
  ): Refusal | null {
    const { places, locks } = this
    if (!places.find(target)) return NOT_VISIBLE
    const mask = account === null ? this.maskAt(user, places) : this.narrowedMask(user, account, places)
    if (mask === 0) return NOT_VISIBLE
    return (
      levelFault(mask, ability) ?? locks.stateFault(ability, places) ?? locks.permissionFault(ability, places)
    )
  }

  private maskAt(user: UserId | null, { kind, row }: Place): AbilityMask {
    if (kind === 'self') return SELF_MASK
    if (user === null) return 0
    switch (kind) {
      case 'account':
        return this.reach.toAccount(user, row)
      case 'group':
        return this.reach.toGroup(user, row)
      case 'party':
        return this.reach.toParty(user, row)
      case 'user': {
        const { hierarchy, identity } = this.rooms
        const mask = this.reach.toParty(user, hierarchy.parties.row(identity.users.party.get(row)))
        return identity.users.id(row) === user ? mask | abilityBit('read') : mask
      }
    }
  }

  /** A token for one account reaches that account and its own user, nothing else. */
  private narrowedMask(user: UserId | null, account: AccountId | null, place: Place): AbilityMask {
    const mask = this.maskAt(user, place)
    if (account === null || place.kind === 'self') return mask
    const { hierarchy, identity } = this.rooms
    if (place.kind === 'account') return hierarchy.accounts.id(place.row) === account ? mask : 0
    if (place.kind === 'user') return identity.users.id(place.row) === user ? mask : 0
    return 0
  }
}

const SYSTEM_MASK = abilityBit('administer') * 2 - 1
const scopeMissing = (scope: string): Refusal => ({
  ...shut('scope_missing', `the credential lacks the scope ${scope}`),
  data: { scope },
})

const scopeFault = (chain: Chain, scope: string | null): Refusal | null =>
  scope === null || chain.carries(placeOf(scope)) ? null : scopeMissing(scope)

function levelFault(mask: AbilityMask, ability: Ability): Refusal | null {
  return (mask & abilityBit(ability)) !== 0
    ? null
    : shut('level_insufficient', `the binding does not allow to ${ability}`)
}
