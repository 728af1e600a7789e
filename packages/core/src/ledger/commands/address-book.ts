/** `address_book.add` and `address_book.remove`: where an account may send to. */
import { type AccountId, checkCurrency } from '../../hierarchy/index.js'
import { command, NO_ROW } from '../../image/index.js'
import type { CurrencyCode } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import {
  ADDRESS_LABEL_LENGTH_MAX,
  addressKey,
  BOOK_ADDRESSES_MAX,
  type BookAddressId,
  type BookAddressKind,
  checkAddress,
} from '../addresses.js'
import { accountOf, checkLabel, needsOn } from '../checks.js'
import type { LedgerContext } from '../ledger.js'

export type AddBookAddress = {
  readonly account: AccountId
  readonly currency: CurrencyCode
  readonly kind: BookAddressKind
  readonly address: string
  readonly label: string
}

export const addBookAddress = command({
  name: 'address_book.add',
  scope: 'funding:write',
  needs: (_context: LedgerContext, { account }: AddBookAddress) => needsOn('transfer', account),
  decide(context, { account, currency, kind, address, label }) {
    checkCurrency(currency, '/currency')
    checkAddress(address)
    checkLabel(label, ADDRESS_LABEL_LENGTH_MAX)
    const { ledger, image, now } = context
    const { addresses } = ledger
    if (addresses.inBook(account, currency, kind, address) !== NO_ROW)
      refuse('address_taken', 'the address is in the book already', { field: '/address' })
    if (kind === 'withdrawal' && addresses.depositByPlace.has(addressKey(currency, address)))
      refuse('address_internal', 'money for an account of this book is sent by a transfer', {
        field: '/address',
      })
    if (addresses.bookOf.of(account).length >= BOOK_ADDRESSES_MAX)
      refuse('limit_reached', `a book of addresses has at most ${BOOK_ADDRESSES_MAX}`)
    const bookAddress = image.newId<BookAddressId>()
    addresses.book.insert(bookAddress, { account, currency, kind, address, label, createdAt: now })
    tell(context, bookAddress, 'added')
    return { bookAddress }
  },
})

export type RemoveBookAddress = { readonly bookAddress: BookAddressId }

export const removeBookAddress = command({
  name: 'address_book.remove',
  scope: 'funding:write',
  needs: ({ ledger }: LedgerContext, { bookAddress }: RemoveBookAddress) =>
    needsOn('transfer', accountOf(ledger.addresses.book, bookAddress)),
  decide(context, { bookAddress }) {
    tell(context, bookAddress, 'removed')
    const { book } = context.ledger.addresses
    book.remove(book.row(bookAddress))
    return { bookAddress }
  },
})

function tell({ ledger, hierarchy, emit }: LedgerContext, id: BookAddressId, happened: string): void {
  const { book } = ledger.addresses
  const { account, currency, kind, address, label } = book.read(book.row(id))
  emit({
    kind: `address_book.${happened}`,
    subject: `acc_${account}`,
    paths: [hierarchy.pathOfAccount(hierarchy.accounts.row(account))],
    data: { id, account, currency, kind, address, label },
  })
}
