/** `holds.release`: what is left of a hold is available again. */
import { command } from '../../image/index.js'
import { accountOf, needsOn } from '../checks.js'
import { lowerHold, recordHold } from '../holds.js'
import type { LedgerContext } from '../ledger.js'
import type { HoldId } from '../tables.js'

export type ReleaseHold = { readonly hold: HoldId }

export const releaseHold = command({
  name: 'holds.release',
  scope: 'holds:write',
  needs: ({ ledger }: LedgerContext, { hold }: ReleaseHold) =>
    needsOn('transfer', accountOf(ledger.holds, hold)),
  decide(context, { hold }) {
    const { holds } = context.ledger
    const row = holds.row(hold)
    const before = holds.amount.get(row)
    const after = lowerHold(context, row, before)
    recordHold(context, row, 'released', { before, after })
    holds.remove(row)
    return { hold }
  },
})
