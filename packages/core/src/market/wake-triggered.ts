/** A price from outside may set off what waits for it, in whatever instrument looks at it. */
import { after, type Row, STEP_PAUSE } from '../image/index.js'
import type { FollowingRoom, MarketContext } from './market.js'

/** What follows the price moves with it; orders that it triggers are the next step of their instrument. */
export function wakeTriggered({ market, horizon, now }: MarketContext, row: Row, room: FollowingRoom): void {
  const { instruments, duties } = market
  for (const duty of duties) duty.follow(row, room)
  if (instruments.state.get(row) !== 'open' || !duties.some((duty) => duty.isAwaited(row, now))) return
  const at = after(horizon, STEP_PAUSE)
  const next = instruments.nextStepAt.get(row)
  if (next === null || next > at) instruments.nextStepAt.set(row, at)
}
