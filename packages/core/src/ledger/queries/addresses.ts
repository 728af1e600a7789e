/** `deposit_addresses.list` and `address_book.list`: where an account is paid, and where it may send to. */
import type { AccountId } from '../../hierarchy/index.js'
import { query } from '../../image/index.js'
import type { CurrencyCode } from '../../money/index.js'
import { needsOn } from '../checks.js'
import type { LedgerContext } from '../ledger.js'

type OfAccount = { readonly account: AccountId; readonly currency: CurrencyCode | null }

export const listDepositAddresses = query({
  name: 'deposit_addresses.list',
  scope: 'funding:read',
  needs: (_context: LedgerContext, { account }: OfAccount) => needsOn('read', account),
  /** The oldest first: money comes in at each of them. */
  read({ ledger: { addresses } }, { account, currency }) {
    const { deposits } = addresses
    const items = addresses.depositsOf.of(account).map((row) => {
      const { addressKey: _key, ...kept } = deposits.read(row)
      return { id: deposits.id(row), ...kept }
    })
    return {
      items: items
        .filter((each) => currency === null || each.currency === currency)
        .sort((left, right) => left.id - right.id),
    }
  },
})

export const listBookAddresses = query({
  name: 'address_book.list',
  scope: 'funding:read',
  needs: (_context: LedgerContext, { account }: OfAccount) => needsOn('read', account),
  read({ ledger: { addresses } }, { account, currency }) {
    const { book } = addresses
    const items = addresses.bookOf.of(account).map((row) => ({ id: book.id(row), ...book.read(row) }))
    return {
      items: items
        .filter((each) => currency === null || each.currency === currency)
        .sort((left, right) => left.id - right.id),
    }
  },
})
