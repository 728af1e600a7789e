/**
 * `adjustments.create`: a balance is set right by hand. The other side is the operator's account for fees: what the
 * house gives its customers, or takes back, is its own profit and loss. Money that came from or went to the outside
 * is a deposit or a withdrawal instead.
 */
import { type AccountId, checkCurrency } from '../../hierarchy/index.js'
import { command, type Id } from '../../image/index.js'
import { type Amount, type CurrencyCode, negate, ZERO } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import { checkDescription, checkRange, needsOn } from '../checks.js'
import { entriesData, type LedgerContext } from '../ledger.js'

export type CreateAdjustment = {
  readonly account: AccountId
  readonly currency: CurrencyCode
  /** Above zero credits the account. */
  readonly amount: Amount
  readonly description: string
}

export const createAdjustment = command({
  name: 'adjustments.create',
  scope: 'corrections:write',
  // Both sides have to be within reach: nobody below the operator makes money out of the house's account.
  needs: ({ ledger }: LedgerContext, { account }: CreateAdjustment) =>
    needsOn('administer', account, ledger.houseAccount('fees')),
  approval: ({ hierarchy }, { account, currency, amount }) => ({
    kind: 'corrections',
    party: hierarchy.accounts.party.get(hierarchy.accounts.row(account)),
    amount: { currency, amount: amount < ZERO ? negate(amount) : amount },
  }),
  decide(context, { account, currency, amount, description }) {
    checkCurrency(currency, '/currency')
    checkRange(amount)
    checkDescription(description)
    if (amount === ZERO)
      refuse('amount_not_positive', 'expected an amount other than zero', { field: '/amount' })
    const { ledger, image } = context
    const house = ledger.houseAccount('fees')
    if (account === house) refuse('same_account', 'expected an account other than that for fees')
    const entries = ledger.post(currency, 'adjustment', [
      { account, amount },
      { account: house, amount: negate(amount) },
    ])
    const adjustment = image.newId<Id<'adjustment'>>()
    context.emit({
      kind: 'adjustment.created',
      subject: `adj_${adjustment}`,
      paths: [...new Set(entries.map((entry) => entry.path))],
      data: { id: adjustment, account, currency, amount, description, entries: entriesData(entries) },
    })
    return { adjustment }
  },
})
