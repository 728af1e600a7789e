/** The ledger as pages: one row a command, in whole dollars, and what the account shows afterwards. */
import { beforeEach, describe, expect, it, test } from 'vitest'
import { Engine } from '../engine.js'
import type { AccountId, PartyId } from '../hierarchy/index.js'
import { type Event, type HistoryRow, type HistoryTable, HOUR, instant, type Plain } from '../image/index.js'
import { hashOf, textHash } from '../testing/hash.js'
import {
  answer,
  createParty,
  done,
  type OpenedBook,
  openAccount,
  openBook,
  refusedWith,
  run,
  START,
} from '../testing/world.js'
import { DESCRIPTION_LENGTH_MAX, ENTRIES, FUNDING, REFERENCE_LENGTH_MAX, TRANSFERS } from './index.js'

const DOLLAR = 10n ** 6n
const LEAF_MAX = 2n ** 63n - 1n

let engine: Engine
let book: OpenedBook
let firm: PartyId
let ann: AccountId
let bob: AccountId
let pool: AccountId

beforeEach(() => {
  engine = new Engine()
  book = openBook(engine)
  firm = createParty(engine, book.party, 'firm', { kind: 'participant' })
  const client = createParty(engine, firm, 'client')
  ann = openAccount(engine, client, 'ann')
  bob = openAccount(engine, client, 'bob', { main: ann })
  pool = openAccount(engine, firm, 'pool')
})

const usd = (account: AccountId, dollars: number): Record<string, Plain> => ({
  account,
  currency: 'USD',
  amount: BigInt(dollars) * DOLLAR,
  reference: null,
  description: null,
})
const between = (from: AccountId, to: AccountId, dollars: number): Record<string, Plain> => ({
  from,
  to,
  currency: 'USD',
  amount: BigInt(dollars) * DOLLAR,
  description: null,
})
const deposit = (account: AccountId, dollars: number): void => {
  done(engine, 'deposits.create', { ...usd(account, dollars), settle: true })
}
/** posted, held and available in whole dollars. */
const page = (account: AccountId): readonly number[] => {
  const balance = answer<{ posted: bigint; held: bigint; available: bigint }>(engine, 'balances.get', {
    account,
    currency: 'USD',
  })
  return [balance.posted, balance.held, balance.available].map((amount) => Number(amount / DOLLAR))
}
const events = (command: string, input: Plain): readonly Event[] => {
  const outcome = run(engine, command, input)
  if (outcome.kind !== 'done') throw new Error(`expected ${command} to be done`)
  return outcome.events
}
const rowsOf = (table: HistoryTable, happened: readonly Event[]): readonly HistoryRow[] =>
  happened.flatMap((event) => table.rows(event))
const faults = (): unknown[] => engine.verify(textHash).filter(({ holds }) => !holds)

describe('a page of the ledger', () => {
  test('a deposit that is announced, seen and booked', () => {
    const { deposit: id } = done<{ deposit: number }>(engine, 'deposits.create', {
      ...usd(ann, 100),
      settle: false,
    })
    expect(page(ann)).toEqual([0, 0, 0])
    done(engine, 'deposits.acknowledge', { deposit: id })
    expect(answer(engine, 'deposits.get', { deposit: id })).toMatchObject({ state: 'acknowledged' })
    expect(refusedWith(engine, 'deposits.acknowledge', { deposit: id })).toBe('transition_invalid')
    done(engine, 'deposits.complete', { deposit: id })
    expect(page(ann)).toEqual([100, 0, 100])
    expect(refusedWith(engine, 'deposits.complete', { deposit: id })).toBe('not_visible')
    expect(refusedWith(engine, 'deposits.cancel', { deposit: id })).toBe('not_visible')
  })

  test('a withdrawal holds, and is paid, rejected or cancelled', () => {
    deposit(ann, 100)
    const ask = (dollars: number): number =>
      done<{ withdrawal: number }>(engine, 'withdrawals.create', usd(ann, dollars)).withdrawal
    const [paid, rejected, cancelled] = [ask(40), ask(30), ask(20)]
    expect(page(ann)).toEqual([100, 90, 10])
    expect(refusedWith(engine, 'withdrawals.create', usd(ann, 11))).toBe('insufficient_available_balance')
    done(engine, 'withdrawals.complete', { withdrawal: paid })
    expect(page(ann)).toEqual([60, 50, 10])
    done(engine, 'withdrawals.reject', { withdrawal: rejected, cause: 'bank closed' })
    expect(page(ann)).toEqual([60, 20, 40])
    done(engine, 'withdrawals.cancel', { withdrawal: cancelled })
    expect(page(ann)).toEqual([60, 0, 60])
    expect(faults()).toEqual([])
  })

  test('a prepared transfer holds, and is confirmed, cancelled or expires', () => {
    deposit(ann, 100)
    const prepare = (dollars: number, expiresAt: number | null): number =>
      done<{ transfer: number }>(engine, 'transfers.prepare', { ...between(ann, pool, dollars), expiresAt })
        .transfer
    const confirmed = prepare(10, null)
    const cancelled = prepare(20, null)
    prepare(30, START + 60_000_000)
    expect([page(ann), page(pool)]).toEqual([
      [100, 60, 40],
      [0, 0, 0],
    ])
    done(engine, 'transfers.confirm', { transfer: confirmed })
    expect([page(ann), page(pool)]).toEqual([
      [90, 50, 40],
      [10, 0, 10],
    ])
    done(engine, 'transfers.cancel', { transfer: cancelled })
    expect(page(ann)).toEqual([90, 30, 60])
    engine.tick(instant(START + 59_999_999))
    expect(page(ann)).toEqual([90, 30, 60])
    engine.tick(instant(START + 60_000_000))
    expect(page(ann)).toEqual([90, 0, 90])
    expect(engine.takeBatch()?.events.at(-1)?.kind).toBe('transfer.expired')
  })

  test('a hold is captured in parts, and what is left is released or expires', () => {
    deposit(ann, 100)
    const hold = (dollars: number, expiresAt: number | null): number =>
      done<{ hold: number }>(engine, 'holds.create', { ...usd(ann, dollars), reason: 'card', expiresAt }).hold
    const first = hold(50, null)
    const capture = (dollars: number) => ({ hold: first, amount: BigInt(dollars) * DOLLAR, to: pool })
    done(engine, 'holds.capture', capture(20))
    expect([page(ann), page(pool)]).toEqual([
      [80, 30, 50],
      [20, 0, 20],
    ])
    expect(refusedWith(engine, 'holds.capture', capture(31))).toBe('hold_exceeded')
    expect(refusedWith(engine, 'holds.capture', { ...capture(1), currency: 'EUR' })).toBe('currencies_differ')
    expect(refusedWith(engine, 'holds.capture', { ...capture(1), to: ann })).toBe('same_account')
    done(engine, 'holds.capture', capture(30))
    expect(refusedWith(engine, 'holds.release', { hold: first })).toBe('not_visible')
    done(engine, 'holds.release', { hold: hold(5, null) })
    hold(7, START + HOUR)
    expect(page(ann)).toEqual([50, 7, 43])
    engine.tick(instant(START + HOUR))
    expect(page(ann)).toEqual([50, 0, 50])
  })

  test('cash between a funding account and a client, and too little of it is recorded', () => {
    deposit(pool, 100)
    const move = (reason: string, dollars: number) => ({
      fundingAccount: pool,
      account: ann,
      reason,
      currency: 'USD',
      amount: BigInt(dollars) * DOLLAR,
      externalReference: 'ref',
      memo: null,
    })
    expect(done(engine, 'cash_movements.create', move('deposit', 60))).toMatchObject({ state: 'confirmed' })
    expect([page(pool), page(ann)]).toEqual([
      [40, 0, 40],
      [60, 0, 60],
    ])
    const [row] = rowsOf(FUNDING, events('cash_movements.create', move('withdrawal', 61)))
    expect(row).toMatchObject({
      state: 'rejected',
      reason: 'insufficient_available_balance',
      purpose: 'withdrawal',
    })
    done(engine, 'cash_movements.create', move('vendor_fees', 1))
    expect(refusedWith(engine, 'cash_movements.create', move('vendor_fees', 1))).toBe('vendor_fees_taken')
    // 17:00 in New York, where the business day ends; the book began at 04:00 there.
    expect(
      refusedWith(engine, 'cash_movements.create', move('vendor_fees', 1), {
        time: instant(START + 13 * HOUR - 1),
      }),
    ).toBe('vendor_fees_taken')
    done(engine, 'cash_movements.create', move('vendor_fees', 1), { time: instant(START + 13 * HOUR) })
    expect(page(ann)).toEqual([58, 0, 58])
  })

  test('corrections point at what they correct, once', () => {
    deposit(ann, 100)
    const [made] = events('transfers.create', between(ann, bob, 30))
    if (made === undefined) throw new Error('expected an event')
    const reversal = { sequence: made.sequence, subject: made.subject, entries: made.data.entries as Plain }
    done(engine, 'transfers.create', between(bob, pool, 10))
    expect(refusedWith(engine, 'corrections.reverse', reversal)).toBe('insufficient_available_balance')
    const entries = rowsOf(ENTRIES, events('corrections.reverse', { ...reversal, allowOverdraw: true }))
    expect(
      entries.map(({ account, amount, after, type, reverses }) => [account, amount, after, type, reverses]),
    ).toEqual([
      [ann, 30n * DOLLAR, 100n * DOLLAR, 'correction', `${made.sequence}:${made.subject}`],
      [bob, -30n * DOLLAR, -10n * DOLLAR, 'correction', `${made.sequence}:${made.subject}`],
    ])
    expect(refusedWith(engine, 'corrections.reverse', reversal)).toBe('already_reversed')
    const [first] = reversal.entries as readonly Plain[]
    const part = { ...reversal, sequence: 1, entries: [first as Plain] }
    expect(refusedWith(engine, 'corrections.reverse', part)).toBe('not_reversible')
    expect(refusedWith(engine, 'corrections.reverse', { ...part, entries: [] })).toBe('not_reversible')
    expect(faults()).toEqual([])
  })

  test('an adjustment is the profit or loss of the house', () => {
    done(engine, 'adjustments.create', {
      account: ann,
      currency: 'USD',
      amount: 5n * DOLLAR,
      description: 'goodwill',
    })
    expect([page(ann), page(book.accounts.fees)]).toEqual([
      [5, 0, 5],
      [-5, 0, -5],
    ])
    const back = { account: ann, currency: 'USD', amount: -6n * DOLLAR, description: 'too much' }
    expect(refusedWith(engine, 'adjustments.create', back)).toBe('insufficient_available_balance')
    expect(refusedWith(engine, 'adjustments.create', { ...back, amount: 0n })).toBe('amount_not_positive')
    expect(refusedWith(engine, 'adjustments.create', { ...back, account: book.accounts.fees })).toBe(
      'same_account',
    )
  })
})

describe('history', () => {
  it('shows a withdrawal that is asked for, and one that came back, without moving what is posted', () => {
    deposit(ann, 100)
    const asked = events('withdrawals.create', { ...usd(ann, 40), reference: 'iban', description: 'rent' })
    const withdrawal = asked[0]?.data.id as number
    const back = events('withdrawals.reject', { withdrawal, cause: 'wrong name' })
    expect(
      rowsOf(ENTRIES, [...asked, ...back]).map((row) => [row.type, row.amount, row.before, row.after]),
    ).toEqual([
      ['withdrawal_pending', 0n, 100n * DOLLAR, 100n * DOLLAR],
      ['withdrawal_rejected', 0n, 100n * DOLLAR, 100n * DOLLAR],
    ])
    expect(rowsOf(FUNDING, [...asked, ...back])).toMatchObject([
      {
        id: withdrawal,
        kind: 'withdrawal',
        state: 'pending',
        reference: 'iban',
        description: 'rent',
        reason: null,
      },
      { id: withdrawal, kind: 'withdrawal', state: 'rejected', reference: 'iban', reason: 'wrong name' },
    ])
  })

  it('has a column for every field of a row', () => {
    deposit(ann, 10)
    const happened = engine.takeBatch()?.events ?? []
    const all = [...happened, ...events('transfers.create', between(ann, bob, 1))]
    for (const table of [ENTRIES, TRANSFERS, FUNDING]) {
      const rows = rowsOf(table, all)
      expect(rows.length).toBeGreaterThan(0)
      for (const row of rows) expect(Object.keys(row)).toEqual(table.columns.map(({ name }) => name))
    }
  })

  it('derives the direction of a transfer from how the accounts are related', () => {
    const cal = openAccount(
      engine,
      answer<{ party: PartyId }>(engine, 'accounts.get', { account: ann }).party,
      'cal',
      {
        main: ann,
      },
    )
    deposit(ann, 10)
    const way = (from: AccountId, to: AccountId) =>
      rowsOf(TRANSFERS, events('transfers.create', between(from, to, 1)))[0]?.direction
    expect([way(ann, bob), way(ann, cal), way(bob, cal), way(cal, ann), way(ann, pool)]).toEqual([
      'main_to_sub',
      'main_to_sub',
      'sub_to_sub',
      'sub_to_main',
      'party_to_party',
    ])
  })
})

describe('what is refused', () => {
  const money = (): Record<string, Plain> => ({ ...usd(ann, 1), settle: true })
  const cases: readonly (readonly [string, string, Record<string, Plain>])[] = [
    ['currency_unknown', 'deposits.create', { currency: 'XXX' }],
    ['amount_not_positive', 'deposits.create', { amount: 0n }],
    ['amount_not_positive', 'deposits.create', { amount: -1n }],
    ['amount_out_of_range', 'deposits.create', { amount: LEAF_MAX + 1n }],
    ['malformed', 'deposits.create', { reference: 'x'.repeat(REFERENCE_LENGTH_MAX + 1) }],
    ['malformed', 'deposits.create', { reference: 'a\u0007b' }],
    ['malformed', 'deposits.create', { description: 'x'.repeat(DESCRIPTION_LENGTH_MAX + 1) }],
    ['malformed', 'holds.create', { reason: 'late', expiresAt: START }],
    ['malformed', 'holds.create', { reason: 'long', expiresAt: START + 31 * 24 * HOUR }],
  ]
  test.each(cases)('%s by %s %o', (code, command, change) => {
    const before = hashOf(engine.image)
    expect(refusedWith(engine, command, { ...money(), ...change })).toBe(code)
    expect(hashOf(engine.image)).toBe(before)
  })

  it('takes what is just within the limits', () => {
    const reference = '𝔘'.repeat(REFERENCE_LENGTH_MAX)
    const description = 'é'.repeat(DESCRIPTION_LENGTH_MAX)
    done(engine, 'deposits.create', { ...money(), reference, description, amount: LEAF_MAX })
    expect(refusedWith(engine, 'deposits.create', { ...money(), amount: 1n })).toBe('amount_out_of_range')
    done(engine, 'deposits.create', { ...money(), account: pool, amount: LEAF_MAX })
    const sums = answer<{ currencies: Plain }>(engine, 'nodes.summary', { party: firm })
    expect(sums).toMatchObject({
      parties: 2,
      accounts: 3,
      currencies: [{ positive: 2n * LEAF_MAX, net: 2n * LEAF_MAX }],
    })
    expect(faults()).toEqual([])
  })

  it('goes down to the other end of the range, and no further', () => {
    const entries = (amount: bigint) => [
      { account: ann, currency: 'USD', amount },
      { account: book.accounts.outsideWorld, currency: 'USD', amount: -amount },
    ]
    const undo = (sequence: number, amount: bigint) => ({
      sequence,
      subject: 'dep_1',
      entries: entries(amount),
      allowOverdraw: true,
    })
    done(engine, 'corrections.reverse', undo(1, LEAF_MAX))
    expect(answer(engine, 'balances.get', { account: ann, currency: 'USD' })).toMatchObject({
      posted: -LEAF_MAX,
    })
    expect(refusedWith(engine, 'corrections.reverse', undo(2, 1n))).toBe('amount_out_of_range')
    expect(faults()).toEqual([])
  })

  it('keeps an account open while there is money on it, or on its way', () => {
    const { deposit: id } = done<{ deposit: number }>(engine, 'deposits.create', {
      ...usd(bob, 1),
      settle: false,
    })
    const close = { account: bob, version: null, reason: 'done' }
    expect(refusedWith(engine, 'accounts.close', close)).toBe('not_empty')
    done(engine, 'deposits.complete', { deposit: id })
    expect(refusedWith(engine, 'accounts.close', close)).toBe('not_empty')
    done(engine, 'transfers.create', between(bob, ann, 1))
    done(engine, 'accounts.close', close)
  })
})
