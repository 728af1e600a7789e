/** Prices that set off what waits for them: an order names one, or follows the trigger of its instrument. */
import { after, type Row, STEP_PAUSE } from '../image/index.js'
import type { MarketContext } from './market.js'

export const ORDER_TRIGGERS = ['last_trade', 'published_price', 'index_price'] as const
export type OrderTrigger = (typeof ORDER_TRIGGERS)[number]

/** Orders that a published price triggers are the next step of their instrument. */
export function wakeTriggered({ market, horizon }: MarketContext, row: Row): void {
  const { instruments, duties } = market
  if (instruments.state.get(row) !== 'open' || !duties.some((duty) => duty.isTriggered(row))) return
  const at = after(horizon, STEP_PAUSE)
  const next = instruments.nextStepAt.get(row)
  if (next === null || next > at) instruments.nextStepAt.set(row, at)
}
