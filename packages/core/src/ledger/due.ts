/** What runs out by itself: prepared transfers, holds, and requests that nobody decided. */
import type { Id } from '../image/index.js'
import { lowerHold, recordHold } from './holds.js'
import type { LedgerContext } from './ledger.js'
import type { ApprovalId, HoldId, TransferId } from './tables.js'
import { recordTransfer, takeOut } from './transfers.js'

export const LEDGER_DUE_WORK: readonly (readonly [string, (context: LedgerContext, id: Id) => void])[] = [
  ['transfers', (context, id) => recordTransfer(context, takeOut(context, id as TransferId), 'expired', [])],
  ['holds', (context, id) => expireHold(context, id as HoldId)],
  ['approvals', (context, id) => expireApproval(context, id as ApprovalId)],
]

function expireHold(context: LedgerContext, id: HoldId): void {
  const { holds } = context.ledger
  const row = holds.row(id)
  const before = holds.amount.get(row)
  const after = lowerHold(context, row, before)
  recordHold(context, row, 'expired', { before, after })
  holds.remove(row)
}

/** A request that was decided is forgotten at the time at which it would have expired; an open one expires. */
function expireApproval({ ledger: { approvals }, emit }: LedgerContext, id: ApprovalId): void {
  const row = approvals.table.row(id)
  if (approvals.table.state.get(row) === 'open') {
    emit({
      kind: 'approval.expired',
      subject: `apr_${id}`,
      paths: approvals.pathsOf(row),
      data: { ...approvals.view(row), state: 'expired' },
    })
  }
  approvals.table.remove(row)
}
