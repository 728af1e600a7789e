/** The nodes on the way up from an account: itself, its main account, its group, its party and every owner above. */
import type { AccountId, GroupId, Hierarchy, PartyId } from '../../hierarchy/index.js'
import { NO_ROW, type Row } from '../../image/index.js'
import type { NodeId } from './fields.js'

export function* nodesAbove(hierarchy: Hierarchy, node: NodeId): IterableIterator<NodeId> {
  const { accounts, groups } = hierarchy
  yield node
  const account = accounts.find(node as AccountId)
  if (account !== NO_ROW) {
    const main = accounts.main.get(account)
    const group = accounts.group.get(account)
    if (main !== null) yield main
    if (group !== null) yield group
    yield* partiesFrom(hierarchy, hierarchy.partyOf(account))
    return
  }
  const group = groups.find(node as GroupId)
  if (group !== NO_ROW) yield* partiesFrom(hierarchy, hierarchy.parties.row(groups.party.get(group)))
  else yield* partiesFrom(hierarchy, hierarchy.order.parent(hierarchy.parties.row(node as PartyId)))
}

export function* partiesFrom(hierarchy: Hierarchy, party: Row): IterableIterator<PartyId> {
  for (let row = party; row !== NO_ROW; row = hierarchy.order.parent(row)) yield hierarchy.parties.id(row)
}

/** Whether an account is the node or stands beneath it. */
export function isBeneath(hierarchy: Hierarchy, account: AccountId, node: NodeId): boolean {
  const { accounts, parties, order } = hierarchy
  const row = accounts.row(account)
  if (account === node || accounts.main.get(row) === node || accounts.group.get(row) === node) return true
  const party = parties.find(node as PartyId)
  return party !== NO_ROW && order.isAtOrAbove(party, hierarchy.partyOf(row))
}

/** The accounts of a node that is no party: itself and its subaccounts, or those of the group. */
export function accountsOfNode(hierarchy: Hierarchy, node: NodeId): AccountId[] {
  const { accounts, groups } = hierarchy
  const rows = groups.has(node as GroupId)
    ? hierarchy.accountsInGroup.of(node as GroupId)
    : [accounts.row(node as AccountId), ...hierarchy.subaccountsOf.of(node as AccountId)]
  return rows.map((row) => accounts.id(row))
}
