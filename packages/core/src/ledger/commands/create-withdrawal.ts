/** `withdrawals.create`: money asked out. It stays posted and is held until the operator has paid or said no. */
import type { AccountId } from '../../hierarchy/index.js'
import { command } from '../../image/index.js'
import type { Amount, CurrencyCode } from '../../money/index.js'
import { checkDescription, checkMoney, checkReference, needsOn } from '../checks.js'
import { recordFunding, withdrawalOf } from '../funding.js'
import type { LedgerContext } from '../ledger.js'
import type { WithdrawalId } from '../tables.js'

export type CreateWithdrawal = {
  readonly account: AccountId
  readonly currency: CurrencyCode
  readonly amount: Amount
  readonly reference: string | null
  readonly description: string | null
}

export const createWithdrawal = command({
  name: 'withdrawals.create',
  scope: 'funding:write',
  needs: (_context: LedgerContext, { account }: CreateWithdrawal) => needsOn('transfer', account),
  approval: ({ hierarchy }, { account, currency, amount }) => ({
    kind: 'money',
    party: hierarchy.accounts.party.get(hierarchy.accounts.row(account)),
    amount: { currency, amount },
  }),
  decide(context, { account, currency, amount, reference, description }) {
    checkMoney(currency, amount)
    checkReference(reference)
    checkDescription(description)
    const { ledger, image, now } = context
    ledger.hold(account, currency, amount)
    const withdrawal = image.newId<WithdrawalId>()
    const kept = { account, currency, amount, reference, description, createdAt: now }
    const row = ledger.withdrawals.insert(withdrawal, kept)
    const entries = [ledger.note(account, currency, 'withdrawal_pending')]
    recordFunding(context, withdrawalOf(context, row), 'pending', entries)
    return { withdrawal }
  },
})
