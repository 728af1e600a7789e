/** A price from outside may set off what waits for it, in whatever instrument looks at it. */
import { after, type Row, STEP_PAUSE } from '../image/index.js'
import type { MarketContext } from './market.js'

/** Orders that a published price triggers are the next step of their instrument. */
export function wakeTriggered({ market, horizon }: MarketContext, row: Row): void {
  const { instruments, duties } = market
  if (instruments.state.get(row) !== 'open' || !duties.some((duty) => duty.isTriggered(row))) return
  const at = after(horizon, STEP_PAUSE)
  const next = instruments.nextStepAt.get(row)
  if (next === null || next > at) instruments.nextStepAt.set(row, at)
}
