/** `approvals.get` and `approvals.list`: what waits for a second person, and for a while how it was decided. */
import { NOWHERE } from '../../access/index.js'
import type { PartyId } from '../../hierarchy/index.js'
import { type Need, NO_ROW, query } from '../../image/index.js'
import type { LedgerContext } from '../ledger.js'
import type { APPROVAL_STATES, ApprovalId } from '../tables.js'

export const APPROVALS_LIMIT_MAX = 1_000

export type ListApprovals = {
  readonly party: PartyId
  readonly state: (typeof APPROVAL_STATES)[number] | null
  /** The last id of the page before, or null for the first page. */
  readonly after: ApprovalId | null
  readonly limit: number
}

export const getApproval = query({
  name: 'approvals.get',
  scope: 'approvals:read',
  needs: (
    { ledger: { approvals } }: LedgerContext,
    { approval }: { readonly approval: ApprovalId },
  ): readonly Need[] => {
    const row = approvals.table.find(approval)
    const target = row === NO_ROW ? NOWHERE : { party: approvals.table.party.get(row) }
    return [{ ability: 'read', target }]
  },
  read: ({ ledger: { approvals } }, { approval }) => approvals.view(approvals.table.row(approval)),
})

export const listApprovals = query({
  name: 'approvals.list',
  scope: 'approvals:read',
  needs: (_context: LedgerContext, { party }: ListApprovals): readonly Need[] => [
    { ability: 'read', target: { party } },
  ],
  /** Those of the party and of everything beneath it, oldest first. */
  read({ ledger: { approvals }, hierarchy }, { party, state, after, limit }) {
    const { table } = approvals
    const top = hierarchy.parties.row(party)
    const rows = table
      .idsInOrder()
      .filter((id) => after === null || id > after)
      .map((id) => table.row(id))
      .filter((row) => state === null || table.state.get(row) === state)
      .filter((row) => hierarchy.order.isAtOrAbove(top, hierarchy.parties.row(table.party.get(row))))
      .slice(0, Math.min(limit, APPROVALS_LIMIT_MAX))
    return { approvals: rows.map((row) => approvals.view(row)) }
  },
})
