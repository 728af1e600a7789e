/**
 * How an open order ends without being filled: cancelled by its owner or by the book, or expired. What an outside venue
 * holds is asked back, and ends when the venue says so.
 */
import { NO_ROW, type Plain, type Row } from '../image/index.js'
import { orderAt } from './order.js'
import { report, type UnsolicitedReason } from './reports.js'
import type { TradingContext } from './trading.js'
import { venueOf } from './venues/messages.js'
import { requestCancel } from './venues/pending.js'

/** States of an instrument in which nothing can be taken back (polymarket-us section 11). */
const FROZEN: ReadonlySet<string> = new Set(['halted', 'closed'])

/** The state in which an order's instrument is, where it keeps its owner from taking the order back; null elsewhere. */
export function frozenState({ trading, market }: TradingContext, row: Row): string | null {
  const state = market.state(market.instruments.row(trading.orders.instrument.get(row)))
  return FROZEN.has(state) ? state : null
}

/** Ends an open order. `unsolicited` is why, where its owner did not ask. */
export function cancelOpenOrder(
  context: TradingContext,
  row: Row,
  unsolicited: UnsolicitedReason | null = null,
): void {
  const venue = venueHolding(context, row)
  if (venue === NO_ROW) takeOut(context, row, 'cancelled', { unsolicited })
  else if (context.trading.orders.state.get(row) !== 'pending_cancel') requestCancel(context, venue, row)
}

export function expireOpenOrder(context: TradingContext, row: Row): void {
  const venue = venueHolding(context, row)
  if (venue === NO_ROW) {
    takeOut(context, row, 'expired')
    return
  }
  context.trading.orders.expiresAt.set(row, null)
  cancelOpenOrder(context, row)
}

/** Takes an open order out, and says how it ended. */
export function takeOut(
  context: TradingContext,
  row: Row,
  how: 'cancelled' | 'expired' | 'rejected',
  more: { readonly [key: string]: Plain } = {},
): void {
  const order = orderAt(context.trading.orders, row)
  context.trading.orders.remove(row)
  order.updatedAt = context.now
  report(context, order, how, how, more)
}

const venueHolding = (context: TradingContext, row: Row): Row =>
  venueOf(context, context.market.instruments.row(context.trading.orders.instrument.get(row)))
