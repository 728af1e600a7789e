/** `deposits.create`: money announced by, or come from, the outside world. */
import type { AccountId } from '../../hierarchy/index.js'
import { command } from '../../image/index.js'
import type { Amount, CurrencyCode } from '../../money/index.js'
import { checkDescription, checkMoney, checkReference, checkScope, needsOn } from '../checks.js'
import { bookDeposit, depositOf, type Funding, recordFunding } from '../funding.js'
import type { LedgerContext } from '../ledger.js'
import type { DepositId } from '../tables.js'

export type CreateDeposit = {
  readonly account: AccountId
  readonly currency: CurrencyCode
  readonly amount: Amount
  readonly reference: string | null
  readonly description: string | null
  /** Books it at once, which is the operator's to say: it needs the scope funding:settle. */
  readonly settle: boolean
}

export const createDeposit = command({
  name: 'deposits.create',
  scope: 'funding:write',
  needs: (_context: LedgerContext, { account }: CreateDeposit) => needsOn('transfer', account),
  decide(context, { account, currency, amount, reference, description, settle }) {
    checkMoney(currency, amount)
    checkReference(reference)
    checkDescription(description)
    if (settle) checkScope(context, 'funding:settle', 'booking a deposit at once')
    const { ledger, image, now } = context
    const deposit = image.newId<DepositId>()
    const kept = { account, currency, amount, reference, description, createdAt: now }
    if (settle) {
      const counterAccount = ledger.houseAccount('outside_world')
      const funding: Funding = { id: deposit, kind: 'deposit', counterAccount, purpose: null, ...kept }
      bookDeposit(context, funding)
    } else {
      const row = ledger.deposits.insert(deposit, { ...kept, state: 'pending' })
      recordFunding(context, depositOf(context, row), 'pending', [])
    }
    return { deposit }
  },
})
