/** The nodes of the tree as other rooms see them: places of settings, and things that blocks stand against. */
import { type Id, NO_ROW } from '../image/index.js'
import type { Nodes } from '../settings/index.js'
import type { AccountId, GroupId, PartyId } from './fields.js'
import type { Blockable, Hierarchy } from './hierarchy.js'

/**
 * Parties, accounts and groups as nodes of settings. A subaccount inherits from its main account, that and a group
 * from the party, and a party from its owner. The room is made after the settings, so it is asked for when needed.
 */
export function nodesOf(room: () => Hierarchy): Nodes {
  return {
    parentOf(node) {
      const { parties, accounts, groups } = room()
      const party = parties.find(node as PartyId)
      if (party !== NO_ROW) return parties.owner.get(party)
      const account = accounts.find(node as AccountId)
      if (account !== NO_ROW) return accounts.main.get(account) ?? accounts.party.get(account)
      const group = groups.find(node as GroupId)
      return group === NO_ROW ? null : groups.party.get(group)
    },
    targetOf(node) {
      const { parties, accounts, groups } = room()
      if (parties.has(node as PartyId)) return { party: node }
      if (accounts.has(node as AccountId)) return { account: node }
      return groups.has(node as GroupId) ? { group: node } : undefined
    },
    pathOf: (node) => room().pathOfNode(node),
    nameOf: (node) => room().nameOfNode(node),
  }
}

export const partiesAsBlockable = (hierarchy: Hierarchy): Blockable => ({
  find: (target) =>
    hierarchy.parties.has(target as PartyId)
      ? { ...shown(hierarchy, target), target: { party: target } }
      : null,
})

export const accountsAsBlockable = (hierarchy: Hierarchy): Blockable => ({
  find: (target) =>
    hierarchy.accounts.has(target as AccountId)
      ? { ...shown(hierarchy, target), target: { account: target } }
      : null,
})

const shown = (hierarchy: Hierarchy, node: Id): { name: string; path: string } => ({
  name: hierarchy.nameOfNode(node),
  path: hierarchy.pathOfNode(node),
})
