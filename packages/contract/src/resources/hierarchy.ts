/** Parties, accounts, groups, blocks, settings, templates and processes on the wire. */
import { SCOPES } from '@stemma/core/access/scopes'
import {
  anyId,
  choice,
  count,
  currency,
  flag,
  id,
  instant,
  json,
  list,
  nullable,
  object,
  optional,
  present,
  text,
} from '../wire/index.js'
import { displayName, EXAMPLE, KYC_STATES, name, status, version } from './common.js'

export const PARTY_KINDS = ['clearing_house', 'clearing_member', 'participant', 'client'] as const
export const ACCOUNT_STAGES = ['new', 'sent_to_clearing', 'approved', 'rejected'] as const
export const ACCOUNT_TYPES = [
  'cash',
  'margin',
  'day_trader',
  'margin_ira',
  'segregated_standard',
  'cross_standard',
  'fully_collateralised',
] as const
export const ACCOUNT_BOOKS = [
  'customer',
  'outside_world',
  'fees',
  'interest',
  'rounding',
  'street',
  'insurance',
] as const
export const BLOCK_KINDS = ['trading', 'transfers', 'login', 'whole'] as const

/** A party, or an account or group with a setting of its own; the engine does not keep the kind beside it. */
const anyNode = (description: string) => text({ max: 24, description })

export const scope = () => choice(SCOPES)

export const party = object({
  id: id('pty'),
  name: name('Unique, part of addresses, never changed'),
  kind: choice(PARTY_KINDS),
  owner: nullable(id('pty', 'Null for the operator of the book')),
  display_name: displayName(),
  is_partner: flag('Others come through it: white label or introducing broker'),
  is_legally_liable: flag('A shortfall beneath it is its own'),
  status: status(),
  kyc: choice(KYC_STATES),
  base_currency: currency(),
  path: list(id('pty'), { max: 64 }),
  suspended_by: nullable(id('pty', 'The nearest party at or above it that is not active')),
  has_personal: flag('It has sealed personal fields'),
  version: version(),
  created_at: instant(),
})

export const account = object({
  id: id('acc'),
  party: id('pty'),
  main: nullable(id('acc', 'The main account, for a subaccount')),
  group: nullable(id('grp')),
  name: name('Unique, part of addresses, never changed'),
  display_name: displayName(),
  clearing_number: nullable(text({ max: 64 })),
  base_currency: currency(),
  type: choice(ACCOUNT_TYPES),
  book: choice(ACCOUNT_BOOKS, 'A customer’s, or one of the operator’s own'),
  stage: choice(ACCOUNT_STAGES, 'On the way to the clearing firm’s approval'),
  is_reviewed: flag(),
  status: status(),
  suspended_by: nullable(id('pty', 'The nearest owner that is not active')),
  kyc: choice(KYC_STATES, 'The party’s'),
  path: list(id('pty'), { max: 64 }),
  attributes: json('Owner type, option level, permissions and what else few accounts have'),
  version: version(),
  created_at: instant(),
})

export const group = object({
  id: id('grp'),
  party: id('pty'),
  name: name('Unique, never changed'),
  display_name: displayName(),
  base_currency: currency(),
  status: status(),
  accounts: list(id('acc'), { max: 10_000 }),
  version: version(),
  created_at: instant(),
})

export const block = object({
  id: id('blk'),
  target: text({ max: 24, description: 'What it stands against: a party, an account or a user' }),
  kind: choice(BLOCK_KINDS),
  reason: text({ max: 500 }),
  set_by: nullable(id('usr')),
  until: nullable(instant('When it lifts itself')),
  created_at: instant(),
})

export const blockTarget = () => anyId(['pty', 'acc', 'usr'], 'A party, an account or a user')

export const settingValue = object({
  name: text({ max: 64 }),
  value: json('As the setting takes it'),
  source: nullable(anyNode('The node that it comes from; null: the default of the product')),
  from: nullable(instant('Since when it holds')),
  is_default: flag('No node at or above has a value'),
  description: text({ max: 1_000 }),
})

const templateDefaults = {
  display_name: displayName(),
  type: choice(ACCOUNT_TYPES),
  account_display_name: text({ max: 256, description: '`{name}` stands for the account’s name' }),
} as const
export const templateInput = {
  ...templateDefaults,
  base_currency: optional(currency('The party’s unless said')),
  needs_clearing: optional(flag('As the setting `accounts.clearing_required` says unless said')),
  attributes: optional(json('What accounts made from it have'), {}),
} as const
export const template = object({
  id: id('tpl'),
  party: id('pty'),
  name: name('Unique under the party'),
  ...templateDefaults,
  base_currency: nullable(currency()),
  needs_clearing: nullable(flag()),
  attributes: json('What accounts made from it have'),
  version: version(),
  created_at: instant(),
})

export const process = object({
  id: id('prc'),
  kind: text({ max: 64, description: 'The operation that it carries out' }),
  state: text({ max: 32 }),
  party: id('pty'),
  total: count(),
  cursor: count({ description: 'Items that are through, failed ones included' }),
  failures: count(),
  started_by: nullable(id('usr')),
  created_at: instant(),
  ended_at: nullable(instant()),
  results: present(json('What came of each item, from the first asked for on')),
})

export const EXAMPLE_PARTY = {
  id: EXAMPLE.firm,
  name: 'api-acme-participantfirm',
  kind: 'participant',
  owner: EXAMPLE.member,
  display_name: 'ACME Trading',
  is_partner: false,
  is_legally_liable: false,
  status: 'active',
  kyc: 'approved',
  base_currency: 'USD',
  path: [EXAMPLE.operator, EXAMPLE.member, EXAMPLE.firm],
  suspended_by: null,
  has_personal: false,
  version: 3,
  created_at: EXAMPLE.at,
} as const

export const EXAMPLE_ACCOUNT = {
  id: EXAMPLE.account,
  party: EXAMPLE.firm,
  main: null,
  group: null,
  name: 'acme-trading-001',
  display_name: 'ACME trading account 1',
  clearing_number: null,
  base_currency: 'USD',
  type: 'cash',
  book: 'customer',
  stage: 'approved',
  is_reviewed: true,
  status: 'active',
  suspended_by: null,
  kyc: 'approved',
  path: [EXAMPLE.operator, EXAMPLE.member, EXAMPLE.firm],
  attributes: {},
  version: 1,
  created_at: EXAMPLE.at,
} as const

export const EXAMPLE_GROUP = {
  id: EXAMPLE.group,
  party: EXAMPLE.client,
  name: 'growth',
  display_name: 'Growth portfolio',
  base_currency: 'EUR',
  status: 'active',
  accounts: [EXAMPLE.account],
  version: 1,
  created_at: EXAMPLE.at,
} as const
