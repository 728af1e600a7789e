/** What an actor may list: the subtrees that it reads, and the accounts that it is bound to one by one. */
import { abilityBit, maskOf } from '../../access/index.js'
import { type AccountId, type GroupId, type PartyId, partyRow } from '../../hierarchy/index.js'
import { NO_ROW, type Row } from '../../image/index.js'
import type { EngineContext } from '../context.js'
import { GATHERED_MAX } from './paging.js'

export interface ScopeOfActor {
  /** The highest parties whose subtrees it reads; none stands beneath another. */
  readonly tops: readonly Row[]
  /** Accounts that it reads by a binding to them or to their group. */
  readonly accounts: readonly Row[]
}

/** A subtree that was named: the access locks have been passed for it. */
export const scopeOfSubtree = ({ hierarchy }: EngineContext, under: PartyId): ScopeOfActor => ({
  tops: [partyRow(hierarchy, under)],
  accounts: [],
})

/** Everything that the acting user reads; for the system, everything. */
export function scopeOfActor({ access, hierarchy, doer }: EngineContext): ScopeOfActor {
  const { parties, accounts, groups, accountsInGroup, order, root } = hierarchy
  if (doer.credential === null) return { tops: root === NO_ROW ? [] : [root], accounts: [] }
  const { user } = doer
  if (user === null) return { tops: [], accounts: [] }
  const { bindings, bindingsOf } = access.reach
  const subtrees: Row[] = []
  const direct = new Set<Row>()
  for (const row of bindingsOf.of(user as never)) {
    if ((maskOf(bindings.level.get(row)) & abilityBit('read')) === 0) continue
    const target = bindings.target.get(row)
    const kind = bindings.targetKind.get(row)
    if (kind === 'subtree') subtrees.push(parties.row(target as PartyId))
    else if (kind === 'account') direct.add(accounts.row(target as AccountId))
    else if (groups.has(target as GroupId))
      for (const account of accountsInGroup.of(target as GroupId)) direct.add(account)
  }
  const tops = subtrees.filter(
    (row, at) =>
      !subtrees.some((other, otherAt) => (other === row ? otherAt < at : order.isAtOrAbove(other, row))),
  )
  return { tops, accounts: [...direct] }
}

/** The parties of a scope, or null where they are more than a list gathers. */
export function gatherParties({ hierarchy }: EngineContext, { tops }: ScopeOfActor): Row[] | null {
  const rows: Row[] = []
  for (const top of tops) {
    for (const row of hierarchy.order.beneath(top)) {
      if (rows.length === GATHERED_MAX) return null
      rows.push(row)
    }
  }
  return rows
}

/** The accounts of a scope, each once, or null where they are more than a list gathers. */
export function gatherAccounts(context: EngineContext, scope: ScopeOfActor): Row[] | null {
  const { hierarchy } = context
  const parties = gatherParties(context, scope)
  if (parties === null) return null
  let count = scope.accounts.length
  for (const party of parties) count += hierarchy.accountsOf.count(hierarchy.parties.id(party))
  if (count > GATHERED_MAX) return null
  const rows = new Set(scope.accounts)
  for (const party of parties)
    for (const account of hierarchy.accountsOf.of(hierarchy.parties.id(party))) rows.add(account)
  return [...rows]
}

/** Whether a party is in the scope: two comparisons for each top. */
export const isInScope = ({ hierarchy }: EngineContext, { tops }: ScopeOfActor, party: Row): boolean =>
  tops.some((top) => hierarchy.order.isAtOrAbove(top, party))
