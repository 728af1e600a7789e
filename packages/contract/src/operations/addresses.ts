/** Where accounts are paid, and where they may send to. */
import { operation } from '../operation.js'
import { EXAMPLE, made } from '../resources/common.js'
import { choice, count, currency, id, instant, list, object, optional, text } from '../wire/index.js'

const address = (description = 'As the outside world writes it') => text({ min: 1, max: 128, description })

const depositAddress = object({
  id: id('dad'),
  account: id('acc'),
  currency: currency(),
  address: address(),
  created_at: instant(),
})

const KINDS = ['withdrawal', 'transfer'] as const
const kind = () => choice(KINDS, 'An address of the outside world, or the name of another owner’s account')

const bookAddress = object({
  id: id('adr'),
  account: id('acc'),
  currency: currency(),
  kind: kind(),
  address: address(),
  label: text({ max: 64 }),
  created_at: instant(),
})

const EXAMPLE_ADDRESS = 'bc1qexample0address0of0the0outside0world'
const EXAMPLE_DEPOSIT_ADDRESS = {
  id: EXAMPLE.depositAddress,
  account: EXAMPLE.account,
  currency: 'BTC',
  address: EXAMPLE_ADDRESS,
  created_at: EXAMPLE.at,
} as const
const EXAMPLE_BOOK_ADDRESS = {
  id: EXAMPLE.bookAddress,
  account: EXAMPLE.account,
  currency: 'BTC',
  kind: 'withdrawal',
  address: EXAMPLE_ADDRESS,
  label: 'Cold wallet',
  created_at: EXAMPLE.at,
} as const

const listed = { account: id('acc'), currency: optional(currency()) } as const

export const ADDRESS_OPERATIONS = [
  operation('deposit_addresses.offer', {
    kind: 'command',
    method: 'POST',
    path: '/deposit_addresses/offer',
    summary: 'Offer addresses at which the operator sees money arrive',
    description: 'They are free until an account takes one; a book has at most 10,000 that are free.',
    scope: 'funding:settle',
    input: object({ currency: currency(), addresses: list(address(), { max: 1_000 }) }),
    output: object({ offered: count(), sequence: count() }),
    refusals: ['not_visible', 'currency_unknown', 'address_taken', 'limit_reached'],
    example: {
      request: { currency: 'BTC', addresses: [EXAMPLE_ADDRESS] },
      response: { offered: 1, sequence: 912 },
    },
  }),
  operation('deposit_addresses.assign', {
    kind: 'command',
    method: 'POST',
    path: '/deposit_addresses',
    summary: 'Give an account an address at which it is paid',
    description: 'The oldest that is free; an account has at most 20 in a currency.',
    scope: 'funding:write',
    input: object({ account: id('acc'), currency: currency() }),
    output: made('deposit_address', 'dad'),
    refusals: [
      'not_visible',
      'account_not_active',
      'blocked',
      'currency_unknown',
      'no_address_available',
      'limit_reached',
    ],
    example: {
      request: { account: EXAMPLE.account, currency: 'BTC' },
      response: { deposit_address: EXAMPLE.depositAddress, sequence: 913 },
    },
  }),
  operation('deposit_addresses.list', {
    kind: 'query',
    method: 'GET',
    path: '/accounts/{account}/deposit_addresses',
    summary: 'List the addresses at which an account is paid, the newest last',
    scope: 'funding:read',
    input: object(listed),
    output: object({ items: list(depositAddress, { max: 10_000 }) }),
    refusals: ['not_visible'],
    example: { request: { account: EXAMPLE.account }, response: { items: [EXAMPLE_DEPOSIT_ADDRESS] } },
  }),
  operation('address_book.add', {
    kind: 'command',
    method: 'POST',
    path: '/address_book',
    summary: 'Add an address that an account may send to',
    description: 'A book of addresses has at most 100.',
    scope: 'funding:write',
    input: object({
      account: id('acc'),
      currency: currency(),
      kind: kind(),
      address: address(),
      label: text({ min: 1, max: 64, description: 'What it is called' }),
    }),
    output: made('book_address', 'adr'),
    refusals: [
      'not_visible',
      'account_not_active',
      'blocked',
      'currency_unknown',
      'address_taken',
      'address_internal',
      'limit_reached',
    ],
    example: {
      request: {
        account: EXAMPLE.account,
        currency: 'BTC',
        kind: 'withdrawal',
        address: EXAMPLE_ADDRESS,
        label: 'Cold wallet',
      },
      response: { book_address: EXAMPLE.bookAddress, sequence: 914 },
    },
  }),
  operation('address_book.remove', {
    kind: 'command',
    method: 'DELETE',
    path: '/address_book/{book_address}',
    summary: 'Remove an address from the book',
    scope: 'funding:write',
    input: object({ book_address: id('adr') }),
    output: made('book_address', 'adr'),
    refusals: ['not_visible', 'account_not_active', 'blocked'],
    example: {
      request: { book_address: EXAMPLE.bookAddress },
      response: { book_address: EXAMPLE.bookAddress, sequence: 915 },
    },
  }),
  operation('address_book.list', {
    kind: 'query',
    method: 'GET',
    path: '/accounts/{account}/address_book',
    summary: 'List the addresses that an account may send to',
    scope: 'funding:read',
    input: object(listed),
    output: object({ items: list(bookAddress, { max: 100 }) }),
    refusals: ['not_visible'],
    example: { request: { account: EXAMPLE.account }, response: { items: [EXAMPLE_BOOK_ADDRESS] } },
  }),
] as const
