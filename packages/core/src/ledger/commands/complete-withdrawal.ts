/** `withdrawals.complete`: the money has left for the outside world. */
import { command } from '../../image/index.js'
import { add, ZERO } from '../../money/index.js'
import { accountOf, needsOn } from '../checks.js'
import { recordFunding, withdrawalOf } from '../funding.js'
import type { LedgerContext } from '../ledger.js'
import type { WithdrawalId } from '../tables.js'

export type CompleteWithdrawal = { readonly withdrawal: WithdrawalId }

export const completeWithdrawal = command({
  name: 'withdrawals.complete',
  scope: 'funding:settle',
  needs: ({ ledger }: LedgerContext, { withdrawal }: CompleteWithdrawal) =>
    needsOn('administer', accountOf(ledger.withdrawals, withdrawal)),
  decide(context, { withdrawal }) {
    const { ledger } = context
    const row = ledger.withdrawals.row(withdrawal)
    const funding = withdrawalOf(context, row)
    const { account, counterAccount, currency, amount, fee } = funding
    ledger.withdrawals.remove(row)
    ledger.release(account, currency, add(amount, fee ?? ZERO))
    const entries = [
      ...ledger.move(currency, amount, account, counterAccount, 'withdrawal'),
      ...(fee === null ? [] : ledger.move(currency, fee, account, ledger.houseAccount('fees'), 'fee')),
    ]
    recordFunding(context, funding, 'completed', entries)
    return { withdrawal }
  },
})
