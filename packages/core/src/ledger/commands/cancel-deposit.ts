/** `deposits.cancel`: the money does not come. */
import { command } from '../../image/index.js'
import { accountOf, checkDescription, needsOn } from '../checks.js'
import { depositOf, recordFunding } from '../funding.js'
import type { LedgerContext } from '../ledger.js'
import type { DepositId } from '../tables.js'

export type CancelDeposit = { readonly deposit: DepositId; readonly cause?: string | null }

export const cancelDeposit = command({
  name: 'deposits.cancel',
  scope: 'funding:settle',
  needs: ({ ledger }: LedgerContext, { deposit }: CancelDeposit) =>
    needsOn('administer', accountOf(ledger.deposits, deposit)),
  decide(context, { deposit, cause = null }) {
    checkDescription(cause, '/reason')
    const { deposits } = context.ledger
    const row = deposits.row(deposit)
    const funding = depositOf(context, row)
    deposits.remove(row)
    recordFunding(context, funding, 'cancelled', [], cause)
    return { deposit }
  },
})
