/** `parties.list`: the parties at and beneath one, or all that the actor reads. */
import {
  type NodeStatus,
  type PartyId,
  type PartyKind,
  type PartyView,
  partyView,
} from '../../hierarchy/index.js'
import { query } from '../../image/index.js'
import type { EngineContext } from '../context.js'
import { isCalled, type PageOf, type Paging, pageRows } from './paging.js'
import { gatherParties, isInScope, scopeOfActor, scopeOfSubtree } from './scope-of-actor.js'

export interface ListParties extends Paging<PartyId> {
  /** Null: all that the actor reads. */
  readonly under: PartyId | null
  readonly kind: PartyKind | null
  readonly status: NodeStatus | null
  readonly search: string | null
}

export const listParties = query({
  name: 'parties.list',
  scope: 'parties:read',
  needs: (_context: EngineContext, { under }: ListParties) =>
    under === null ? [] : [{ ability: 'read', target: { party: under } }],
  read(context, { under, kind, status, search, ...paging }): PageOf<PartyView> {
    const { hierarchy } = context
    const { parties, partyIds, partyNames } = hierarchy
    const scope = under === null ? scopeOfActor(context) : scopeOfSubtree(context, under)
    const gathered = gatherParties(context, scope)
    const { rows, next } = pageRows(
      parties,
      { gathered, ids: partyIds, names: partyNames },
      paging,
      (row) =>
        (gathered !== null || isInScope(context, scope, row)) &&
        (kind === null || parties.kind.get(row) === kind) &&
        (status === null || parties.status.get(row) === status) &&
        isCalled(search, parties.name.get(row), parties.displayName.get(row)),
    )
    return { items: rows.map((row) => partyView(hierarchy, row)), next }
  },
})
