/** `transfers.create`: money from one account to another, booked at once. */
import type { AccountId } from '../../hierarchy/index.js'
import { command } from '../../image/index.js'
import type { Amount, CurrencyCode } from '../../money/index.js'
import { checkDescription, checkMoney, needsOn } from '../checks.js'
import type { LedgerContext } from '../ledger.js'
import type { TransferId } from '../tables.js'
import { bookTransfer, checkSides, directionOf, transferSubject } from '../transfers.js'

export type CreateTransfer = {
  readonly from: AccountId
  readonly to: AccountId
  readonly currency: CurrencyCode
  readonly amount: Amount
  readonly description: string | null
}

export const createTransfer = command({
  name: 'transfers.create',
  scope: 'transfers:write',
  needs: (_context: LedgerContext, { from, to }: CreateTransfer) => needsOn('transfer', from, to),
  approval: (context, input) => transferSubject(context, input),
  decide(context, { from, to, currency, amount, description }) {
    checkMoney(currency, amount)
    checkDescription(description)
    checkSides(from, to)
    const transfer = context.image.newId<TransferId>()
    const direction = directionOf(context.hierarchy, from, to)
    const createdAt = context.now
    bookTransfer(context, { id: transfer, from, to, currency, amount, description, direction, createdAt })
    return { transfer }
  },
})
