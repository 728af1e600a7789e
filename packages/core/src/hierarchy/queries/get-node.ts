/** `parties.get`, `accounts.get` and `groups.get`: one record, with what follows from where it stands. */
import { query } from '../../image/index.js'
import { accountRow, groupRow, partyRow } from '../checks.js'
import type { AccountId, GroupId, PartyId } from '../fields.js'
import type { HierarchyContext } from '../hierarchy.js'
import {
  type AccountView,
  accountView,
  type BlockView,
  blocksAgainst,
  type GroupView,
  groupView,
  type PartyView,
  partyView,
} from '../views.js'

export type PartyDetails = PartyView & {
  /** Sealed under the party's own key; the host opens it for those who may see it. */
  readonly sealedPersonal: string | null
  readonly blocks: readonly BlockView[]
  /** How many stand directly beneath it. */
  readonly parties: number
  readonly accounts: number
}

export type AccountDetails = AccountView & {
  readonly blocks: readonly BlockView[]
  readonly subaccounts: number
}

export const getParty = query({
  name: 'parties.get',
  scope: 'parties:read',
  needs: (_context: HierarchyContext, { party }: { readonly party: PartyId }) => [
    { ability: 'read', target: { party } },
  ],
  read({ hierarchy }, { party }): PartyDetails {
    const row = partyRow(hierarchy, party)
    return {
      ...partyView(hierarchy, row),
      sealedPersonal: hierarchy.parties.sealedPersonal.get(row),
      blocks: blocksAgainst(hierarchy, party),
      parties: hierarchy.partiesOf.count(party),
      accounts: hierarchy.accountsOf.count(party),
    }
  },
})

export const getAccount = query({
  name: 'accounts.get',
  scope: 'accounts:read',
  needs: (_context: HierarchyContext, { account }: { readonly account: AccountId }) => [
    { ability: 'read', target: { account } },
  ],
  read({ hierarchy }, { account }): AccountDetails {
    return {
      ...accountView(hierarchy, accountRow(hierarchy, account)),
      blocks: blocksAgainst(hierarchy, account),
      subaccounts: hierarchy.subaccountsOf.count(account),
    }
  },
})

export const getGroup = query({
  name: 'groups.get',
  scope: 'accounts:read',
  needs: (_context: HierarchyContext, { group }: { readonly group: GroupId }) => [
    { ability: 'read', target: { group } },
  ],
  read({ hierarchy }, { group }): GroupView {
    return groupView(hierarchy, groupRow(hierarchy, group))
  },
})
