/** Where accounts are paid and where they may send to: each step, each refusal, and each bound at and beyond its edge. */
import { beforeEach, describe, expect, test } from 'vitest'
import { Engine } from '../engine.js'
import type { AccountId, PartyId } from '../hierarchy/index.js'
import { type Id, instant, type Plain } from '../image/index.js'
import { textHash } from '../testing/hash.js'
import {
  answer,
  createParty,
  done,
  type OpenedBook,
  openAccount,
  openBook,
  refusedWith,
  START,
} from '../testing/world.js'
import {
  ADDRESS_LENGTH_MAX,
  ADDRESSES_OF_OFFER_MAX,
  BOOK_ADDRESSES_MAX,
  DEPOSIT_ADDRESSES_MAX,
  FREE_ADDRESSES_MAX,
} from './index.js'

const DOLLAR = 10n ** 6n
let engine: Engine
let book: OpenedBook
let firm: PartyId
let ann: AccountId
let bob: AccountId

beforeEach(() => {
  engine = new Engine()
  book = openBook(engine)
  firm = createParty(engine, book.party, 'firm', { kind: 'participant' })
  ann = openAccount(engine, createParty(engine, firm, 'ann-party'), 'ann')
  bob = openAccount(engine, createParty(engine, firm, 'bob-party'), 'bob')
  done(engine, 'deposits.create', { ...money(ann, 100), settle: true })
})

function money(account: AccountId, dollars: number): Record<string, Plain> {
  const amount = BigInt(dollars) * DOLLAR
  return { account, currency: 'USD', amount, reference: null, description: null }
}
const offer = (...addresses: string[]): void => {
  done(engine, 'deposit_addresses.offer', { currency: 'USD', addresses })
}
const assign = (account: AccountId): Id =>
  done<{ depositAddress: Id }>(engine, 'deposit_addresses.assign', { account, currency: 'USD' })
    .depositAddress
const addressesOf = (account: AccountId): string[] =>
  answer<{ items: { address: string }[] }>(engine, 'deposit_addresses.list', {
    account,
    currency: null,
  }).items.map(({ address }) => address)
const entry = (kind: string, address: string, account = ann) => ({
  account,
  currency: 'USD',
  kind,
  address,
  label: 'x',
})
const add = (kind: string, address: string): Id =>
  done<{ bookAddress: Id }>(engine, 'address_book.add', entry(kind, address)).bookAddress
const posted = (account: AccountId): readonly number[] => {
  const balance = answer<{ posted: bigint; held: bigint }>(engine, 'balances.get', {
    account,
    currency: 'USD',
  })
  return [balance.posted, balance.held].map((amount) => Number(amount / DOLLAR))
}
const set = (node: Id, name: string, value: Plain): void => {
  done(engine, 'settings.set', { node, name, value, from: instant(START) })
}
const refused = (command: string, input: Plain, code: string): void => {
  expect(refusedWith(engine, command, input)).toBe(code)
}
const proven = (): void => {
  expect(engine.verify(textHash).filter(({ holds }) => !holds)).toEqual([])
}

describe('addresses at which accounts are paid', () => {
  test('each goes to whoever asks, the oldest first, and stays theirs', () => {
    offer('one', 'two', 'three')
    assign(ann)
    assign(bob)
    assign(ann)
    expect([addressesOf(ann), addressesOf(bob)]).toEqual([['one', 'three'], ['two']])
    refused('deposit_addresses.assign', { account: ann, currency: 'USD' }, 'no_address_available')
    proven()
  })

  test('none is offered twice, free or taken, nor one that cannot be written', () => {
    offer('one', 'two')
    assign(ann)
    for (const known of ['one', 'two'])
      refused('deposit_addresses.offer', { currency: 'USD', addresses: ['new', known] }, 'address_taken')
    for (const address of ['', 'with space', 'x'.repeat(ADDRESS_LENGTH_MAX + 1)])
      refused('deposit_addresses.offer', { currency: 'USD', addresses: [address] }, 'malformed')
    offer('x'.repeat(ADDRESS_LENGTH_MAX))
  })

  test('as many as may be, of a command, of a book and of an account', () => {
    const many = (count: number, name: string) => Array.from({ length: count }, (_none, at) => `${name}${at}`)
    refused(
      'deposit_addresses.offer',
      { currency: 'USD', addresses: many(ADDRESSES_OF_OFFER_MAX + 1, 'a') },
      'malformed',
    )
    for (let made = 0; made < FREE_ADDRESSES_MAX; made += ADDRESSES_OF_OFFER_MAX)
      offer(...many(ADDRESSES_OF_OFFER_MAX, `batch-${made}-`))
    refused('deposit_addresses.offer', { currency: 'USD', addresses: ['z'] }, 'limit_reached')
    for (let taken = 0; taken < DEPOSIT_ADDRESSES_MAX; taken += 1) assign(ann)
    refused('deposit_addresses.assign', { account: ann, currency: 'USD' }, 'limit_reached')
  })

  test('a deposit says at which of its own it came in', () => {
    offer('one')
    assign(bob)
    const paid = { ...money(bob, 5), settle: true }
    done(engine, 'deposits.create', { ...paid, address: 'one' })
    refused('deposits.create', { ...money(ann, 5), settle: true, address: 'one' }, 'address_unknown')
    expect(posted(bob)).toEqual([5, 0])
  })
})

describe('withdrawals to an address', () => {
  test('hold the amount and the fee until they are gone, which sums to zero', () => {
    set(firm, 'withdrawals.fees', { USD: '2' })
    add('withdrawal', 'outside')
    const asked = { ...money(ann, 30), address: 'outside', priority: 'high' }
    const { withdrawal } = done<{ withdrawal: Id }>(engine, 'withdrawals.create', asked)
    expect(posted(ann)).toEqual([100, 32])
    proven()
    done(engine, 'withdrawals.complete', { withdrawal })
    expect(posted(ann)).toEqual([68, 0])
    proven()
  })

  test('give back both when they are cancelled', () => {
    set(firm, 'withdrawals.fees', { USD: '2' })
    add('withdrawal', 'outside')
    const asked = { ...money(ann, 98), address: 'outside' }
    const { withdrawal } = done<{ withdrawal: Id }>(engine, 'withdrawals.create', asked)
    expect(posted(ann)).toEqual([100, 100])
    done(engine, 'withdrawals.cancel', { withdrawal })
    expect(posted(ann)).toEqual([100, 0])
    // With its fee it is more than there is.
    refused('withdrawals.create', { ...money(ann, 99), address: 'outside' }, 'insufficient_available_balance')
  })

  test('go to what is in the book alone, and never to an address of this book', () => {
    const asked = (address: string) => ({ ...money(ann, 1), address })
    refused('withdrawals.create', asked('outside'), 'address_unknown')
    add('transfer', 'outside')
    refused('withdrawals.create', asked('outside'), 'address_unknown')
    offer('one')
    add('withdrawal', 'one')
    assign(bob)
    refused('withdrawals.create', asked('one'), 'address_internal')
  })
})

describe('the book of addresses', () => {
  test('has each once, and as many as may be', () => {
    const first = add('withdrawal', 'a')
    refused('address_book.add', entry('withdrawal', 'a'), 'address_taken')
    add('transfer', 'a')
    for (let made = 2; made < BOOK_ADDRESSES_MAX; made += 1) add('withdrawal', `w${made}`)
    refused('address_book.add', entry('withdrawal', 'more'), 'limit_reached')
    done(engine, 'address_book.remove', { bookAddress: first })
    add('withdrawal', 'more')
    refused('address_book.remove', { bookAddress: first }, 'not_visible')
    proven()
  })

  test('refuses a label that is none, and an address at which this book is paid', () => {
    refused('address_book.add', { ...entry('withdrawal', 'a'), label: '' }, 'malformed')
    refused('address_book.add', { ...entry('withdrawal', 'a'), label: 'x'.repeat(65) }, 'malformed')
    offer('one')
    assign(bob)
    refused('address_book.add', entry('withdrawal', 'one'), 'address_internal')
  })
})

describe('money to another owner', () => {
  const sent = (address: string, dollars = 10) => ({
    from: ann,
    address,
    currency: 'USD',
    amount: BigInt(dollars) * DOLLAR,
    description: null,
  })
  const isRefused = (address: string, code: string) => refused('transfers.send', sent(address), code)

  test('goes to the account of that name, once it takes such money and is in the book', () => {
    isRefused('bob', 'address_unknown')
    add('transfer', 'bob')
    isRefused('bob', 'address_unknown')
    set(bob, 'transfers.accept_from_others', true)
    done(engine, 'transfers.send', sent('bob'))
    expect([posted(ann), posted(bob)]).toEqual([
      [90, 0],
      [10, 0],
    ])
    proven()
  })

  test('is refused alike for nobody, a house account, a suspended one and one with a block', () => {
    set(firm, 'transfers.accept_from_others', true)
    const house = engine.rooms.hierarchy.accounts
    const fees = house.name.get(house.row(engine.rooms.ledger.houseAccount('fees')))
    for (const address of ['nobody', fees, 'bob']) add('transfer', address)
    isRefused('nobody', 'address_unknown')
    isRefused(fees, 'address_unknown')
    done(engine, 'accounts.suspend', { account: bob, version: null })
    isRefused('bob', 'address_unknown')
    add('transfer', 'ann')
    isRefused('ann', 'same_account')
    expect(posted(ann)).toEqual([100, 0])
  })
})
