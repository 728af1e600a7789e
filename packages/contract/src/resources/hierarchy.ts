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
  nullable,
  object,
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
export const ACCOUNT_BOOKS = ['customer', 'outside_world', 'fees', 'interest', 'rounding', 'street'] as const
export const BLOCK_KINDS = ['trading', 'transfers', 'login', 'whole'] as const

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
  status: status(),
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
  source: nullable(id('pty', 'The node that it comes from; null: the default of the product')),
  from: nullable(instant('Since when it holds')),
})

export const template = object({
  id: id('tpl'),
  party: id('pty'),
  name: name('Unique under the party'),
  display_name: displayName(),
  defaults: json('What an account made from it begins with'),
  version: version(),
  created_at: instant(),
})

export const process = object({
  id: id('prc'),
  kind: text({ max: 64 }),
  status: text({ max: 32 }),
  done: count(),
  total: count(),
  created_at: instant(),
  failure: present(nullable(text({ max: 500 }))),
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
  status: 'active',
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
  version: 1,
  created_at: EXAMPLE.at,
} as const
