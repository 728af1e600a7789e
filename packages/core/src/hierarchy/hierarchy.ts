/**
 * The hierarchy room: parties in one tree, their accounts, subaccounts and account groups, and the blocks that
 * stand against any of them. What lives here is who owns what and in which state it is; who may do what is the
 * business of the access room.
 */
import {
  choice,
  count,
  flag,
  type Id,
  type Image,
  type Moment,
  NO_ROW,
  type Plain,
  Relation,
  type Row,
  ref,
  refOrNull,
  type Table,
  text,
  textOrNull,
  time,
  timeOrNull,
  UniqueIndex,
  value,
} from '../image/index.js'
import type { CurrencyCode } from '../money/index.js'
import { TreeOrder } from './tree-order.js'

export type PartyId = Id<'party'>
export type AccountId = Id<'account'>
export type GroupId = Id<'group'>
export type BlockId = Id<'block'>

export const PARTY_KINDS = ['clearing_house', 'clearing_member', 'participant', 'client'] as const
export type PartyKind = (typeof PARTY_KINDS)[number]

export const NODE_STATUSES = ['active', 'suspended', 'closed'] as const
export type NodeStatus = (typeof NODE_STATUSES)[number]

export const KYC_STATES = ['none', 'pending', 'review', 'resubmit', 'approved', 'rejected'] as const
export type KycState = (typeof KYC_STATES)[number]

/** Where an account is on the way to the clearing firm's approval. */
export const ACCOUNT_STAGES = ['new', 'sent_to_clearing', 'approved', 'rejected'] as const
export type AccountStage = (typeof ACCOUNT_STAGES)[number]

export const ACCOUNT_TYPES = [
  'cash',
  'margin',
  'day_trader',
  'margin_ira',
  'segregated_standard',
  'cross_standard',
  'fully_collateralised',
] as const
export type AccountType = (typeof ACCOUNT_TYPES)[number]

/** What a balance of the account is in the books: a customer's, or one of the operator's own books. */
export const ACCOUNT_BOOKS = ['customer', 'outside_world', 'fees', 'interest', 'rounding', 'street'] as const
export type AccountBook = (typeof ACCOUNT_BOOKS)[number]

export const BLOCK_KINDS = ['trading', 'transfers', 'login', 'whole'] as const
export type BlockKind = (typeof BLOCK_KINDS)[number]

const partyFields = {
  name: text(),
  kind: choice(PARTY_KINDS),
  owner: refOrNull<PartyId>(),
  displayName: text(),
  /** A partner is a client that others come through: white label or introducing broker. */
  isPartner: flag(),
  isLegallyLiable: flag(),
  status: choice(NODE_STATUSES),
  kyc: choice(KYC_STATES),
  baseCurrency: text<CurrencyCode>(),
  /** Personal fields, encrypted by the host under the party's own key. */
  sealedPersonal: textOrNull(),
  version: count(),
  createdAt: time(),
}

const accountFields = {
  party: ref<PartyId>(),
  /** The main account, for a subaccount. */
  main: refOrNull<AccountId>(),
  group: refOrNull<GroupId>(),
  name: text(),
  displayName: text(),
  clearingNumber: textOrNull(),
  baseCurrency: text<CurrencyCode>(),
  type: choice(ACCOUNT_TYPES),
  book: choice(ACCOUNT_BOOKS),
  stage: choice(ACCOUNT_STAGES),
  isReviewed: flag(),
  status: choice(NODE_STATUSES),
  /** Everything that few accounts have: owner type, option level, permissions, asset kinds, commission plan, … */
  attributes: value<{ readonly [key: string]: Plain }>(),
  version: count(),
  createdAt: time(),
}

const groupFields = {
  party: ref<PartyId>(),
  name: text(),
  displayName: text(),
  baseCurrency: text<CurrencyCode>(),
  version: count(),
  createdAt: time(),
}

const blockFields = {
  /** The party, account or user that it stands against, by its id; ids are unique over all kinds. */
  target: ref<Id>(),
  kind: choice(BLOCK_KINDS),
  setBy: refOrNull<Id>(),
  reason: text(),
  until: timeOrNull(),
  createdAt: time(),
}

export interface HierarchyContext extends Moment {
  readonly hierarchy: Hierarchy
}

export class Hierarchy {
  readonly parties: Table<PartyId, typeof partyFields>
  readonly accounts: Table<AccountId, typeof accountFields>
  readonly groups: Table<GroupId, typeof groupFields>
  readonly blocks: Table<BlockId, typeof blockFields>

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

  constructor(image: Image) {
    this.parties = image.table('parties', 'pty', partyFields)
    this.accounts = image.table('accounts', 'acc', accountFields)
    this.groups = image.table('groups', 'grp', groupFields)
    this.blocks = image.table('blocks', 'blk', blockFields)
    image.enrolDue(this.blocks, this.blocks.until)

    this.order = new TreeOrder(this.parties, this.parties.owner)
    this.partyByName = new UniqueIndex(this.parties, this.parties.name)
    this.accountByName = new UniqueIndex(this.accounts, this.accounts.name)
    this.groupByName = new UniqueIndex(this.groups, this.groups.name)
    this.partiesOf = new Relation(this.parties, this.parties.owner)
    this.accountsOf = new Relation(this.accounts, this.accounts.party)
    this.subaccountsOf = new Relation(this.accounts, this.accounts.main)
    this.accountsInGroup = new Relation(this.accounts, this.accounts.group)
    this.groupsOf = new Relation(this.groups, this.groups.party)
    this.blocksOn = new Relation(this.blocks, this.blocks.target)
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
    ])
      image.derived(derived)
  }

  /** The operator of the book, or NO_ROW before it is opened. */
  get root(): Row {
    return this.order.top
  }

  /** The owners of a party and itself, root first, as events keep them: `/1/5/9/`. */
  pathOf(party: Row): string {
    let path = '/'
    for (let row = party; row !== NO_ROW; row = this.order.parent(row))
      path = `/${this.parties.id(row)}${path}`
    return path
  }

  pathOfAccount(account: Row): string {
    return this.pathOf(this.partyOf(account))
  }

  partyOf(account: Row): Row {
    return this.parties.row(this.accounts.party.get(account))
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
