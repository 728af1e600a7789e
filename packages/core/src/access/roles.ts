/**
 * Roles as data: those of the product, and roles that a party defines for its subtree. A role's name means one thing
 * in the whole book, so taking a role away can never uncover another of the same name that gives more.
 */
import type { Hierarchy, PartyId } from '../hierarchy/index.js'
import type { Identity } from '../identity/index.js'
import {
  count,
  type Derived,
  type Id,
  type Image,
  NO_ROW,
  type Plain,
  Relation,
  type Row,
  ref,
  type Table,
  text,
  textOrNull,
  time,
  UniqueIndex,
  value,
} from '../image/index.js'
import { findRole, type Level, type Role, type Scope } from './scopes.js'

export type RoleId = Id<'role'>

export const ROLES_OF_PARTY_MAX = 100

const roleFields = {
  party: ref<PartyId>(),
  name: text(),
  title: text(),
  scopes: value<readonly Scope[]>(),
  subtreeLevel: textOrNull<Level>(),
  version: count(),
  createdAt: time(),
}

export class Roles implements Derived {
  readonly name = 'users of roles'
  readonly table: Table<RoleId, typeof roleFields>
  readonly byName: UniqueIndex<string>
  readonly of: Relation<PartyId>
  /** How many users hold each role that somebody holds. */
  private readonly holders = new Map<string, number>()

  constructor(
    image: Image,
    private readonly hierarchy: Hierarchy,
    identity: Identity,
  ) {
    this.table = image.table('roles', 'rol', roleFields)
    this.byName = new UniqueIndex(this.table, this.table.name)
    this.of = new Relation(this.table, this.table.party)
    const { users } = identity
    users.hooks.push({
      inserted: (row) => this.count(users.roles.get(row), 1),
      removing: (row) => this.count(users.roles.get(row), -1),
    })
    users.roles.watch((row, old) => {
      this.count(old, -1)
      this.count(users.roles.get(row), 1)
    })
    image.derived(this.byName)
    image.derived(this.of)
    image.derived(this)
  }

  /** What the name means for users of `party`: a role of the product, or of an owner at or above it. */
  find(name: string, party: Row): Role | undefined {
    const builtIn = findRole(name)
    if (builtIn !== undefined) return builtIn
    const row = this.byName.find(name)
    if (row === NO_ROW) return undefined
    const definer = this.hierarchy.parties.row(this.table.party.get(row))
    return this.hierarchy.order.isAtOrAbove(definer, party) ? this.table.read(row) : undefined
  }

  isHeld(name: string): boolean {
    return this.holders.has(name)
  }

  *canonical(): Iterable<Plain> {
    for (const name of [...this.holders.keys()].sort()) yield [name, this.holders.get(name) ?? 0]
  }

  private count(names: readonly string[], change: number): void {
    for (const name of names) {
      const holders = (this.holders.get(name) ?? 0) + change
      if (holders === 0) this.holders.delete(name)
      else this.holders.set(name, holders)
    }
  }
}
