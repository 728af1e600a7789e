/**
 * `transfers.send`: money to an account of another owner, by its address, which is the account's name. The sender need not
 * reach it: the address has to be in the sender's book, and the other account has to take money from others.
 */
import type { AccountId } from '../../hierarchy/index.js'
import { command, NO_ROW } from '../../image/index.js'
import type { Amount, CurrencyCode } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import { checkAddress } from '../addresses.js'
import { checkDescription, checkMoney, needsOn } from '../checks.js'
import type { LedgerContext } from '../ledger.js'
import type { TransferId } from '../tables.js'
import { bookTransfer, checkSides, directionOf, transferSubject } from '../transfers.js'

export type SendTransfer = {
  readonly from: AccountId
  readonly address: string
  readonly currency: CurrencyCode
  readonly amount: Amount
  readonly description: string | null
}

export const sendTransfer = command({
  name: 'transfers.send',
  scope: 'transfers:write',
  needs: (_context: LedgerContext, { from }: SendTransfer) => needsOn('transfer', from),
  approval: (context, input) => transferSubject(context, input),
  decide(context, { from, address, currency, amount, description }) {
    checkMoney(currency, amount)
    checkDescription(description)
    checkAddress(address)
    const to = accountAt(context, from, currency, address)
    checkSides(from, to)
    const transfer = context.image.newId<TransferId>()
    const direction = directionOf(context.hierarchy, from, to)
    const createdAt = context.now
    bookTransfer(context, { id: transfer, from, to, currency, amount, description, direction, createdAt })
    return { transfer }
  },
})

/** What is not in the book, is nobody's, or takes nothing is all the same to the sender. */
function accountAt(
  { ledger, hierarchy, access, settings, now }: LedgerContext,
  from: AccountId,
  currency: CurrencyCode,
  address: string,
): AccountId {
  const { accounts, accountByName } = hierarchy
  const isInBook = ledger.addresses.inBook(from, currency, 'transfer', address) !== NO_ROW
  const row = isInBook ? accountByName.find(address) : NO_ROW
  const isTaking =
    row !== NO_ROW &&
    accounts.book.get(row) === 'customer' &&
    access.mayReceive(row) &&
    settings.effective('transfers.accept_from_others', accounts.id(row), now)
  if (!isTaking)
    refuse('address_unknown', 'expected an address in the book of an account that takes transfers', {
      field: '/address',
    })
  return accounts.id(row)
}
