/** `transfers.create`: money from one account to another, booked at once. */

import type { AccountId, Hierarchy } from '../../hierarchy/index.js'
import type { Id } from '../../image/index.js'
import { command } from '../../image/index.js'
import { type Amount, type CurrencyCode, negate, ZERO } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import { entriesData, type LedgerContext } from '../ledger.js'

export type TransferId = Id<'transfer'>

export type CreateTransfer = {
  readonly from: AccountId
  readonly to: AccountId
  readonly currency: CurrencyCode
  readonly amount: Amount
  readonly description: string | null
}

export const TRANSFER_DIRECTIONS = [
  'main_to_sub',
  'sub_to_main',
  'sub_to_sub',
  'account_to_account',
  'party_to_party',
] as const
export type TransferDirection = (typeof TRANSFER_DIRECTIONS)[number]

export const createTransfer = command({
  name: 'transfers.create',
  scope: 'transfers:write',
  needs: (_context: LedgerContext, { from, to }: CreateTransfer) => [
    { ability: 'transfer', target: { account: from } },
    { ability: 'transfer', target: { account: to } },
  ],
  approval: ({ hierarchy }, { from, currency, amount }) => ({
    kind: 'money',
    party: hierarchy.accounts.party.get(hierarchy.accounts.row(from)),
    amount: { currency, amount },
  }),
  decide(context, { from, to, currency, amount, description }) {
    const { hierarchy, ledger } = context
    if (amount <= ZERO) refuse('amount_not_positive', 'expected an amount above zero', { field: '/amount' })
    if (from === to) refuse('same_account', 'expected two accounts', { field: '/to' })
    const entries = ledger.post(currency, 'transfer', [
      { account: from, amount: negate(amount) },
      { account: to, amount },
    ])
    const transfer = context.image.newId<TransferId>()
    context.emit({
      kind: 'transfer.completed',
      subject: `trf_${transfer}`,
      paths: [...new Set(entries.map((entry) => entry.path))],
      data: {
        id: transfer,
        from,
        to,
        currency,
        amount,
        description,
        direction: directionOf(hierarchy, from, to),
        entries: entriesData(entries),
      },
    })
    return { transfer }
  },
})

/** How the two accounts are related, which decides the words that surfaces use. */
export function directionOf({ accounts }: Hierarchy, from: AccountId, to: AccountId): TransferDirection {
  const [source, target] = [accounts.row(from), accounts.row(to)]
  if (accounts.party.get(source) !== accounts.party.get(target)) return 'party_to_party'
  const [mainOfSource, mainOfTarget] = [accounts.main.get(source), accounts.main.get(target)]
  if (mainOfTarget === from) return 'main_to_sub'
  if (mainOfSource === to) return 'sub_to_main'
  return mainOfSource !== null && mainOfSource === mainOfTarget ? 'sub_to_sub' : 'account_to_account'
}
