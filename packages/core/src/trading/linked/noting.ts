/**
 * What happens to an order that others hang on is noted as it happens; what follows from it is a step of its own right
 * behind, so that no command does more than one order's work.
 */
import { after, NO_ROW, STEP_PAUSE } from '../../image/index.js'
import type { Order } from '../order.js'
import type { TradingContext } from '../trading.js'

/** A report was made of the order: a fill, or its end. */
export function noteLinked(context: TradingContext, order: Order, isOver: boolean): void {
  const { link } = order.terms
  if (link === undefined) return
  const { contingencies } = context.trading
  const row = contingencies.find(link.primary)
  if (row === NO_ROW) return
  if (link.primary === order.id) {
    contingencies.filled.set(row, order.filled)
    if (isOver) contingencies.isClosed.set(row, true)
  }
  contingencies.nextStepAt.set(row, after(context.horizon, STEP_PAUSE))
}
