/** `holds.create`: an amount is set aside. It stays posted and is no longer available. */
import type { AccountId } from '../../hierarchy/index.js'
import { after, command, type Instant, SECOND } from '../../image/index.js'
import { type Amount, type CurrencyCode, ZERO } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import { checkDescription, checkExpiry, checkMoney, needsOn } from '../checks.js'
import { recordHold } from '../holds.js'
import type { LedgerContext } from '../ledger.js'
import type { HoldId } from '../tables.js'

export type CreateHold = {
  readonly account: AccountId
  readonly currency: CurrencyCode
  readonly amount: Amount
  readonly reason: string
  /** Null: at the end of the longest life of a hold, which is a setting. */
  readonly expiresAt: Instant | null
}

export const createHold = command({
  name: 'holds.create',
  scope: 'holds:write',
  needs: (_context: LedgerContext, { account }: CreateHold) => needsOn('transfer', account),
  decide(context, { account, currency, amount, reason, expiresAt }) {
    checkMoney(currency, amount)
    checkDescription(reason, '/reason')
    checkExpiry(expiresAt, context.now)
    const { ledger, image, now, settings } = context
    const latest = after(now, settings.effective('holds.life_seconds_max', account, now) * SECOND)
    if (expiresAt !== null && expiresAt > latest)
      refuse('malformed', 'expected a hold to expire within its longest life', { field: '/expires_at' })
    ledger.hold(account, currency, amount)
    const hold = image.newId<HoldId>()
    const row = ledger.holds.insert(hold, {
      account,
      currency,
      amount,
      reason,
      expiresAt: expiresAt ?? latest,
      createdAt: now,
    })
    recordHold(context, row, 'created', { before: ZERO, after: amount })
    return { hold }
  },
})
