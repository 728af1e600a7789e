/**
 * The tables of the ledger room. Only what is unfinished is in them: a movement that was completed, rejected,
 * cancelled or has expired leaves the image, and history keeps how it ended.
 */
import type { AccountId, PartyId } from '../hierarchy/index.js'
import {
  choice,
  exactOrNull,
  type Id,
  money,
  type Plain,
  ref,
  refOrNull,
  text,
  textOrNull,
  time,
  timeOrNull,
  value,
} from '../image/index.js'
import type { Amount, CurrencyCode } from '../money/index.js'
import { APPROVAL_KINDS } from '../settings/index.js'

export type BalanceId = Id<'balance'>
export type DepositId = Id<'deposit'>
export type WithdrawalId = Id<'withdrawal'>
export type TransferId = Id<'transfer'>
export type HoldId = Id<'hold'>
export type ReversalId = Id<'reversal'>
export type ApprovalId = Id<'approval'>

export const balanceFields = {
  account: ref<AccountId>(),
  currency: text<CurrencyCode>(),
  credits: money(),
  debits: money(),
  held: money(),
}

const fundingFields = {
  account: ref<AccountId>(),
  currency: text<CurrencyCode>(),
  amount: money(),
  /** The outside world's own reference. */
  reference: textOrNull(),
  description: textOrNull(),
  /** Where it comes in, or where it goes to, outside; null where that is known elsewhere. */
  address: textOrNull(),
  createdAt: time(),
}

/** Deposits that are on their way. */
export const depositFields = { ...fundingFields, state: choice(['pending', 'acknowledged']) }

/** How soon it is to leave, where the outside world knows such a thing. */
export const WITHDRAWAL_PRIORITIES = [
  'insane',
  'extreme_high',
  'very_high',
  'high',
  'mid',
  'low',
  'very_low',
] as const
export type WithdrawalPriority = (typeof WITHDRAWAL_PRIORITIES)[number]

/** Withdrawals that are asked for: their amount and their fee are held. */
export const withdrawalFields = {
  ...fundingFields,
  /** Taken beside the amount; null: none. */
  fee: exactOrNull<Amount>(),
  priority: textOrNull<WithdrawalPriority>(),
}

export const TRANSFER_DIRECTIONS = [
  'main_to_sub',
  'sub_to_main',
  'sub_to_sub',
  'account_to_account',
  'party_to_party',
] as const
export type TransferDirection = (typeof TRANSFER_DIRECTIONS)[number]

/** Transfers that are prepared: their amount is held at the source. */
export const transferFields = {
  from: ref<AccountId>(),
  to: ref<AccountId>(),
  currency: text<CurrencyCode>(),
  amount: money(),
  description: textOrNull(),
  direction: choice(TRANSFER_DIRECTIONS),
  expiresAt: timeOrNull(),
  createdAt: time(),
}

export const holdFields = {
  account: ref<AccountId>(),
  currency: text<CurrencyCode>(),
  /** What is still held; captures lower it. */
  amount: money(),
  reason: text(),
  expiresAt: timeOrNull(),
  createdAt: time(),
}

/** Which postings were reversed, for ever: each at most once. */
export const reversalFields = {
  /** `sequence:subject` of the posting. */
  original: text(),
  createdAt: time(),
}

/** The last business day on which vendor fees were taken, by the id of the account. */
export const vendorFeeFields = { businessDate: text() }

export const APPROVAL_STATES = ['open', 'approved', 'rejected', 'withdrawn'] as const

/** Commands that wait for a second person, and until they would have expired also how they were decided. */
export const approvalFields = {
  operation: text(),
  kind: choice(APPROVAL_KINDS),
  /** The node whose policy asked for it. */
  party: ref<PartyId>(),
  input: value<Plain>(),
  makerCredential: ref<Id>(),
  /** The user whom the maker's credential acted as; null: the credential's own. */
  makerActingAs: refOrNull<Id>(),
  makerUser: refOrNull<Id>(),
  state: choice(APPROVAL_STATES),
  decidedBy: refOrNull<Id>(),
  expiresAt: timeOrNull(),
  createdAt: time(),
}
