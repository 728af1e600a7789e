/**
 * Bindings and the reach that follows from them. A binding joins a user to an account, a group or the subtree of a
 * party at a level; belonging to a party gives no reach at all. Levels of several bindings add up, and taking a
 * binding away can therefore never give anybody more.
 */
import type { Hierarchy, PartyId } from '../hierarchy/index.js'
import type { UserId } from '../identity/index.js'
import {
  type Ability,
  choice,
  count,
  type Derived,
  type Id,
  type Image,
  NO_ROW,
  type Plain,
  Relation,
  type Row,
  ref,
  refOrNull,
  type Table,
  textOrNull,
  time,
  timeOrNull,
} from '../image/index.js'
import type { Gates } from './gates.js'
import { ABILITIES_OF_LEVEL, LEVELS, type Level } from './scopes.js'

export type BindingId = Id<'binding'>
export const BINDING_TARGETS = ['account', 'group', 'subtree'] as const
export type BindingTarget = (typeof BINDING_TARGETS)[number]
export const BINDINGS_OF_USER_MAX = 5_000

const bindingFields = {
  user: ref<UserId>(),
  targetKind: choice(BINDING_TARGETS),
  target: ref<Id>(),
  level: choice(LEVELS),
  /** The name that this user gives the account. */
  alias: textOrNull(),
  /** The role whose template wrote it, or null for one written by hand. */
  role: textOrNull(),
  endsAt: timeOrNull(),
  grantedBy: refOrNull<UserId>(),
  version: count(),
  createdAt: time(),
}

/** A set of abilities, one bit each. */
export type AbilityMask = number

export const ABILITIES: readonly Ability[] = [
  'read',
  'report',
  'trade',
  'reduce',
  'cancel',
  'transfer',
  'administer',
]
const BITS: Readonly<Record<Ability, AbilityMask>> = {
  read: 1,
  report: 2,
  trade: 4,
  reduce: 8,
  cancel: 16,
  transfer: 32,
  administer: 64,
}
export const abilityBit = (ability: Ability): AbilityMask => BITS[ability]
export const abilitiesOf = (mask: AbilityMask): Ability[] =>
  ABILITIES.filter((ability) => (mask & BITS[ability]) !== 0)

export const maskOf = (level: Level): AbilityMask => MASKS[level]
const MASKS = Object.fromEntries(
  LEVELS.map((level) => [
    level,
    ABILITIES_OF_LEVEL[level].reduce((mask, ability) => mask | BITS[ability], 0),
  ]),
) as Readonly<Record<Level, AbilityMask>>
const MASK_ALL = MASKS.full

/** The bindings of a user to one target, and what they allow together. */
interface Joined {
  readonly rows: Row[]
  mask: AbilityMask
}

/** The bindings of one user, sorted by what they point at; `few` lists the subtrees while they are few. */
interface UserReach {
  readonly subtrees: Map<Id, Joined>
  readonly direct: Map<Id, Joined>
  few: { readonly top: Row; readonly joined: Joined }[]
}

/** Up to so many subtrees are compared one by one; beyond, the owners are walked and looked up. */
const FEW = 6

export class Reach implements Derived {
  readonly name = 'reach of users'
  readonly bindings: Table<BindingId, typeof bindingFields>
  readonly bindingsOf: Relation<UserId>
  readonly bindingsOn: Relation<Id>
  private readonly users = new Map<UserId, UserReach>()

  constructor(
    image: Image,
    private readonly hierarchy: Hierarchy,
    private readonly gates: Gates,
  ) {
    this.bindings = image.table('bindings', 'bnd', bindingFields)
    image.enrolDue(this.bindings, this.bindings.endsAt)
    const table = this.bindings
    this.bindingsOf = new Relation(table, this.bindings.user)
    this.bindingsOn = new Relation(table, this.bindings.target)
    table.hooks.push({ inserted: (row) => this.enter(row), removing: (row) => this.leave(row) })
    table.level.watch((row) => this.refresh(row))
    image.derived(this.bindingsOf)
    image.derived(this.bindingsOn)
    image.derived(this)
  }

  /** What `user` may do with the account: the union over its bindings to the account, its group, and its owners. */
  toAccount(user: UserId, account: Row): AbilityMask {
    const reach = this.users.get(user)
    if (reach === undefined) return 0
    const { accounts } = this.hierarchy
    let mask = 0
    if (reach.direct.size > 0) {
      mask = reach.direct.get(accounts.id(account))?.mask ?? 0
      const group = this.gates.isGrouped(account) ? accounts.group.get(account) : null
      if (group !== null) mask |= reach.direct.get(group)?.mask ?? 0
    }
    if (mask === MASK_ALL || reach.subtrees.size === 0) return mask
    return mask | this.throughOwners(reach, this.gates.party(account))
  }

  toGroup(user: UserId, group: Row): AbilityMask {
    const reach = this.users.get(user)
    if (reach === undefined) return 0
    const { groups, parties } = this.hierarchy
    const mask = reach.direct.get(groups.id(group))?.mask ?? 0
    return mask | this.throughOwners(reach, parties.row(groups.party.get(group)))
  }

  toParty(user: UserId, party: Row): AbilityMask {
    const reach = this.users.get(user)
    return reach === undefined ? 0 : this.throughOwners(reach, party)
  }

  /** The user's bindings to exactly that target. */
  joining(user: UserId, kind: BindingTarget, target: Id): readonly Row[] {
    const reach = this.users.get(user)
    return (kind === 'subtree' ? reach?.subtrees : reach?.direct)?.get(target)?.rows ?? []
  }

  /** Bindings to the target itself, its group and the subtrees that it stands in, nearest first. */
  leadingTo(target: { readonly account: Row } | { readonly group: Row } | { readonly party: Row }): Row[] {
    const { accounts, groups, parties, order } = this.hierarchy
    const places: Id[] = []
    let party: Row
    if ('account' in target) {
      places.push(accounts.id(target.account))
      const group = accounts.group.get(target.account)
      if (group !== null) places.push(group)
      party = this.hierarchy.partyOf(target.account)
    } else if ('group' in target) {
      places.push(groups.id(target.group))
      party = parties.row(groups.party.get(target.group))
    } else party = target.party
    for (let row = party; row !== NO_ROW; row = order.parent(row)) places.push(parties.id(row))
    return places.flatMap((place) => this.bindingsOn.of(place))
  }

  *canonical(): Iterable<Plain> {
    for (const user of [...this.users.keys()].sort((left, right) => left - right)) {
      const { subtrees, direct } = this.users.get(user) as UserReach
      const joined = [...subtrees, ...direct].sort(([left], [right]) => left - right)
      yield [user, ...joined.map(([target, { mask }]) => [target, mask])]
    }
  }

  private throughOwners(reach: UserReach, party: Row): AbilityMask {
    const { order, parties } = this.hierarchy
    let mask = 0
    if (reach.subtrees.size <= FEW) {
      const { few } = reach
      for (let index = 0; index < few.length && mask !== MASK_ALL; index += 1) {
        const { top, joined } = few[index] as UserReach['few'][number]
        if (order.isAtOrAbove(top, party)) mask |= joined.mask
      }
      return mask
    }
    for (let row = party; row !== NO_ROW && mask !== MASK_ALL; row = order.parent(row))
      mask |= reach.subtrees.get(parties.id(row))?.mask ?? 0
    return mask
  }

  private enter(row: Row): void {
    const user = this.bindings.user.get(row)
    const reach = this.users.get(user) ?? { subtrees: new Map(), direct: new Map(), few: [] }
    this.users.set(user, reach)
    const map = this.mapOf(reach, row)
    const target = this.bindings.target.get(row)
    const joined = map.get(target) ?? { rows: [], mask: 0 }
    map.set(target, joined)
    joined.rows.push(row)
    joined.mask |= MASKS[this.bindings.level.get(row)]
    if (map === reach.subtrees) this.listFew(reach)
  }

  private leave(row: Row): void {
    const user = this.bindings.user.get(row)
    const reach = this.users.get(user) as UserReach
    const map = this.mapOf(reach, row)
    const target = this.bindings.target.get(row)
    const joined = map.get(target) as Joined
    joined.rows.splice(joined.rows.indexOf(row), 1)
    this.sum(joined)
    if (joined.rows.length === 0) map.delete(target)
    if (map === reach.subtrees) this.listFew(reach)
    if (reach.subtrees.size === 0 && reach.direct.size === 0) this.users.delete(user)
  }

  private refresh(row: Row): void {
    const reach = this.users.get(this.bindings.user.get(row)) as UserReach
    this.sum(this.mapOf(reach, row).get(this.bindings.target.get(row)) as Joined)
  }

  private sum(joined: Joined): void {
    joined.mask = 0
    for (const row of joined.rows) joined.mask |= MASKS[this.bindings.level.get(row)]
  }

  private mapOf(reach: UserReach, row: Row): Map<Id, Joined> {
    return this.bindings.targetKind.get(row) === 'subtree' ? reach.subtrees : reach.direct
  }

  private listFew(reach: UserReach): void {
    if (reach.subtrees.size > FEW) {
      reach.few = []
      return
    }
    reach.few = [...reach.subtrees].map(([target, joined]) => ({
      top: this.hierarchy.parties.row(target as PartyId),
      joined,
    }))
  }
}
