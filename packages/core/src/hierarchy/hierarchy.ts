/**
 * The hierarchy room: parties in one tree, their accounts, subaccounts and account groups, and the blocks that
 * stand against any of them. What lives here is who owns what and in which state it is; who may do what is the
 * business of the access room.
 */
import {
  formatId,
  type Id,
  IdOrder,
  type Image,
  type Moment,
  NO_ROW,
  type ProcessContext,
  Relation,
  type Row,
  type Table,
  type Target,
  UniqueIndex,
} from '../image/index.js'
import { refuse } from '../refusals/index.js'
import type { SettingsContext } from '../settings/index.js'
import {
  type AccountId,
  accountFields,
  type BlockId,
  type BlockKind,
  blockFields,
  type GroupId,
  groupFields,
  type KycState,
  type PartyId,
  partyFields,
  type TemplateId,
  templateFields,
} from './fields.js'
import { NameOrder } from './name-order.js'
import { PathCache } from './path-cache.js'
import { TreeOrder } from './tree-order.js'

export interface HierarchyContext extends SettingsContext, ProcessContext {
  readonly hierarchy: Hierarchy
}

/**
 * What has to be so before a node can be closed. Each room adds what it knows: the ledger, that nothing is left on the
 * account; the identity room, that no user is left.
 */
export interface ClosePrecondition {
  readonly node: 'party' | 'account'
  /** Its name in refusals, e.g. `zero_balance`. */
  readonly name: string
  /** One sentence saying what stands in the way of closing the row, or null. */
  fault(row: Row): string | null
}

/** A kind of record that blocks can stand against: the engine says which there are. */
export interface Blockable {
  find(target: Id): { readonly name: string; readonly path: string; readonly target: Target } | null
}

export class Hierarchy {
  readonly parties: Table<PartyId, typeof partyFields>
  readonly accounts: Table<AccountId, typeof accountFields>
  readonly groups: Table<GroupId, typeof groupFields>
  readonly blocks: Table<BlockId, typeof blockFields>
  readonly templates: Table<TemplateId, typeof templateFields>
  readonly closePreconditions: ClosePrecondition[] = []
  readonly blockable: Blockable[] = []
  /** What later rooms forget of a party that is erased. */
  readonly erasing: ((party: PartyId, moment: Moment) => void)[] = []

  private readonly paths: PathCache
  readonly order: TreeOrder
  readonly partyByName: UniqueIndex<string>
  readonly accountByName: UniqueIndex<string>
  readonly groupByName: UniqueIndex<string>
  readonly partiesOf: Relation<PartyId>
  readonly accountsOf: Relation<PartyId>
  readonly subaccountsOf: Relation<AccountId>
  readonly accountsInGroup: Relation<GroupId>
  readonly groupsOf: Relation<PartyId>
  readonly blocksOn: Relation<Id>
  readonly templatesOf: Relation<PartyId>
  readonly partyIds: IdOrder<PartyId>
  readonly accountIds: IdOrder<AccountId>
  readonly partyNames: NameOrder
  readonly accountNames: NameOrder

  constructor(image: Image) {
    this.parties = image.table('parties', 'pty', partyFields)
    this.accounts = image.table('accounts', 'acc', accountFields)
    this.groups = image.table('groups', 'grp', groupFields)
    this.blocks = image.table('blocks', 'blk', blockFields)
    this.templates = image.table('templates', 'tpl', templateFields)
    image.ownersFirst(this.parties, this.parties.owner)
    image.enrolDue(this.blocks, this.blocks.until)

    this.order = new TreeOrder(this.parties, this.parties.owner)
    this.paths = new PathCache(this.parties, this.parties.owner, (party) => this.walkPath(party))
    this.partyByName = new UniqueIndex(this.parties, this.parties.name)
    this.accountByName = new UniqueIndex(this.accounts, this.accounts.name)
    this.groupByName = new UniqueIndex(this.groups, this.groups.name)
    this.partiesOf = new Relation(this.parties, this.parties.owner)
    this.accountsOf = new Relation(this.accounts, this.accounts.party)
    this.subaccountsOf = new Relation(this.accounts, this.accounts.main)
    this.accountsInGroup = new Relation(this.accounts, this.accounts.group)
    this.groupsOf = new Relation(this.groups, this.groups.party)
    this.blocksOn = new Relation(this.blocks, this.blocks.target)
    this.templatesOf = new Relation(this.templates, this.templates.party)
    this.partyIds = new IdOrder(this.parties)
    this.accountIds = new IdOrder(this.accounts)
    this.partyNames = new NameOrder(this.parties, this.parties.name)
    this.accountNames = new NameOrder(this.accounts, this.accounts.name)
    for (const derived of [
      this.order,
      this.partyByName,
      this.accountByName,
      this.groupByName,
      this.partiesOf,
      this.accountsOf,
      this.subaccountsOf,
      this.accountsInGroup,
      this.groupsOf,
      this.blocksOn,
      this.templatesOf,
      this.partyIds,
      this.accountIds,
      this.partyNames,
      this.accountNames,
    ])
      image.derived(derived)
  }

  /** Sorts in up to so many names that a load brought; whether any are left. */
  settleNames(most: number): boolean {
    return this.partyNames.settle(most) || this.accountNames.settle(most)
  }

  /** The operator of the book, or NO_ROW before it is opened. */
  get root(): Row {
    return this.order.top
  }

  /** The owners of a party and itself, root first, as events keep them: `/1/5/9/`. */
  pathOf(party: Row): string {
    return this.paths.of(party)
  }

  private walkPath(party: Row): string {
    let path = '/'
    for (let row = party; row !== NO_ROW; row = this.order.parent(row))
      path = `/${this.parties.id(row)}${path}`
    return path
  }

  pathOfAccount(account: Row): string {
    return this.pathOf(this.partyOf(account))
  }

  /** The owner path of a party, an account or a group. */
  pathOfNode(node: Id): string {
    const { parties, accounts, groups } = this
    const account = accounts.find(node as AccountId)
    if (account !== NO_ROW) return this.pathOfAccount(account)
    const group = groups.find(node as GroupId)
    return this.pathOf(parties.row(group === NO_ROW ? (node as PartyId) : groups.party.get(group)))
  }

  /** `pty_7`, `acc_9` or `grp_12`. */
  nameOfNode(node: Id): string {
    const tables = [this.parties, this.accounts, this.groups]
    const table = tables.find((each) => each.has(node as never))
    if (table === undefined) throw new Error(`expected ${node} to be a node of the tree`)
    return formatId(table.prefix, node)
  }

  partyOf(account: Row): Row {
    return this.parties.row(this.accounts.party.get(account))
  }

  /** Refuses while a precondition that a room has named stands in the way of closing the row. */
  checkClosable(node: ClosePrecondition['node'], row: Row): void {
    for (const precondition of this.closePreconditions) {
      const fault = precondition.node === node ? precondition.fault(row) : null
      if (fault !== null) refuse('not_empty', fault, { data: { precondition: precondition.name } })
    }
  }

  /** What blocks can stand against, by its id; null where there is no such thing. */
  findBlockable(target: Id): ReturnType<Blockable['find']> {
    for (const kind of this.blockable) {
      const found = kind.find(target)
      if (found !== null) return found
    }
    return null
  }

  /** The state of the checks on the person: the party's own, shared by its accounts and subaccounts. */
  kycOfAccount(account: Row): KycState {
    return this.parties.kyc.get(this.partyOf(account))
  }

  depthOf(party: Row): number {
    let depth = 0
    for (let row = party; row !== NO_ROW; row = this.order.parent(row)) depth += 1
    return depth
  }

  /** The nearest party at or above `party` that is not active, or NO_ROW: a suspended node suspends its subtree. */
  firstNotActive(party: Row): Row {
    for (let row = party; row !== NO_ROW; row = this.order.parent(row)) {
      if (this.parties.status.get(row) !== 'active') return row
    }
    return NO_ROW
  }

  /** A block of that kind, or on the whole, that stands against `target` at `now`; NO_ROW where none does. */
  blockOn(target: Id, kind: BlockKind): Row {
    for (let row = this.blocksOn.head(target); row !== NO_ROW; row = this.blocksOn.after(row)) {
      const stands = this.blocks.kind.get(row)
      if (stands === kind || stands === 'whole') return row
    }
    return NO_ROW
  }
}
