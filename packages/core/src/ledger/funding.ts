/** What deposits, withdrawals and cash movements have in common: one shape of event, from which history is made. */
import type { AccountId } from '../hierarchy/index.js'
import type { Id, Instant, Row } from '../image/index.js'
import type { Amount, CurrencyCode } from '../money/index.js'
import { entriesData, type LedgerContext, type PostedEntry } from './ledger.js'
import type { WithdrawalPriority } from './tables.js'

export const FUNDING_STATES = [
  'pending',
  'acknowledged',
  'completed',
  'confirmed',
  'rejected',
  'cancelled',
] as const
export type FundingState = (typeof FUNDING_STATES)[number]

const KINDS = {
  deposit: { prefix: 'dep', began: 'deposit.requested' },
  withdrawal: { prefix: 'wdr', began: 'withdrawal.requested' },
  cash_movement: { prefix: 'csm', began: 'cash_movement.requested' },
} as const
export type FundingKind = keyof typeof KINDS

/** A movement of money between the outside, or a funding account, and an account. */
export type Funding = {
  readonly id: Id
  readonly kind: FundingKind
  readonly account: AccountId
  /** The other side: the outside world, or the funding account of a cash movement. */
  readonly counterAccount: AccountId
  readonly currency: CurrencyCode
  readonly amount: Amount
  readonly reference: string | null
  readonly description: string | null
  /** Why cash was moved: deposit, withdrawal or vendor fees. */
  readonly purpose: string | null
  /** Outside, where it is known. */
  readonly address: string | null
  /** Of a withdrawal. */
  readonly fee: Amount | null
  readonly priority: WithdrawalPriority | null
  readonly createdAt: Instant
}

/** Says what became of a movement. `cause` is why it was rejected or cancelled. */
export function recordFunding(
  context: LedgerContext,
  funding: Funding,
  state: FundingState,
  entries: readonly PostedEntry[],
  cause: string | null = null,
): void {
  const { ledger, hierarchy } = context
  const own = entries.find((entry) => entry.account === funding.account)
  const posted = ledger.posted(ledger.find(funding.account, funding.currency))
  const { prefix, began } = KINDS[funding.kind]
  const path = hierarchy.pathOfAccount(hierarchy.accounts.row(funding.account))
  const counterPath = hierarchy.pathOfAccount(hierarchy.accounts.row(funding.counterAccount))
  context.emit({
    kind: state === 'pending' ? began : `${funding.kind}.${state}`,
    subject: `${prefix}_${funding.id}`,
    paths: path === counterPath ? [path] : [path, counterPath],
    data: {
      ...funding,
      state,
      before: own?.before ?? posted,
      after: own?.after ?? posted,
      cause,
      entries: entriesData(entries),
    },
  })
}

/** Only withdrawals have a fee, and a priority. */
export const NO_FEE = { fee: null, priority: null } as const

export function depositOf({ ledger }: LedgerContext, row: Row): Funding {
  const { state: _state, ...kept } = ledger.deposits.read(row)
  const counterAccount = ledger.houseAccount('outside_world')
  const id = ledger.deposits.id(row)
  return { id, kind: 'deposit', counterAccount, purpose: null, ...NO_FEE, ...kept }
}

export function withdrawalOf({ ledger }: LedgerContext, row: Row): Funding {
  const counterAccount = ledger.houseAccount('outside_world')
  const kept = ledger.withdrawals.read(row)
  return { id: ledger.withdrawals.id(row), kind: 'withdrawal', counterAccount, purpose: null, ...kept }
}

/** Books a deposit: the money comes from the outside world. */
export function bookDeposit(context: LedgerContext, funding: Funding): void {
  const { account, counterAccount, currency, amount } = funding
  const entries = context.ledger.move(currency, amount, counterAccount, account, 'deposit')
  recordFunding(context, funding, 'completed', entries)
}
