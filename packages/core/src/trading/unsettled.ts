/**
 * Trades of instruments that settle some days later are booked on the trade date; until they settle, what a sale brought
 * may be traded with but not taken out. One row for each account, currency and settlement date.
 */
import type { AccountId } from '../hierarchy/index.js'
import { type Id, NO_ROW, type Row } from '../image/index.js'
import { startOfWeekdayAfter } from '../ledger/index.js'
import { type Amount, add, type CurrencyCode, negate, ZERO } from '../money/index.js'
import type { UnsettledId } from './fields.js'
import type { TradingContext } from './trading.js'

/** Money that was booked for a trade: above zero what came in. */
export function recordUnsettled(
  context: TradingContext,
  {
    account,
    instrument,
    currency,
  }: { readonly account: AccountId; readonly instrument: Row; readonly currency: CurrencyCode },
  money: Amount,
): void {
  const { market, trading, image, now } = context
  const days = market.instruments.settlementDays.get(instrument)
  if (days === 0 || money === ZERO) return
  const settlesAt = startOfWeekdayAfter(now, days)
  const { unsettled, unsettledOf } = trading
  let row = unsettledOf.head(account)
  while (
    row !== NO_ROW &&
    (unsettled.currency.get(row) !== currency || unsettled.settlesAt.get(row) !== settlesAt)
  )
    row = unsettledOf.after(row)
  if (row === NO_ROW)
    row = unsettled.insert(image.newId<UnsettledId>(), {
      account,
      currency,
      credits: ZERO,
      debits: ZERO,
      settlesAt,
    })
  if (money > ZERO) unsettled.credits.set(row, add(unsettled.credits.get(row), money))
  else unsettled.debits.set(row, add(unsettled.debits.get(row), negate(money)))
}

/** What is due has settled: it counts as any other money from now on. */
export function settleUnsettled({ trading, hierarchy, emit }: TradingContext, id: Id): void {
  const { unsettled } = trading
  const row = unsettled.row(id as UnsettledId)
  const { settlesAt: _at, ...settled } = unsettled.read(row)
  unsettled.remove(row)
  emit({
    kind: 'trades.settled',
    subject: `acc_${settled.account}`,
    paths: [hierarchy.pathOfAccount(hierarchy.accounts.row(settled.account))],
    data: settled,
  })
}
