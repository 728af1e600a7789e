/** `accounts.list`: accounts of a party, of everything beneath one, or all that the actor reads. */
import {
  type AccountId,
  type AccountStage,
  type AccountType,
  type AccountView,
  accountView,
  type NodeStatus,
  type PartyId,
  partyRow,
} from '../../hierarchy/index.js'
import { query, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { EngineContext } from '../context.js'
import { GATHERED_MAX, isCalled, type PageOf, type Paging, pageRows } from './paging.js'
import { gatherAccounts, isInScope, scopeOfActor, scopeOfSubtree } from './scope-of-actor.js'

export interface ListAccounts extends Paging<AccountId> {
  /** At most one of the two; both null: all that the actor reads. */
  readonly party: PartyId | null
  readonly under: PartyId | null
  readonly stage: AccountStage | null
  readonly status: NodeStatus | null
  readonly type: AccountType | null
  readonly search: string | null
}

export const listAccounts = query({
  name: 'accounts.list',
  scope: 'accounts:read',
  needs: (_context: EngineContext, { party, under }: ListAccounts) => {
    const top = party ?? under
    return top === null ? [] : [{ ability: 'read', target: { party: top } }]
  },
  read(context, { party, under, stage, status, type, search, ...paging }): PageOf<AccountView> {
    if (party !== null && under !== null) refuse('malformed', 'expected a party or a subtree, were both')
    const { hierarchy } = context
    const { accounts, accountIds, accountNames } = hierarchy
    const { gathered, isWanted } =
      party === null ? accountsOfScope(context, under) : accountsOfParty(context, party)
    const { rows, next } = pageRows(
      accounts,
      { gathered, ids: accountIds, names: accountNames },
      paging,
      (row) =>
        (gathered !== null || isWanted(row)) &&
        (stage === null || accounts.stage.get(row) === stage) &&
        (status === null || accounts.status.get(row) === status) &&
        (type === null || accounts.type.get(row) === type) &&
        isCalled(search, accounts.name.get(row), accounts.displayName.get(row)),
    )
    return { items: rows.map((row) => accountView(hierarchy, row)), next }
  },
})

interface Wanted {
  readonly gathered: Row[] | null
  /** Asked only where they are too many to gather. */
  isWanted(account: Row): boolean
}

function accountsOfParty({ hierarchy }: EngineContext, party: PartyId): Wanted {
  partyRow(hierarchy, party)
  const { accounts, accountsOf } = hierarchy
  return {
    gathered: accountsOf.count(party) > GATHERED_MAX ? null : accountsOf.of(party),
    isWanted: (row) => accounts.party.get(row) === party,
  }
}

function accountsOfScope(context: EngineContext, under: PartyId | null): Wanted {
  const scope = under === null ? scopeOfActor(context) : scopeOfSubtree(context, under)
  const direct = new Set(scope.accounts)
  return {
    gathered: gatherAccounts(context, scope),
    isWanted: (row) => direct.has(row) || isInScope(context, scope, context.hierarchy.partyOf(row)),
  }
}
