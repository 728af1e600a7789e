/**
 * The ledger room: balances by double entry. Money only ever moves by postings whose lines sum to zero in each
 * currency, so the sum over all accounts (the outside world and the house included) is zero at every sequence.
 * A balance keeps its parts: what was credited, what was debited, what is held. `posted = credits - debits` and
 * `available = posted - held` are derived and never stored.
 */
import type { AccessContext } from '../access/index.js'
import type { AccountBook, AccountId, Hierarchy } from '../hierarchy/index.js'
import {
  type Actor,
  type Image,
  NO_ROW,
  type Plain,
  Relation,
  type Row,
  UniqueIndex,
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
import type { Settings } from '../settings/index.js'
import { Addresses } from './addresses.js'
import { Approvals } from './approvals.js'
import {
  type ApprovalId,
  type BalanceId,
  balanceFields,
  type DepositId,
  depositFields,
  type HoldId,
  holdFields,
  type ReversalId,
  reversalFields,
  type TransferId,
  transferFields,
  vendorFeeFields,
  type WithdrawalId,
  withdrawalFields,
} from './tables.js'

/** Why an entry was made; surfaces translate these into their own entry types. */
export const ENTRY_TYPES = [
  'deposit',
  'withdrawal',
  'withdrawal_pending',
  'withdrawal_rejected',
  'transfer',
  'fee',
  'commission',
  'adjustment',
  'correction',
  'order_execution',
  'settlement',
  'interest',
  'bankruptcy',
] as const
export type EntryType = (typeof ENTRY_TYPES)[number]

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

/** An approved command, to be carried out for its maker. */
export interface ApprovedCommand {
  readonly approval: ApprovalId
  readonly operation: string
  readonly input: Plain
  readonly maker: Actor
}

export interface LedgerContext extends AccessContext {
  readonly ledger: Ledger
  /** Decides a stored command under its maker's locks as they are now; its refusal is the caller's. */
  carryOut(command: ApprovedCommand): Plain
}

const tablesOf = (image: Image) => ({
  balances: image.table<BalanceId, typeof balanceFields>('balances', 'bal', balanceFields),
  deposits: image.table<DepositId, typeof depositFields>('deposits', 'dep', depositFields),
  withdrawals: image.table<WithdrawalId, typeof withdrawalFields>('withdrawals', 'wdr', withdrawalFields),
  transfers: image.table<TransferId, typeof transferFields>('transfers', 'trf', transferFields),
  holds: image.table<HoldId, typeof holdFields>('holds', 'hld', holdFields),
  reversals: image.table<ReversalId, typeof reversalFields>('reversals', 'rvs', reversalFields),
  vendorFees: image.table<AccountId, typeof vendorFeeFields>('vendor_fees', 'acc', vendorFeeFields),
})

type LedgerTables = ReturnType<typeof tablesOf>

export class Ledger {
  readonly balances: LedgerTables['balances']
  readonly deposits: LedgerTables['deposits']
  readonly withdrawals: LedgerTables['withdrawals']
  readonly transfers: LedgerTables['transfers']
  readonly holds: LedgerTables['holds']
  readonly reversals: LedgerTables['reversals']
  readonly vendorFees: LedgerTables['vendorFees']
  readonly approvals: Approvals
  readonly addresses: Addresses
  readonly balancesOf: Relation<AccountId>
  readonly depositsOf: Relation<AccountId>
  readonly withdrawalsOf: Relation<AccountId>
  readonly transfersFrom: Relation<AccountId>
  readonly transfersTo: Relation<AccountId>
  readonly holdsOf: Relation<AccountId>
  readonly reversalByOriginal: UniqueIndex<string>
  /** What later rooms keep in a customer's account: posted and not held, and yet it may not leave. */
  readonly encumbrances: ((account: AccountId, currency: CurrencyCode) => Amount)[] = []
  private readonly houseAccounts = new Map<AccountBook, AccountId>()

  constructor(
    private readonly image: Image,
    settings: Settings,
    private readonly hierarchy: Hierarchy,
  ) {
    const tables = tablesOf(image)
    this.balances = tables.balances
    this.deposits = tables.deposits
    this.withdrawals = tables.withdrawals
    this.transfers = tables.transfers
    this.holds = tables.holds
    this.reversals = tables.reversals
    this.vendorFees = tables.vendorFees
    image.enrolDue(this.transfers, this.transfers.expiresAt)
    image.enrolDue(this.holds, this.holds.expiresAt)
    this.balancesOf = new Relation(this.balances, this.balances.account)
    this.depositsOf = new Relation(this.deposits, this.deposits.account)
    this.withdrawalsOf = new Relation(this.withdrawals, this.withdrawals.account)
    this.transfersFrom = new Relation(this.transfers, this.transfers.from)
    this.transfersTo = new Relation(this.transfers, this.transfers.to)
    this.holdsOf = new Relation(this.holds, this.holds.account)
    this.reversalByOriginal = new UniqueIndex(this.reversals, this.reversals.original)
    this.approvals = new Approvals(image, settings, hierarchy)
    this.addresses = new Addresses(image)
    for (const derived of [
      this.balancesOf,
      this.depositsOf,
      this.withdrawalsOf,
      this.transfersFrom,
      this.transfersTo,
      this.holdsOf,
      this.reversalByOriginal,
    ])
      image.derived(derived)
    hierarchy.closePreconditions.push(
      {
        node: 'account',
        name: 'zero_balance',
        fault: (row) =>
          this.isEmpty(hierarchy.accounts.id(row)) ? null : 'expected a balance of zero in every currency',
      },
      {
        node: 'account',
        name: 'nothing_pending',
        fault: (row) =>
          this.isSettled(hierarchy.accounts.id(row))
            ? null
            : 'expected no deposit, withdrawal, transfer or hold on its way',
      },
    )
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

  /** Whether nothing is on its way to or from the account. */
  isSettled(account: AccountId): boolean {
    const { depositsOf, withdrawalsOf, transfersFrom, transfersTo, holdsOf } = this
    return [depositsOf, withdrawalsOf, transfersFrom, transfersTo, holdsOf].every((of) => of.isEmpty(account))
  }

  /** The operator's own account of that kind: deposits come from `outside_world`, fees go to `fees`. */
  houseAccount(book: Exclude<AccountBook, 'customer'>): AccountId {
    const account = this.findHouseAccount(book)
    if (account === null) throw new Error(`expected the operator to have an account for ${book}`)
    return account
  }

  /** The same, or null where it was never opened. */
  findHouseAccount(book: Exclude<AccountBook, 'customer'>): AccountId | null {
    const known = this.houseAccounts.get(book)
    if (known !== undefined && this.hierarchy.accounts.has(known)) return known
    const { accounts, accountsOf, parties, root } = this.hierarchy
    const own = root === NO_ROW ? [] : accountsOf.of(parties.id(root))
    const row = own.find((each) => accounts.book.get(each) === book)
    if (row === undefined) return null
    this.houseAccounts.set(book, accounts.id(row))
    return accounts.id(row)
  }

  /** Moves money from one account to another: a posting of two lines, the paying one first. */
  move(
    currency: CurrencyCode,
    amount: Amount,
    from: AccountId,
    to: AccountId,
    debit: EntryType,
    credit: EntryType = debit,
  ): [PostedEntry, PostedEntry] {
    return [
      this.book(currency, debit, from, negate(amount), false),
      this.book(currency, credit, to, amount, false),
    ]
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
    const mayOverdraw = options.mayOverdraw === true
    return lines.map(({ account, amount }) => this.book(currency, type, account, amount, mayOverdraw))
  }

  /** An entry that shows where a balance stands without moving it: a withdrawal that was asked for, or came back. */
  note(account: AccountId, currency: CurrencyCode, type: EntryType): PostedEntry {
    const posted = this.posted(this.find(account, currency))
    const path = this.hierarchy.pathOfAccount(this.hierarchy.accounts.row(account))
    return { account, currency, amount: ZERO, before: posted, after: posted, type, path }
  }

  /** Sets money aside: it stays posted and is no longer available. */
  hold(account: AccountId, currency: CurrencyCode, amount: Amount): void {
    const row = this.find(account, currency)
    if (row === NO_ROW || !this.covers(row, amount)) this.refuseShort(account, currency, row, amount)
    this.balances.held.set(row, add(this.balances.held.get(row), amount))
    this.prove(row)
  }

  /** Gives back what was held. */
  release(account: AccountId, currency: CurrencyCode, amount: Amount): void {
    const row = this.find(account, currency)
    this.balances.held.set(row, subtract(this.held(row), amount))
    this.prove(row)
  }

  /** Whether the account can pay the amount: a customer's out of what is available, the house's always. */
  canPay(account: AccountId, currency: CurrencyCode, amount: Amount): boolean {
    const { accounts } = this.hierarchy
    if (accounts.book.get(accounts.row(account)) !== 'customer') return true
    const row = this.find(account, currency)
    return row === NO_ROW ? amount <= ZERO : this.covers(row, amount)
  }

  private covers(balance: Row, amount: Amount): boolean {
    return this.free(balance) >= amount
  }

  /** What may leave: available, and not kept back for positions and orders. */
  private free(balance: Row): Amount {
    const { balances, encumbrances } = this
    let kept = this.available(balance)
    for (const encumbrance of encumbrances)
      kept = subtract(kept, encumbrance(balances.account.get(balance), balances.currency.get(balance)))
    return kept
  }

  private book(
    currency: CurrencyCode,
    type: EntryType,
    account: AccountId,
    amount: Amount,
    mayOverdraw: boolean,
  ): PostedEntry {
    const { balances, hierarchy } = this
    const owner = hierarchy.accounts.row(account)
    const row = this.open(account, currency)
    const credits = balances.credits.get(row)
    const debits = balances.debits.get(row)
    const before = subtract(credits, debits)
    const after = add(before, amount)
    if (hierarchy.accounts.book.get(owner) === 'customer') {
      if (after > LEAF_AMOUNT_MAX || after < -LEAF_AMOUNT_MAX)
        refuse('amount_out_of_range', 'the account cannot hold an amount of that size')
      if (amount < ZERO && !mayOverdraw && !this.covers(row, negate(amount)))
        this.refuseShort(account, currency, row, negate(amount))
    }
    if (amount >= ZERO) balances.credits.set(row, add(credits, amount))
    else balances.debits.set(row, subtract(debits, amount))
    this.prove(row, after)
    return { account, currency, amount, before, after, type, path: hierarchy.pathOfAccount(owner) }
  }

  /** After every write: the parts of a balance are what they have to be. Anything else is broken, not refused. */
  private prove(row: Row, expected?: Amount): void {
    const { credits, debits, held } = this.balances
    const [credited, debited] = [credits.get(row), debits.get(row)]
    if (credited < ZERO || debited < ZERO || held.get(row) < ZERO)
      throw new Error(`expected no negative part of balance ${this.balances.id(row)}`)
    if (expected !== undefined && credited - debited !== expected)
      throw new Error(`expected balance ${this.balances.id(row)} to be posted at ${expected}`)
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
    const available = formatAmount(row === NO_ROW ? ZERO : this.free(row), kept)
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
