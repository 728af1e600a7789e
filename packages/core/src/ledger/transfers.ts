/** What the commands and the expiry of transfers share. */
import type { AccountId, Hierarchy } from '../hierarchy/index.js'
import { type ApprovalSubject, type Instant, NO_ROW, type Row } from '../image/index.js'
import type { Amount, CurrencyCode } from '../money/index.js'
import { refuse } from '../refusals/index.js'
import { entriesData, type Ledger, type LedgerContext, type PostedEntry } from './ledger.js'
import type { TransferDirection, TransferId } from './tables.js'

export const TRANSFER_STATES = ['prepared', 'completed', 'cancelled', 'expired'] as const
export type TransferState = (typeof TRANSFER_STATES)[number]

export type Transfer = {
  readonly id: TransferId
  readonly from: AccountId
  readonly to: AccountId
  readonly currency: CurrencyCode
  readonly amount: Amount
  readonly description: string | null
  readonly direction: TransferDirection
  readonly createdAt: Instant
}

export function checkSides(from: AccountId, to: AccountId): void {
  if (from === to) refuse('same_account', 'expected two accounts', { field: '/to' })
}

/** The policy that counts is that of the party whose money goes. */
export const transferSubject = (
  { hierarchy }: LedgerContext,
  { from, currency, amount }: Pick<Transfer, 'from' | 'currency' | 'amount'>,
): ApprovalSubject => ({
  kind: 'money',
  party: hierarchy.accounts.party.get(hierarchy.accounts.row(from)),
  amount: { currency, amount },
})

/** How the two accounts are related, which decides the words that surfaces use. */
export function directionOf({ accounts }: Hierarchy, from: AccountId, to: AccountId): TransferDirection {
  const source = accounts.row(from)
  const target = accounts.row(to)
  if (accounts.party.get(source) !== accounts.party.get(target)) return 'party_to_party'
  const mainOfSource = accounts.main.get(source)
  const mainOfTarget = accounts.main.get(target)
  if (mainOfTarget === from) return 'main_to_sub'
  if (mainOfSource === to) return 'sub_to_main'
  return mainOfSource !== null && mainOfSource === mainOfTarget ? 'sub_to_sub' : 'account_to_account'
}

export function bookTransfer(context: LedgerContext, transfer: Transfer): void {
  const { from, to, currency, amount } = transfer
  recordTransfer(context, transfer, 'completed', context.ledger.move(currency, amount, from, to, 'transfer'))
}

export function recordTransfer(
  { hierarchy, emit }: LedgerContext,
  transfer: Transfer,
  state: TransferState,
  entries: readonly PostedEntry[],
): void {
  const path = entries[0]?.path ?? hierarchy.pathOfAccount(hierarchy.accounts.row(transfer.from))
  const counterPath = entries[1]?.path ?? hierarchy.pathOfAccount(hierarchy.accounts.row(transfer.to))
  const { id, from, to, currency, amount, description, direction, createdAt } = transfer
  emit({
    kind: `transfer.${state}`,
    subject: `trf_${id}`,
    paths: path === counterPath ? [path] : [path, counterPath],
    data: {
      id,
      state,
      from,
      to,
      currency,
      amount,
      description,
      direction,
      createdAt,
      entries: entriesData(entries),
    },
  })
}

/** A prepared transfer as an event tells of it. */
export function preparedOf({ ledger: { transfers } }: LedgerContext, row: Row): Transfer {
  const { expiresAt: _expiresAt, ...kept } = transfers.read(row)
  return { id: transfers.id(row), ...kept }
}

/** Takes a prepared transfer out of the image and gives back what it held. */
export function takeOut(context: LedgerContext, id: TransferId): Transfer {
  const { ledger } = context
  const row = ledger.transfers.row(id)
  const transfer = preparedOf(context, row)
  ledger.transfers.remove(row)
  ledger.release(transfer.from, transfer.currency, transfer.amount)
  return transfer
}

/** One side of a prepared transfer, or null where there is no such transfer. */
export function sideOf({ transfers }: Ledger, id: TransferId, side: 'from' | 'to'): AccountId | null {
  const row = transfers.find(id)
  return row === NO_ROW ? null : transfers[side].get(row)
}
