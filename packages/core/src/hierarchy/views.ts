/** How the rows of the tree are shown: with their ids, and with what follows from where they stand. */
import { type Id, NO_ROW, type Row, type Values } from '../image/index.js'
import type {
  AccountId,
  accountFields,
  BlockId,
  blockFields,
  GroupId,
  groupFields,
  KycState,
  PartyId,
  partyFields,
  TemplateId,
  templateFields,
} from './fields.js'
import type { Hierarchy } from './hierarchy.js'

export type PartyView = Omit<Values<typeof partyFields>, 'sealedPersonal'> & {
  readonly id: PartyId
  /** Its owners, root first, itself last. */
  readonly path: readonly PartyId[]
  /** The nearest party at or above it that is not active; null where all are. */
  readonly suspendedBy: PartyId | null
  readonly hasPersonal: boolean
}

export type AccountView = Values<typeof accountFields> & {
  readonly id: AccountId
  readonly path: readonly PartyId[]
  readonly suspendedBy: PartyId | null
  /** The party's. */
  readonly kyc: KycState
}

export type GroupView = Values<typeof groupFields> & {
  readonly id: GroupId
  readonly accounts: readonly AccountId[]
}
export type BlockView = Values<typeof blockFields> & { readonly id: BlockId }
export type TemplateView = Values<typeof templateFields> & { readonly id: TemplateId }

export function partyView(hierarchy: Hierarchy, row: Row): PartyView {
  const { sealedPersonal, ...shown } = hierarchy.parties.read(row)
  return {
    id: hierarchy.parties.id(row),
    ...shown,
    hasPersonal: sealedPersonal !== null,
    ...standing(hierarchy, row),
  }
}

export function accountView(hierarchy: Hierarchy, row: Row): AccountView {
  return {
    id: hierarchy.accounts.id(row),
    ...hierarchy.accounts.read(row),
    kyc: hierarchy.kycOfAccount(row),
    ...standing(hierarchy, hierarchy.partyOf(row)),
  }
}

export function groupView({ groups, accounts, accountsInGroup }: Hierarchy, row: Row): GroupView {
  const id = groups.id(row)
  return {
    id,
    ...groups.read(row),
    accounts: accountsInGroup.of(id).map((account) => accounts.id(account)),
  }
}

export const blockView = ({ blocks }: Hierarchy, row: Row): BlockView => ({
  id: blocks.id(row),
  ...blocks.read(row),
})

export const templateView = ({ templates }: Hierarchy, row: Row): TemplateView => ({
  id: templates.id(row),
  ...templates.read(row),
})

/** The blocks that stand against a record itself; those of its owners are shown with the owners. */
export const blocksAgainst = (hierarchy: Hierarchy, target: Id): BlockView[] =>
  hierarchy.blocksOn.of(target).map((row) => blockView(hierarchy, row))

function standing(hierarchy: Hierarchy, party: Row): Pick<PartyView, 'path' | 'suspendedBy'> {
  const path: PartyId[] = []
  for (let row = party; row !== NO_ROW; row = hierarchy.order.parent(row))
    path.push(hierarchy.parties.id(row))
  const fault = hierarchy.firstNotActive(party)
  return { path: path.reverse(), suspendedBy: fault === NO_ROW ? null : hierarchy.parties.id(fault) }
}
