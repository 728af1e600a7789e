/**
 * `positions.move`: positions go from one account to another of the same main account: all legs or none (deribit section
 * 5.4). Money stays where it is, but for the price of options; both accounts have to hold the margin behind it. It opens
 * no new interest, costs no fee and is no price of the market.
 */
import { NOWHERE } from '../../access/index.js'
import { command } from '../../image/index.js'
import type { Quantity } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import { tradeNeeds } from '../access.js'
import { followUp } from '../entering.js'
import { refuseFor } from '../faults.js'
import { countMove } from '../moves/allowance.js'
import { checkLegs, checkMargin, checkMoveSides, excessesOf } from '../moves/checks.js'
import { type MoveLeg, moveLeg, type Sides } from '../moves/moving.js'
import { TradingSession } from '../session.js'
import type { TradingContext } from '../trading.js'

export type MovePositions = Sides & { readonly legs: readonly MoveLeg[] }

export const movePositions = command({
  name: 'positions.move',
  scope: 'orders:write',
  needs: (_context: TradingContext, { from, to }: Partial<MovePositions>) =>
    [from, to].flatMap((account) =>
      account === undefined ? [{ ability: 'trade' as const, target: NOWHERE }] : tradeNeeds(account, 'trade'),
    ),
  decide(context, { from, to, legs }: MovePositions) {
    const sides = { from, to }
    const main = checkMoveSides(context, sides)
    const currency = checkLegs(context, sides, legs)
    checkCarried(context, sides)
    const move = countMove(context, main)
    const before = excessesOf(context, sides, currency)
    const moved = legs.map((leg) => {
      const held = context.trading.held(to, leg.instrument)
      const booked = moveLeg(context, sides, leg, move)
      checkTaken(context, sides, leg, held)
      return booked
    })
    const session = new TradingSession()
    session.accounts.add(from).add(to)
    followUp(context, session)
    checkMargin(context, sides, currency, before)
    return { move, legs: moved }
  },
})

function checkCarried({ trading }: TradingContext, { from, to }: Sides): void {
  for (const account of [from, to])
    if (trading.funds?.carriesDerivatives(account) === false)
      refuse('order_rejected', `acc_${account} carries no derivatives: its type has no margin for them`, {
        data: { reason: 'account_type' },
      })
}

/** What limits say of the account that holds more now. */
function checkTaken(
  context: TradingContext,
  { from, to }: Sides,
  { instrument }: MoveLeg,
  before: Quantity,
): void {
  for (const check of context.trading.checks) {
    const found = check.taken?.(context, { from, account: to, instrument, before }) ?? null
    if (found !== null) refuseFor(found)
  }
}
