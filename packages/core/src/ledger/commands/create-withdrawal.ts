/** `withdrawals.create`: money asked out. It stays posted and is held until the operator has paid or said no. */
import type { AccountId } from '../../hierarchy/index.js'
import { command, NO_ROW } from '../../image/index.js'
import { type Amount, add, type CurrencyCode, currencyOf, parseAmount, ZERO } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import { addressKey, checkAddress } from '../addresses.js'
import { checkDescription, checkMoney, checkReference, needsOn } from '../checks.js'
import { recordFunding, withdrawalOf } from '../funding.js'
import type { LedgerContext } from '../ledger.js'
import type { WithdrawalId, WithdrawalPriority } from '../tables.js'

export type CreateWithdrawal = {
  readonly account: AccountId
  readonly currency: CurrencyCode
  readonly amount: Amount
  readonly reference: string | null
  readonly description: string | null
  /** In the account's book of addresses; null: the operator knows where to. */
  readonly address?: string | null
  readonly priority?: WithdrawalPriority | null
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
  decide(context, { account, currency, amount, reference, description, address = null, priority = null }) {
    checkMoney(currency, amount)
    checkReference(reference)
    checkDescription(description)
    const { ledger, image, now } = context
    const fee = address === null ? null : feeAt(context, account, currency, address)
    ledger.hold(account, currency, add(amount, fee ?? ZERO))
    const withdrawal = image.newId<WithdrawalId>()
    const kept = {
      account,
      currency,
      amount,
      reference,
      description,
      address,
      fee,
      priority,
      createdAt: now,
    }
    const row = ledger.withdrawals.insert(withdrawal, kept)
    const entries = [ledger.note(account, currency, 'withdrawal_pending')]
    recordFunding(context, withdrawalOf(context, row), 'pending', entries)
    return { withdrawal }
  },
})

/** What sending to an address of the book costs; null where it costs nothing. */
function feeAt(
  { ledger, settings, now }: LedgerContext,
  account: AccountId,
  currency: CurrencyCode,
  address: string,
): Amount | null {
  checkAddress(address)
  if (ledger.addresses.depositByPlace.has(addressKey(currency, address)))
    refuse('address_internal', 'money for an account of this book is sent by a transfer', {
      field: '/address',
    })
  if (ledger.addresses.inBook(account, currency, 'withdrawal', address) === NO_ROW)
    refuse('address_unknown', 'expected an address in the book of the account', { field: '/address' })
  const fee = settings.effective('withdrawals.fees', account, now)[currency]
  const amount = fee === undefined ? null : parseAmount(fee, currencyOf(currency))
  return typeof amount === 'bigint' && amount > ZERO ? amount : null
}
