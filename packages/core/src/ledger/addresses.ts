/**
 * Addresses: where money comes in, and where it may go. The operator offers addresses of the outside world at which it
 * sees money arrive; an account takes the oldest that is free, and it is the account's for ever. What an account may send
 * to is in its book of addresses: of the outside world, or of another owner's account, whose address is its name.
 */
import type { AccountId } from '../hierarchy/index.js'
import {
  choice,
  type Id,
  IdOrder,
  type Image,
  NO_ROW,
  Relation,
  type Row,
  ref,
  type Table,
  text,
  time,
  UniqueIndex,
} from '../image/index.js'
import type { CurrencyCode } from '../money/index.js'
import { refuse } from '../refusals/index.js'

export type OfferedAddressId = Id<'offered-address'>
export type DepositAddressId = Id<'deposit-address'>
export type BookAddressId = Id<'book-address'>

export const ADDRESS_LENGTH_MAX = 128
/** In one command. */
export const ADDRESSES_OF_OFFER_MAX = 1_000
/** Free ones of a book. */
export const FREE_ADDRESSES_MAX = 10_000
/** Of an account in a currency. */
export const DEPOSIT_ADDRESSES_MAX = 20
/** Of an account's book of addresses. */
export const BOOK_ADDRESSES_MAX = 100
export const ADDRESS_LABEL_LENGTH_MAX = 64

export const BOOK_ADDRESS_KINDS = ['withdrawal', 'transfer'] as const
export type BookAddressKind = (typeof BOOK_ADDRESS_KINDS)[number]

const offeredFields = {
  currency: text<CurrencyCode>(),
  address: text(),
  /** Both together: unique among those that are free. */
  addressKey: text(),
  createdAt: time(),
}

const depositAddressFields = { ...offeredFields, account: ref<AccountId>() }

const bookAddressFields = {
  account: ref<AccountId>(),
  currency: text<CurrencyCode>(),
  kind: choice(BOOK_ADDRESS_KINDS),
  address: text(),
  label: text(),
  createdAt: time(),
}

export const addressKey = (currency: CurrencyCode, address: string): string => `${currency} ${address}`

export class Addresses {
  readonly offered: Table<OfferedAddressId, typeof offeredFields>
  readonly deposits: Table<DepositAddressId, typeof depositAddressFields>
  readonly book: Table<BookAddressId, typeof bookAddressFields>
  readonly offeredByPlace: UniqueIndex<string>
  readonly depositByPlace: UniqueIndex<string>
  readonly depositsOf: Relation<AccountId>
  readonly bookOf: Relation<AccountId>
  private readonly offeredIds: IdOrder<OfferedAddressId>

  constructor(image: Image) {
    this.offered = image.table('offered_addresses', 'oad', offeredFields)
    this.deposits = image.table('deposit_addresses', 'dad', depositAddressFields)
    this.book = image.table('address_book', 'adr', bookAddressFields)
    this.offeredByPlace = new UniqueIndex(this.offered, this.offered.addressKey)
    this.depositByPlace = new UniqueIndex(this.deposits, this.deposits.addressKey)
    this.depositsOf = new Relation(this.deposits, this.deposits.account)
    this.bookOf = new Relation(this.book, this.book.account)
    this.offeredIds = new IdOrder(this.offered)
    for (const derived of [
      this.offeredByPlace,
      this.depositByPlace,
      this.depositsOf,
      this.bookOf,
      this.offeredIds,
    ])
      image.derived(derived)
  }

  /** The oldest that is free, or NO_ROW. */
  free(currency: CurrencyCode): Row {
    for (const id of this.offeredIds.after(null)) {
      const row = this.offered.row(id)
      if (this.offered.currency.get(row) === currency) return row
    }
    return NO_ROW
  }

  /** Those of an account in a currency, the oldest first. */
  depositAddressesOf(account: AccountId, currency: CurrencyCode): readonly Row[] {
    return this.depositsOf
      .of(account)
      .filter((row) => this.deposits.currency.get(row) === currency)
      .sort((left, right) => this.deposits.id(left) - this.deposits.id(right))
  }

  /** What the account's book of addresses has, or NO_ROW. */
  inBook(account: AccountId, currency: CurrencyCode, kind: BookAddressKind, address: string): Row {
    const { book } = this
    const found = this.bookOf
      .of(account)
      .find(
        (row) =>
          book.address.get(row) === address &&
          book.currency.get(row) === currency &&
          book.kind.get(row) === kind,
      )
    return found ?? NO_ROW
  }
}

const ADDRESS = /^[\x21-\x7e]+$/

export function checkAddress(address: string, field = '/address'): void {
  if (address.length > ADDRESS_LENGTH_MAX || !ADDRESS.test(address))
    refuse('malformed', `expected 1 to ${ADDRESS_LENGTH_MAX} characters without spaces`, { field })
}
