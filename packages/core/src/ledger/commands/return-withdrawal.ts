/**
 * `withdrawals.reject` by the operator and `withdrawals.cancel` by the asker: the amount is available again. Both show
 * as an entry of type `withdrawal_rejected` that moves nothing; the movement's state says which of the two it was.
 */
import { command } from '../../image/index.js'
import { add, ZERO } from '../../money/index.js'
import { accountOf, checkDescription, needsOn } from '../checks.js'
import { recordFunding, withdrawalOf } from '../funding.js'
import type { LedgerContext } from '../ledger.js'
import type { WithdrawalId } from '../tables.js'

export type ReturnWithdrawal = { readonly withdrawal: WithdrawalId; readonly cause?: string | null }

export const rejectWithdrawal = command({
  name: 'withdrawals.reject',
  scope: 'funding:settle',
  needs: ({ ledger }: LedgerContext, { withdrawal }: ReturnWithdrawal) =>
    needsOn('administer', accountOf(ledger.withdrawals, withdrawal)),
  decide: (context, input) => giveBack(context, input, 'rejected'),
})

export const cancelWithdrawal = command({
  name: 'withdrawals.cancel',
  scope: 'funding:write',
  needs: ({ ledger }: LedgerContext, { withdrawal }: ReturnWithdrawal) =>
    needsOn('transfer', accountOf(ledger.withdrawals, withdrawal)),
  decide: (context, input) => giveBack(context, input, 'cancelled'),
})

function giveBack(
  context: LedgerContext,
  { withdrawal, cause = null }: ReturnWithdrawal,
  state: 'rejected' | 'cancelled',
): { readonly withdrawal: WithdrawalId } {
  checkDescription(cause, '/reason')
  const { ledger } = context
  const row = ledger.withdrawals.row(withdrawal)
  const funding = withdrawalOf(context, row)
  const { account, currency, amount, fee } = funding
  ledger.withdrawals.remove(row)
  ledger.release(account, currency, add(amount, fee ?? ZERO))
  recordFunding(context, funding, state, [ledger.note(account, currency, 'withdrawal_rejected')], cause)
  return { withdrawal }
}
