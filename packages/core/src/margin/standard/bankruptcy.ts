/**
 * Bankruptcy: an account whose positions are all closed and that owes more than it has. Where the operator insures it, a
 * setting, the insurance account of the operator pays what is missing, so that the account has nothing, to the last unit;
 * no other customer bears a part. What was lost in a session that has not ended yet is paid in advance.
 */
import type { AccountId } from '../../hierarchy/index.js'
import { openOwn } from '../../hierarchy/index.js'
import { NO_ROW } from '../../image/index.js'
import { entriesData } from '../../ledger/index.js'
import {
  type Amount,
  amount,
  type CurrencyCode,
  currencyOf,
  divide,
  negate,
  powerOfTen,
} from '../../money/index.js'
import type { MarginContext } from '../margin.js'
import { marginBalance } from './figures.js'
import { holdingsOf } from './hypothesis.js'
import { currenciesOf, dollarsFor, poolFigures } from './pool.js'

export interface Shortfall {
  readonly currency: CurrencyCode
  readonly amount: Amount
}

/** What an account without positions owes, by currency: alone each, in a pool what the pool as a whole lacks. */
export function shortfallsOf(context: MarginContext, account: AccountId): readonly Shortfall[] {
  const { standard } = context.margin
  const invested = currenciesHeld(context, account)
  const found: Shortfall[] = []
  const pooled: Shortfall[] = []
  for (const currency of currenciesOf(context, account)) {
    const owed = amount(-marginBalance(standard.figures(account, currency)))
    if (owed <= 0n) continue
    if (standard.poolRate(account, currency) !== null) pooled.push({ currency, amount: owed })
    else if (!invested.has(currency)) found.push({ currency, amount: owed })
  }
  return pooled.length === 0 ? found : [...found, ...ofPool(context, account, pooled, invested)]
}

/** Of a pool: debts in alphabetical order, as far as other currencies do not pay for them. */
function ofPool(
  context: MarginContext,
  account: AccountId,
  debts: readonly Shortfall[],
  invested: ReadonlySet<CurrencyCode>,
): readonly Shortfall[] {
  const { standard } = context.margin
  if ([...invested].some((currency) => standard.poolRate(account, currency) !== null)) return []
  let missing = -poolFigures(context, account, {}).marginBalance
  const found: Shortfall[] = []
  for (const { currency, amount: owed } of debts) {
    const rate = dollarsFor(context, currency)
    if (rate === null || missing <= 0n) continue
    const unit = powerOfTen(currencyOf(currency).scale)
    const needed = divide(missing * unit, rate, 'up')
    const paid = needed < owed ? needed : owed
    missing -= divide(paid * rate, unit, 'floor')
    found.push({ currency, amount: amount(paid) })
  }
  return found
}

function currenciesHeld(context: MarginContext, account: AccountId): ReadonlySet<CurrencyCode> {
  const { instruments } = context.market
  return new Set(
    [...holdingsOf(context, account).keys()].map((id) => instruments.currency.get(instruments.row(id))),
  )
}

export const isInsured = ({ settings, now }: MarginContext, account: AccountId): boolean =>
  settings.effective('margin.insurance', account, now)

/** Pays what an insured account owes. */
export function coverShortfalls(context: MarginContext, account: AccountId): void {
  if (!isInsured(context, account)) return
  const { ledger, hierarchy, emit } = context
  for (const { currency, amount: owed } of shortfallsOf(context, account)) {
    const insurance = insuranceAccount(context)
    const lines = [
      { account, amount: owed },
      { account: insurance, amount: negate(owed) },
    ]
    const entries = ledger.post(currency, 'bankruptcy', lines, { mayOverdraw: true })
    emit({
      kind: 'account.bankruptcy_covered',
      subject: `acc_${account}`,
      paths: [hierarchy.pathOfAccount(hierarchy.accounts.row(account))],
      data: { account, currency, amount: owed, insurance, entries: entriesData(entries) },
    })
  }
}

/** The operator's insurance account, opened when it first pays. */
function insuranceAccount(context: MarginContext): AccountId {
  const { ledger, hierarchy } = context
  const known = ledger.findHouseAccount('insurance')
  if (known !== null) return known
  if (hierarchy.root === NO_ROW) throw new Error('expected an open book')
  let name = 'insurance'
  for (let number = 2; hierarchy.accountByName.has(name); number += 1) name = `insurance-${number}`
  const { parties, root } = hierarchy
  const own = { book: 'insurance', name, displayName: 'Insurance' } as const
  return openOwn(context, parties.id(root), parties.baseCurrency.get(root), own)
}
