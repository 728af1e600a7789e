/** `transfers.prepare`: the first of two phases. The amount is held until the transfer is confirmed, cancelled or expires. */
import { after, command, type Instant, SECOND } from '../../image/index.js'
import { checkDescription, checkExpiry, checkMoney, needsOn } from '../checks.js'
import type { LedgerContext } from '../ledger.js'
import type { TransferId } from '../tables.js'
import { checkSides, directionOf, preparedOf, recordTransfer, transferSubject } from '../transfers.js'
import type { CreateTransfer } from './create-transfer.js'

export type PrepareTransfer = CreateTransfer & {
  /** Null: after the life of a prepared transfer, which is a setting. */
  readonly expiresAt: Instant | null
}

export const prepareTransfer = command({
  name: 'transfers.prepare',
  scope: 'transfers:write',
  needs: (_context: LedgerContext, { from, to }: PrepareTransfer) => needsOn('transfer', from, to),
  approval: (context, input) => transferSubject(context, input),
  decide(context, { from, to, currency, amount, description, expiresAt }) {
    checkMoney(currency, amount)
    checkDescription(description)
    checkSides(from, to)
    checkExpiry(expiresAt, context.now)
    const { ledger, hierarchy, image, now, settings } = context
    ledger.hold(from, currency, amount)
    const transfer = image.newId<TransferId>()
    const direction = directionOf(hierarchy, from, to)
    const life = settings.effective('transfers.prepared_life_seconds', from, now) * SECOND
    const kept = {
      from,
      to,
      currency,
      amount,
      description,
      direction,
      expiresAt: expiresAt ?? after(now, life),
      createdAt: now,
    }
    const row = ledger.transfers.insert(transfer, kept)
    recordTransfer(context, preparedOf(context, row), 'prepared', [])
    return { transfer }
  },
})
