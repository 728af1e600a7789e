/** `transfers.confirm` and `transfers.cancel`: the second of two phases. */
import { command } from '../../image/index.js'
import { needsOn } from '../checks.js'
import type { LedgerContext } from '../ledger.js'
import type { TransferId } from '../tables.js'
import { bookTransfer, recordTransfer, sideOf, takeOut } from '../transfers.js'

export type TransferStep = { readonly transfer: TransferId }

export const confirmTransfer = command({
  name: 'transfers.confirm',
  scope: 'transfers:write',
  needs: ({ ledger }: LedgerContext, { transfer }: TransferStep) =>
    needsOn('transfer', sideOf(ledger, transfer, 'from'), sideOf(ledger, transfer, 'to')),
  decide(context, { transfer }) {
    bookTransfer(context, takeOut(context, transfer))
    return { transfer }
  },
})

export const cancelTransfer = command({
  name: 'transfers.cancel',
  scope: 'transfers:write',
  needs: ({ ledger }: LedgerContext, { transfer }: TransferStep) =>
    needsOn('transfer', sideOf(ledger, transfer, 'from')),
  decide(context, { transfer }) {
    recordTransfer(context, takeOut(context, transfer), 'cancelled', [])
    return { transfer }
  },
})
