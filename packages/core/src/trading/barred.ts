/**
 * Resting orders that nobody may trade with any more. They leave the book when somebody reaches them: those of accounts
 * that may not deal, and those that a fill has left without money and that are not cancelled yet, as there were many.
 */
import type { Row } from '../image/index.js'
import { cancelOpenOrder } from './ending.js'
import type { UnsolicitedReason } from './reports.js'
import type { TradingSession } from './session.js'
import type { TradingContext } from './trading.js'
import { isStillGood } from './unfunded.js'

/** Why the order is not to be traded with, or null. */
export function barredFor(context: TradingContext, row: Row): UnsolicitedReason | null {
  const { access, hierarchy, trading } = context
  const account = trading.orders.account.get(row)
  if (!access.mayDeal(hierarchy.accounts.row(account))) return 'account_state'
  if (trading.shortfalls.size === 0 || !trading.shortfalls.has(account)) return null
  return isStillGood(context, row) ? null : 'unfunded'
}

/** Ends such an order, unless it is good again because another has gone. It takes its share of the command, as a trade does. */
export function endBarred(context: TradingContext, session: TradingSession, row: Row): void {
  const reason = barredFor(context, row)
  if (reason === null) return
  cancelOpenOrder(context, row, reason)
  session.fills += 1
}
