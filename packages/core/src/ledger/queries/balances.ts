/** `balances.list` and `balances.get`: what an account holds. */
import { type AccountId, checkCurrency } from '../../hierarchy/index.js'
import { query, type Row } from '../../image/index.js'
import type { Amount, CurrencyCode } from '../../money/index.js'
import { ZERO } from '../../money/index.js'
import { needsOn } from '../checks.js'
import type { Ledger, LedgerContext } from '../ledger.js'

export interface BalanceView {
  readonly account: AccountId
  readonly currency: CurrencyCode
  readonly posted: Amount
  readonly held: Amount
  readonly available: Amount
  readonly credits: Amount
  readonly debits: Amount
}

export const listBalances = query({
  name: 'balances.list',
  scope: 'balances:read',
  needs: (_context: LedgerContext, { account }: { readonly account: AccountId }) => needsOn('read', account),
  /** Every currency in which something was ever booked, in alphabetical order. */
  read: ({ ledger }, { account }): { readonly balances: readonly BalanceView[] } => ({
    balances: ledger.balancesOf
      .of(account)
      .map((row) => viewOf(ledger, account, ledger.balances.currency.get(row), row))
      .sort((left, right) => (left.currency < right.currency ? -1 : 1)),
  }),
})

export const getBalance = query({
  name: 'balances.get',
  scope: 'balances:read',
  needs: (
    _context: LedgerContext,
    { account }: { readonly account: AccountId; readonly currency: CurrencyCode },
  ) => needsOn('read', account),
  read({ ledger }, { account, currency }): BalanceView {
    checkCurrency(currency, '/currency')
    return viewOf(ledger, account, currency, ledger.find(account, currency))
  },
})

function viewOf(ledger: Ledger, account: AccountId, currency: CurrencyCode, row: Row): BalanceView {
  const { credits, debits } = ledger.balances
  return {
    account,
    currency,
    posted: ledger.posted(row),
    held: ledger.held(row),
    available: ledger.available(row),
    credits: row < 0 ? ZERO : credits.get(row),
    debits: row < 0 ? ZERO : debits.get(row),
  }
}
