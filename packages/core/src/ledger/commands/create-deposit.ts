/** `deposits.create`: money announced by, or come from, the outside world. */
import type { AccountId } from '../../hierarchy/index.js'
import { command, NO_ROW } from '../../image/index.js'
import type { Amount, CurrencyCode } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import { addressKey } from '../addresses.js'
import { checkDescription, checkMoney, checkReference, checkScope, needsOn } from '../checks.js'
import { bookDeposit, depositOf, type Funding, NO_FEE, recordFunding } from '../funding.js'
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
  /** Where it came in: one of the account's addresses. Null where that is known elsewhere. */
  readonly address?: string | null
}

export const createDeposit = command({
  name: 'deposits.create',
  scope: 'funding:write',
  needs: (_context: LedgerContext, { account }: CreateDeposit) => needsOn('transfer', account),
  decide(context, { account, currency, amount, reference, description, settle, address = null }) {
    checkMoney(currency, amount)
    checkReference(reference)
    checkDescription(description)
    if (settle) checkScope(context, 'funding:settle', 'booking a deposit at once')
    if (address !== null) checkOwnAddress(context, account, currency, address)
    const { ledger, image, now } = context
    const deposit = image.newId<DepositId>()
    const kept = { account, currency, amount, reference, description, address, createdAt: now }
    if (settle) {
      const counterAccount = ledger.houseAccount('outside_world')
      const funding: Funding = {
        id: deposit,
        kind: 'deposit',
        counterAccount,
        purpose: null,
        ...NO_FEE,
        ...kept,
      }
      bookDeposit(context, funding)
    } else {
      const row = ledger.deposits.insert(deposit, { ...kept, state: 'pending' })
      recordFunding(context, depositOf(context, row), 'pending', [])
    }
    return { deposit }
  },
})

function checkOwnAddress(
  { ledger: { addresses } }: LedgerContext,
  account: AccountId,
  currency: CurrencyCode,
  address: string,
): void {
  const row = addresses.depositByPlace.find(addressKey(currency, address))
  if (row === NO_ROW || addresses.deposits.account.get(row) !== account)
    refuse('address_unknown', 'expected an address at which the account is paid', { field: '/address' })
}
