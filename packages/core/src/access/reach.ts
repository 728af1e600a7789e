/**
 * Bindings and the reach that follows from them. A binding joins a user to an account, a group or the subtree of a
 * party at a level; belonging to a party gives no reach at all. Levels of several bindings add up, and taking a
 * binding away can therefore never give anybody more.
 */

import type { Hierarchy } from '../hierarchy/index.js'
import type { UserId } from '../identity/index.js'
import {
  type Ability,
  choice,
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
import { ABILITIES_OF_LEVEL, LEVELS, type Level } from './scopes.js'

export type BindingId = Id<'binding'>
export const BINDING_TARGETS = ['account', 'group', 'subtree'] as const

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
  createdAt: time(),
}

/** A set of abilities, one bit each. */
export type AbilityMask = number

const ABILITIES: readonly Ability[] = ['read', 'report', 'trade', 'reduce', 'transfer', 'administer']
export const abilityBit = (ability: Ability): AbilityMask => 1 << ABILITIES.indexOf(ability)
export const abilitiesOf = (mask: AbilityMask): Ability[] =>
  ABILITIES.filter((ability) => (mask & abilityBit(ability)) !== 0)

const maskOf = (level: Level): AbilityMask =>
  ABILITIES_OF_LEVEL[level].reduce((mask, ability) => mask | abilityBit(ability), 0)
const MASKS = Object.fromEntries(LEVELS.map((level) => [level, maskOf(level)])) as Readonly<
  Record<Level, AbilityMask>
>
const MASK_ALL = MASKS.full

/** The bindings of one user, sorted by what they point at. */
interface UserReach {
  readonly subtrees: Set<Row>
  readonly direct: Map<Id, Set<Row>>
}

export class Reach implements Derived {
  readonly name = 'reach of users'
  readonly bindings: Table<BindingId, typeof bindingFields>
  readonly bindingsOf: Relation<UserId>
  readonly bindingsOn: Relation<Id>
  private readonly users = new Map<UserId, UserReach>()

  constructor(
    image: Image,
    private readonly hierarchy: Hierarchy,
  ) {
    this.bindings = image.table('bindings', 'bnd', bindingFields)
    image.enrolDue(this.bindings, this.bindings.endsAt)
    const table = this.bindings
    this.bindingsOf = new Relation(table, this.bindings.user)
    this.bindingsOn = new Relation(table, this.bindings.target)
    table.hooks.push({ inserted: (row) => this.enter(row), removing: (row) => this.leave(row) })
    image.derived(this.bindingsOf)
    image.derived(this.bindingsOn)
    image.derived(this)
  }

  /** What `user` may do with the account: the union over its bindings to the account, its group, and its owners. */
  toAccount(user: UserId, account: Row): AbilityMask {
    const reach = this.users.get(user)
    if (reach === undefined) return 0
    const { accounts } = this.hierarchy
    let mask = this.direct(reach, accounts.id(account))
    const group = accounts.group.get(account)
    if (group !== null) mask |= this.direct(reach, group)
    return mask | this.throughOwners(reach, this.hierarchy.partyOf(account))
  }

  toGroup(user: UserId, group: Row): AbilityMask {
    const reach = this.users.get(user)
    if (reach === undefined) return 0
    const { groups, parties } = this.hierarchy
    return (
      this.direct(reach, groups.id(group)) | this.throughOwners(reach, parties.row(groups.party.get(group)))
    )
  }

  toParty(user: UserId, party: Row): AbilityMask {
    const reach = this.users.get(user)
    return reach === undefined ? 0 : this.throughOwners(reach, party)
  }

  *canonical(): Iterable<Plain> {
    for (const user of [...this.users.keys()].sort((left, right) => left - right)) {
      const reach = this.users.get(user) as UserReach
      const rows = [...reach.subtrees, ...[...reach.direct.values()].flatMap((set) => [...set])]
      yield [user, rows.map((row) => this.bindings.id(row)).sort((left, right) => left - right)]
    }
  }

  private direct(reach: UserReach, target: Id): AbilityMask {
    const rows = reach.direct.get(target)
    if (rows === undefined) return 0
    let mask = 0
    for (const row of rows) mask |= MASKS[this.bindings.level.get(row)]
    return mask
  }

  private throughOwners(reach: UserReach, party: Row): AbilityMask {
    let mask = 0
    for (const row of reach.subtrees) {
      const top = this.hierarchy.parties.find(this.bindings.target.get(row) as never)
      if (top !== NO_ROW && this.hierarchy.order.isAtOrAbove(top, party))
        mask |= MASKS[this.bindings.level.get(row)]
      if (mask === MASK_ALL) break
    }
    return mask
  }

  private enter(row: Row): void {
    const user = this.bindings.user.get(row)
    const reach = this.users.get(user) ?? { subtrees: new Set(), direct: new Map() }
    this.users.set(user, reach)
    if (this.bindings.targetKind.get(row) === 'subtree') {
      reach.subtrees.add(row)
      return
    }
    const target = this.bindings.target.get(row)
    reach.direct.set(target, (reach.direct.get(target) ?? new Set()).add(row))
  }

  private leave(row: Row): void {
    const user = this.bindings.user.get(row)
    const reach = this.users.get(user) as UserReach
    reach.subtrees.delete(row)
    const target = this.bindings.target.get(row)
    const rows = reach.direct.get(target)
    rows?.delete(row)
    if (rows?.size === 0) reach.direct.delete(target)
    if (reach.subtrees.size === 0 && reach.direct.size === 0) this.users.delete(user)
  }
}
