/** `deposits.acknowledge`: the operator has seen that the money is coming. */
import { command } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { accountOf, needsOn } from '../checks.js'
import { depositOf, recordFunding } from '../funding.js'
import type { LedgerContext } from '../ledger.js'
import type { DepositId } from '../tables.js'

export type DepositStep = { readonly deposit: DepositId }

export const acknowledgeDeposit = command({
  name: 'deposits.acknowledge',
  scope: 'funding:settle',
  needs: ({ ledger }: LedgerContext, { deposit }: DepositStep) =>
    needsOn('administer', accountOf(ledger.deposits, deposit)),
  decide(context, { deposit }) {
    const { deposits } = context.ledger
    const row = deposits.row(deposit)
    if (deposits.state.get(row) !== 'pending')
      refuse('transition_invalid', 'expected a pending deposit, was acknowledged')
    deposits.state.set(row, 'acknowledged')
    recordFunding(context, depositOf(context, row), 'acknowledged', [])
    return { deposit }
  },
})
