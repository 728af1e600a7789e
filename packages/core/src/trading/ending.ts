/** How an open order ends without being filled: cancelled by its owner or by the book, or expired. */
import type { Plain, Row } from '../image/index.js'
import type { ExecutionId } from './fields.js'
import { orderAt } from './order.js'
import { report, type UnsolicitedReason } from './reports.js'
import type { TradingContext } from './trading.js'

/** Takes an open order out, and says so. `unsolicited` is why, where its owner did not ask. */
export function removeOrder(
  context: TradingContext,
  row: Row,
  unsolicited: UnsolicitedReason | null = null,
  more: { readonly [key: string]: Plain } = {},
): ExecutionId {
  const order = orderAt(context.trading.orders, row)
  context.trading.orders.remove(row)
  order.updatedAt = context.now
  return report(context, order, 'cancelled', 'cancelled', { unsolicited, ...more })
}

export function expireOrder(context: TradingContext, row: Row): ExecutionId {
  const order = orderAt(context.trading.orders, row)
  context.trading.orders.remove(row)
  order.updatedAt = context.now
  return report(context, order, 'expired', 'expired')
}
