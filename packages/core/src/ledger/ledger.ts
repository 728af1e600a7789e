/**
 * The ledger room: balances by double entry. Money only ever moves by `post`, whose lines sum to zero in each
 * currency, so the sum over all accounts (the outside world and the house included) is zero at every sequence.
 * A balance keeps its parts: what was credited, what was debited, what is held. `posted = credits - debits` and
 * `available = posted - held` are derived and never stored.
 */
import type { AccessContext } from '../access/index.js'
import type { AccountId, Hierarchy } from '../hierarchy/index.js'
import {
  type Id,
  type Image,
  money,
  NO_ROW,
  type Plain,
  Relation,
  type Row,
  ref,
  type Table,
  text,
} from '../image/index.js'
import {
  type Amount,
  add,
  type CurrencyCode,
  currencyOf,
  formatAmount,
  LEAF_AMOUNT_MAX,
  negate,
  subtract,
  ZERO,
} from '../money/index.js'
import { refuse } from '../refusals/index.js'

export type BalanceId = Id<'balance'>

const balanceFields = {
  account: ref<AccountId>(),
  currency: text<CurrencyCode>(),
  credits: money(),
  debits: money(),
  held: money(),
}

/** Why an entry was made; surfaces translate these into their own entry types. */
export type EntryType =
  | 'deposit'
  | 'withdrawal'
  | 'withdrawal_pending'
  | 'withdrawal_rejected'
  | 'transfer'
  | 'fee'
  | 'commission'
  | 'adjustment'
  | 'correction'
  | 'order_execution'
  | 'settlement'
  | 'interest'

/** One side of a posting: a positive amount credits the account, a negative one debits it. */
export interface Line {
  readonly account: AccountId
  readonly amount: Amount
}

export type PostedEntry = {
  readonly account: AccountId
  readonly currency: CurrencyCode
  readonly amount: Amount
  readonly before: Amount
  readonly after: Amount
  readonly type: EntryType
  readonly path: string
}

export interface LedgerContext extends AccessContext {
  readonly ledger: Ledger
}

export class Ledger {
  readonly balances: Table<BalanceId, typeof balanceFields>
  readonly balancesOf: Relation<AccountId>

  constructor(
    private readonly image: Image,
    private readonly hierarchy: Hierarchy,
  ) {
    this.balances = image.table('balances', 'bal', balanceFields)
    this.balancesOf = new Relation(this.balances, this.balances.account)
    image.derived(this.balancesOf)
  }

  /** The balance of an account in a currency, or NO_ROW where nothing was ever booked in it. */
  find(account: AccountId, currency: CurrencyCode): Row {
    for (let row = this.balancesOf.head(account); row !== NO_ROW; row = this.balancesOf.after(row)) {
      if (this.balances.currency.get(row) === currency) return row
    }
    return NO_ROW
  }

  posted(balance: Row): Amount {
    return balance === NO_ROW
      ? ZERO
      : subtract(this.balances.credits.get(balance), this.balances.debits.get(balance))
  }

  held(balance: Row): Amount {
    return balance === NO_ROW ? ZERO : this.balances.held.get(balance)
  }

  available(balance: Row): Amount {
    return subtract(this.posted(balance), this.held(balance))
  }

  /** Whether every currency of the account stands at exactly zero, with nothing held. */
  isEmpty(account: AccountId): boolean {
    return this.balancesOf.of(account).every((row) => this.posted(row) === ZERO && this.held(row) === ZERO)
  }

  /**
   * Books lines in one currency. Refuses a customer's balance beyond the range of a leaf and, unless the caller has
   * judged that itself, an available balance below zero. The lines must sum to zero: anything else is a broken rule.
   */
  post(
    currency: CurrencyCode,
    type: EntryType,
    lines: readonly Line[],
    options: { readonly mayOverdraw?: boolean } = {},
  ): PostedEntry[] {
    if (lines.reduce((sum, line) => sum + line.amount, 0n) !== 0n)
      throw new Error('expected the lines of a posting to sum to zero')
    return lines.map((line) => this.book(currency, type, line, options.mayOverdraw === true))
  }

  /** Sets money aside: it stays posted and is no longer available. */
  hold(account: AccountId, currency: CurrencyCode, amount: Amount): void {
    const row = this.find(account, currency)
    if (this.available(row) < amount) this.refuseShort(account, currency, row, amount)
    this.balances.held.set(row, add(this.balances.held.get(row), amount))
  }

  /** Gives back what was held. */
  release(account: AccountId, currency: CurrencyCode, amount: Amount): void {
    const row = this.find(account, currency)
    const held = subtract(this.held(row), amount)
    if (held < ZERO) throw new Error('expected no more to be released than is held')
    this.balances.held.set(row, held)
  }

  private book(currency: CurrencyCode, type: EntryType, line: Line, mayOverdraw: boolean): PostedEntry {
    const { balances, hierarchy } = this
    const account = hierarchy.accounts.row(line.account)
    const row = this.open(line.account, currency)
    const before = this.posted(row)
    const after = add(before, line.amount)
    if (hierarchy.accounts.book.get(account) === 'customer') {
      if (after > LEAF_AMOUNT_MAX || after < -LEAF_AMOUNT_MAX)
        refuse('amount_out_of_range', 'the account cannot hold an amount of that size')
      if (line.amount < ZERO && !mayOverdraw && subtract(after, balances.held.get(row)) < ZERO) {
        this.refuseShort(line.account, currency, row, negate(line.amount))
      }
    }
    if (line.amount >= ZERO) balances.credits.set(row, add(balances.credits.get(row), line.amount))
    else balances.debits.set(row, subtract(balances.debits.get(row), line.amount))
    return {
      account: line.account,
      currency,
      amount: line.amount,
      before,
      after,
      type,
      path: hierarchy.pathOfAccount(account),
    }
  }

  private open(account: AccountId, currency: CurrencyCode): Row {
    const row = this.find(account, currency)
    if (row !== NO_ROW) return row
    return this.balances.insert(this.image.newId<BalanceId>(), {
      account,
      currency,
      credits: ZERO,
      debits: ZERO,
      held: ZERO,
    })
  }

  private refuseShort(account: AccountId, currency: CurrencyCode, row: Row, needed: Amount): never {
    const kept = currencyOf(currency)
    const available = formatAmount(this.available(row), kept)
    refuse(
      'insufficient_available_balance',
      `acc_${account} has ${available} ${currency} available; ${formatAmount(needed, kept)} ${currency} is needed`,
      {
        data: { available, needed: formatAmount(needed, kept), currency },
      },
    )
  }
}

/** Entries as an event carries them. */
export const entriesData = (entries: readonly PostedEntry[]): Plain => entries as readonly Plain[]
