/**
 * Open orders that a fill or a correction has taken the ground from: not paid for any more, sales of what is not held,
 * and orders that may only reduce where there is nothing left to reduce. The newest goes first.
 */
import { NO_ROW, type Row } from '../image/index.js'
import { cancelOpenOrder } from './ending.js'
import { SIDES, type Side } from './fields.js'
import { kindRules } from './kinds/kind-rules.js'
import type { Order } from './order.js'
import type { TradingSession } from './session.js'
import type { TradingContext } from './trading.js'

/**
 * After a fill, open orders that the account cannot pay for any more are cancelled, in each of its instruments on its
 * own: the newest first, so that what waited longest stays (polymarket-us section 10; the order is not documented there).
 */
export function cancelUnfunded(context: TradingContext, session: TradingSession): void {
  const { trading, market } = context
  const { funds } = trading
  if (funds === null) return
  for (const account of session.accounts) {
    for (const { instrument } of trading.openOrders.of(account)) {
      const row = market.instruments.row(instrument)
      cancelOversold(context, account, row)
      cancelNotReducing(context, account, row)
      if (funds.isAmplyFunded(account, market.instruments.currency.get(row))) continue
      while (!funds.isFunded(account, row)) {
        const exposure = trading.openOrders.find(account, instrument)
        if (exposure === null) break
        const newest = newestOf(context, account, instrument, trading.openOrders.sideThatCosts(exposure))
        if (newest === NO_ROW) break
        cancelOpenOrder(context, newest, 'unfunded')
      }
    }
  }
  session.accounts.clear()
}

/** Sales of what the account no longer holds go, where it may not be short: a correction can take it away. */
function cancelOversold(context: TradingContext, account: Order['account'], instrument: Row): void {
  const { trading, market } = context
  if (kindRules(market.instruments.kind.get(instrument)).canBeShort) return
  const id = market.instruments.id(instrument)
  while ((trading.openOrders.find(account, id)?.offerQuantity ?? 0n) > trading.held(account, id)) {
    const newest = newestOf(context, account, id, 'sell')
    if (newest === NO_ROW) return
    cancelOpenOrder(context, newest, 'unfunded')
  }
}

/** Orders that may only reduce go, the newest first, while what is open on their side exceeds the position. */
function cancelNotReducing(context: TradingContext, account: Order['account'], instrument: Row): void {
  const { trading, market } = context
  const id = market.instruments.id(instrument)
  for (const side of SIDES) {
    for (;;) {
      const exposure = trading.openOrders.find(account, id)
      if (exposure === null || exposure.reduceOnlyOrders === 0) return
      const held = trading.held(account, id)
      const reducible = side === 'sell' ? held : -held
      const open = side === 'sell' ? exposure.offerQuantity : exposure.bidQuantity
      if (open <= reducible) break
      const newest = newestOf(context, account, id, side, (row) => trading.orders.terms.get(row).reduceOnly)
      if (newest === NO_ROW) break
      cancelOpenOrder(context, newest, 'would_not_reduce')
    }
  }
}

/** The newest open order of the account in the instrument on a side, among those that are meant. */
function newestOf(
  { trading: { orders, ordersOf } }: TradingContext,
  account: Order['account'],
  instrument: Order['instrument'],
  side: Side,
  isMeant: (row: Row) => boolean = () => true,
): Row {
  let newest = NO_ROW
  for (let row = ordersOf.head(account); row !== NO_ROW; row = ordersOf.after(row)) {
    if (orders.instrument.get(row) !== instrument || orders.side.get(row) !== side) continue
    if (orders.state.get(row) === 'pending_cancel' || !isMeant(row)) continue
    if (newest === NO_ROW || orders.id(row) > orders.id(newest)) newest = row
  }
  return newest
}
