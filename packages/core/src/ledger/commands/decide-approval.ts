/** `approvals.approve`, `approvals.reject` by another user than the maker, `approvals.withdraw` by the maker. */
import { NOWHERE } from '../../access/index.js'
import { command, type Need, NO_ROW, type Plain, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { checkDescription } from '../checks.js'
import type { LedgerContext } from '../ledger.js'
import type { ApprovalId } from '../tables.js'

export type DecideApproval = { readonly approval: ApprovalId; readonly cause?: string | null }

const needs = ({ ledger: { approvals } }: LedgerContext, { approval }: DecideApproval): readonly Need[] => {
  const row = approvals.table.find(approval)
  const target = row === NO_ROW ? NOWHERE : { party: approvals.table.party.get(row) }
  return [{ ability: 'administer', target }]
}

export const approveApproval = command({
  name: 'approvals.approve',
  scope: 'approvals:write',
  needs,
  decide(context, { approval }) {
    const { approvals } = context.ledger
    const row = openRow(context, approval)
    if (approvals.isMaker(row, context.doer))
      refuse('approval_is_makers', 'the maker cannot approve the own request')
    const result = context.carryOut({
      approval,
      operation: approvals.table.operation.get(row),
      input: approvals.table.input.get(row),
      maker: approvals.makerOf(row),
    })
    close(context, row, 'approved', { result })
    return { approval, result }
  },
})

export const rejectApproval = command({
  name: 'approvals.reject',
  scope: 'approvals:write',
  needs,
  decide(context, { approval, cause = null }) {
    checkDescription(cause, '/reason')
    const row = openRow(context, approval)
    if (context.ledger.approvals.isMaker(row, context.doer))
      refuse('approval_is_makers', 'the maker withdraws a request instead of rejecting it')
    close(context, row, 'rejected', { cause })
    return { approval }
  },
})

export const withdrawApproval = command({
  name: 'approvals.withdraw',
  scope: 'approvals:write',
  // The maker reaches its own request whatever has become of the reach since; anybody else is told nothing of it.
  needs: ({ ledger: { approvals } }: LedgerContext, { approval }: DecideApproval) => [
    { ability: 'read', target: approvals.table.has(approval) ? 'self' : NOWHERE },
  ],
  decide(context, { approval, cause = null }) {
    checkDescription(cause, '/reason')
    const { approvals } = context.ledger
    if (!approvals.isMaker(approvals.table.row(approval), context.doer))
      refuse('not_visible', 'there is no such request of the own')
    close(context, openRow(context, approval), 'withdrawn', { cause })
    return { approval }
  },
})

function openRow({ ledger: { approvals } }: LedgerContext, approval: ApprovalId): Row {
  const row = approvals.table.row(approval)
  const state = approvals.table.state.get(row)
  if (state !== 'open') refuse('approval_closed', `the request was ${state} before`)
  return row
}

function close(
  { ledger: { approvals }, doer, emit }: LedgerContext,
  row: Row,
  state: 'approved' | 'rejected' | 'withdrawn',
  more: { readonly [key: string]: Plain },
): void {
  approvals.table.state.set(row, state)
  approvals.table.decidedBy.set(row, doer.user ?? doer.credential)
  emit({
    kind: `approval.${state}`,
    subject: `apr_${approvals.table.id(row)}`,
    paths: approvals.pathsOf(row),
    data: { ...approvals.view(row), ...more },
  })
}
