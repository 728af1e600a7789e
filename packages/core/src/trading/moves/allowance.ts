/**
 * How often a main account may move positions: so many times in any 168 hours (deribit section 5.4), whichever surface
 * asks. What counts is what was moved; a refusal is no move.
 */
import type { AccountId } from '../../hierarchy/index.js'
import { after, DAY, type Row, SECOND } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { TradingContext } from '../trading.js'
import type { MoveId } from './fields.js'

export const MOVES_COUNTED_FOR = 7 * DAY

/** Counts one more move, or refuses it with the whole seconds after which there is room for one. */
export function countMove(context: TradingContext, main: AccountId): MoveId {
  const { trading, settings, image, now } = context
  const { moves, movesOf } = trading
  const most = settings.effective('positions.moves_per_week', main, now)
  const isCounted = (row: Row): boolean => after(moves.movedAt.get(row), MOVES_COUNTED_FOR) > now
  const known = movesOf.of(main)
  const counted = known.filter(isCounted)
  for (const row of known.filter((each) => !isCounted(each))) moves.remove(row)
  const last = counted[counted.length - most]
  if (last !== undefined) {
    const wait = Math.ceil((after(moves.movedAt.get(last), MOVES_COUNTED_FOR) - now) / SECOND)
    refuse('moves_exceeded', `the main account has moved positions ${most} times in 168 hours`, {
      data: { limit: most, wait },
    })
  }
  const move = image.newId<MoveId>()
  moves.insert(move, { main, movedAt: now })
  return move
}
