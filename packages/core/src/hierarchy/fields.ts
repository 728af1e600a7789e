/** The tables of the hierarchy room: what is kept of parties, accounts, groups, templates and blocks. */
import {
  choice,
  count,
  flag,
  type Id,
  type Plain,
  ref,
  refOrNull,
  text,
  textOrNull,
  time,
  timeOrNull,
  value,
} from '../image/index.js'
import type { CurrencyCode } from '../money/index.js'

export type PartyId = Id<'party'>
export type AccountId = Id<'account'>
export type GroupId = Id<'group'>
export type BlockId = Id<'block'>
export type TemplateId = Id<'template'>

export const PARTY_KINDS = ['clearing_house', 'clearing_member', 'participant', 'client'] as const
export type PartyKind = (typeof PARTY_KINDS)[number]

export const NODE_STATUSES = ['active', 'suspended', 'closed'] as const
export type NodeStatus = (typeof NODE_STATUSES)[number]

export const KYC_STATES = ['none', 'pending', 'review', 'resubmit', 'approved', 'rejected'] as const
export type KycState = (typeof KYC_STATES)[number]

/** Where an account is on the way to the clearing firm's approval. */
export const ACCOUNT_STAGES = ['new', 'sent_to_clearing', 'approved', 'rejected'] as const
export type AccountStage = (typeof ACCOUNT_STAGES)[number]

export const ACCOUNT_TYPES = [
  'cash',
  'margin',
  'day_trader',
  'margin_ira',
  'segregated_standard',
  'cross_standard',
  'fully_collateralised',
] as const
export type AccountType = (typeof ACCOUNT_TYPES)[number]

/** What few accounts have, by name. */
export type Attributes = { readonly [key: string]: Plain }

/** What a balance of the account is in the books: a customer's, or one of the operator's own books. */
export const ACCOUNT_BOOKS = [
  'customer',
  'outside_world',
  'fees',
  'interest',
  'rounding',
  'street',
  'insurance',
] as const
export type AccountBook = (typeof ACCOUNT_BOOKS)[number]

export const BLOCK_KINDS = ['trading', 'transfers', 'login', 'whole'] as const
export type BlockKind = (typeof BLOCK_KINDS)[number]

export const partyFields = {
  name: text(),
  kind: choice(PARTY_KINDS),
  owner: refOrNull<PartyId>(),
  displayName: text(),
  /** A partner is a client that others come through: white label or introducing broker. */
  isPartner: flag(),
  isLegallyLiable: flag(),
  status: choice(NODE_STATUSES),
  kyc: choice(KYC_STATES),
  baseCurrency: text<CurrencyCode>(),
  /** Personal fields, encrypted by the host under the party's own key. */
  sealedPersonal: textOrNull(),
  version: count(),
  createdAt: time(),
}

export const accountFields = {
  party: ref<PartyId>(),
  /** The main account, for a subaccount. */
  main: refOrNull<AccountId>(),
  group: refOrNull<GroupId>(),
  name: text(),
  displayName: text(),
  clearingNumber: textOrNull(),
  baseCurrency: text<CurrencyCode>(),
  type: choice(ACCOUNT_TYPES),
  book: choice(ACCOUNT_BOOKS),
  stage: choice(ACCOUNT_STAGES),
  isReviewed: flag(),
  status: choice(NODE_STATUSES),
  /** Everything that few accounts have: owner type, option level, permissions, asset kinds, commission plan, … */
  attributes: value<Attributes>(),
  version: count(),
  createdAt: time(),
}

export const groupFields = {
  party: ref<PartyId>(),
  name: text(),
  displayName: text(),
  /** Always the client's. */
  baseCurrency: text<CurrencyCode>(),
  status: choice(NODE_STATUSES),
  version: count(),
  createdAt: time(),
}

/** What accounts are opened with when the request does not say; for the party and everything beneath it. */
export const templateFields = {
  party: ref<PartyId>(),
  /** Unique among the templates of the party. */
  name: text(),
  displayName: text(),
  type: choice(ACCOUNT_TYPES),
  /** `{name}` stands for the account's name. */
  accountDisplayName: text(),
  /** Null: the party's. */
  baseCurrency: textOrNull<CurrencyCode>(),
  /** Null: as the setting `accounts.clearing_required` says. */
  needsClearing: value<boolean | null>(),
  attributes: value<Attributes>(),
  version: count(),
  createdAt: time(),
}

export const blockFields = {
  /** The party, account or user that it stands against, by its id; ids are unique over all kinds. */
  target: ref<Id>(),
  kind: choice(BLOCK_KINDS),
  setBy: refOrNull<Id>(),
  reason: text(),
  until: timeOrNull(),
  createdAt: time(),
}
