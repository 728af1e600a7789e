/** `deposits.complete`: the money is here and is booked. */
import { command } from '../../image/index.js'
import { accountOf, needsOn } from '../checks.js'
import { bookDeposit, depositOf } from '../funding.js'
import type { LedgerContext } from '../ledger.js'
import type { DepositStep } from './acknowledge-deposit.js'

export const completeDeposit = command({
  name: 'deposits.complete',
  scope: 'funding:settle',
  needs: ({ ledger }: LedgerContext, { deposit }: DepositStep) =>
    needsOn('administer', accountOf(ledger.deposits, deposit)),
  decide(context, { deposit }) {
    const { deposits } = context.ledger
    const row = deposits.row(deposit)
    const funding = depositOf(context, row)
    deposits.remove(row)
    bookDeposit(context, funding)
    return { deposit }
  },
})
