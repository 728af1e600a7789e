/** Users, API keys, bindings and answers to access questions on the wire. */
import { LEVELS } from '@stemma/core/access/scopes'
import { choice, count, flag, id, idOfKind, instant, list, nullable, object, text } from '../wire/index.js'
import { displayName, EXAMPLE, KYC_STATES, name, status, version } from './common.js'
import { FACTOR_ASSIGNMENTS } from './factors.js'
import { PARTY_KINDS, scope } from './hierarchy.js'

export const ABILITIES = ['read', 'report', 'trade', 'reduce', 'cancel', 'transfer', 'administer'] as const
export const LOCKS = ['credential', 'reach', 'level', 'state', 'permission'] as const
export const BINDING_TARGETS = ['account', 'group', 'subtree'] as const
export const SURFACES = ['native', 'polymarket-us', 'deribit', 'etna', 'saxo', 'console'] as const

export const level = () =>
  choice(LEVELS, 'full, close_only, read_only, transfers_only or reports_only; several bindings add up')
export const ability = () => choice(ABILITIES)
export const email = () => text({ max: 320, pattern: /^[^\s@]+@[^\s@]+$/, meaning: 'a mail address' })
export const roleName = () => text({ max: 64, pattern: /^[a-z][a-z0-9_]*$/, meaning: 'the name of a role' })
export const scopes = () => list(scope(), { max: 200 })

export const user = object({
  id: id('usr'),
  party: id('pty'),
  name: name('Unique, signs in by it, never changed'),
  display_name: displayName(),
  kyc: choice(KYC_STATES),
  is_kyc_of_party: flag(
    'The state is the party’s, which holds for its users unless they have one of their own',
  ),
  roles: list(roleName(), { max: 64 }),
  scopes: scopes(),
  status: status(),
  is_login_enabled: flag(),
  is_notified: flag(),
  has_email: flag('The address itself is sealed'),
  has_password: flag(),
  version: version(),
  created_at: instant(),
})

export const credential = object({
  id: id('key'),
  kind: choice(['api_key', 'client']),
  user: nullable(id('usr')),
  party: nullable(id('pty')),
  client_id: text({ max: 128, description: 'The public half' }),
  display_name: displayName(),
  surface: choice(SURFACES),
  has_secret: flag(),
  public_keys: list(
    object({ kid: text({ max: 128 }), algorithm: choice(['RS256', 'ES256', 'EdDSA']), added_at: instant() }),
    { max: 2 },
  ),
  scopes: nullable(scopes()),
  ip_addresses: list(text({ max: 64 }), { max: 64 }),
  is_factor_asked_in_result: flag(
    'A missing second factor is told as a result, in place of an error (deribit)',
  ),
  status: choice(['active', 'revoked', 'disabled']),
  expires_at: nullable(instant()),
  version: version(),
  created_at: instant(),
})

export const token = object({
  id: id('tok'),
  credential: id('key'),
  surface: choice(SURFACES),
  audience: text({ min: 0, max: 512 }),
  user: nullable(id('usr')),
  account: nullable(id('acc')),
  parent: nullable(id('tok')),
  scopes: scopes(),
  issued_at: instant(),
  expires_at: nullable(instant()),
})

const bindingShape = {
  id: id('bnd'),
  user: id('usr'),
  target_kind: choice(BINDING_TARGETS),
  target: idOfKind('targetKind', 'The account, the group, or the party at the top of the subtree'),
  level: level(),
  abilities: list(ability(), { max: ABILITIES.length }),
  alias: nullable(displayName()),
  role: nullable(roleName()),
  ends_at: nullable(instant()),
  granted_by: nullable(id('usr')),
  version: version(),
  created_at: instant(),
} as const
export const binding = object(bindingShape)
export const reachItem = object({
  ...bindingShape,
  accounts: count({ description: 'How many accounts it leads to' }),
  is_count_cut: flag('There are more than were counted'),
})

/** Who signs in to an account. */
export const login = object({
  account: id('acc'),
  user: nullable(id('usr', 'Null where nobody signs in to it')),
  name: nullable(text({ max: 64, description: 'What it signs in by' })),
  email: nullable(text({ max: 320, description: 'As it was confirmed' })),
  unconfirmed_email: nullable(
    text({ max: 320, description: 'Counts once the link in its mail was followed' }),
  ),
  unconfirmed_until: nullable(instant('Until when that link is good')),
  has_password: flag(),
  is_login_enabled: flag(),
  is_notified: flag(),
  factor_assignments: list(choice(FACTOR_ASSIGNMENTS), { max: FACTOR_ASSIGNMENTS.length }),
})

/** What can stand in the access log of an account. */
const ACCESS_RESULTS = [
  'success',
  'failure',
  'enabled_tfa',
  'disabled_tfa',
  'changed_email',
  'changed_password',
  'enabled_subaccount_login',
  'disabled_subaccount_login',
  'new_api_key',
  'removed_api_key',
  'changed_scope',
  'changed_whitelist',
  'disabled_api_key',
  'enabled_api_key',
  'reset_api_key',
] as const
export const accessEntry = object({
  number: count({ description: 'Counts within the account, from 1' }),
  time: instant(),
  result: choice(ACCESS_RESULTS, '`success` and `failure` are of signing in'),
  address: nullable(text({ max: 64, description: 'Where it came from, where that is known' })),
  about: nullable(text({ max: 128, description: 'The client id of a key, or a subaccount' })),
})

export const lockVerdict = object({
  lock: choice(LOCKS),
  is_open: flag(),
  code: nullable(text({ max: 64, description: 'The refusal, where it is shut' })),
  sentence: text({ max: 500 }),
})

export const partyName = object({
  id: id('pty'),
  name: text({ max: 64 }),
  display_name: displayName(),
  kind: choice(PARTY_KINDS),
})

export const EXAMPLE_USER = {
  id: EXAMPLE.user,
  party: EXAMPLE.firm,
  name: 'api-acme-trading',
  display_name: 'ACME trading',
  kyc: 'approved',
  is_kyc_of_party: true,
  roles: ['trading_user'],
  scopes: [],
  status: 'active',
  is_login_enabled: true,
  is_notified: true,
  has_email: false,
  has_password: false,
  version: 1,
  created_at: EXAMPLE.at,
} as const

export const EXAMPLE_LOGIN = {
  account: EXAMPLE.second,
  user: EXAMPLE.user,
  name: 'acme-1_2-login',
  email: null,
  unconfirmed_email: 'desk@acme.example',
  unconfirmed_until: '2026-11-21T17:00:00.000000Z',
  has_password: false,
  is_login_enabled: false,
  is_notified: false,
  factor_assignments: [],
} as const

export const EXAMPLE_CREDENTIAL = {
  id: EXAMPLE.key,
  kind: 'api_key',
  user: EXAMPLE.user,
  party: null,
  client_id: '3f9c2a7d1b4e6f80',
  display_name: 'Back office',
  surface: 'native',
  has_secret: true,
  public_keys: [],
  scopes: null,
  ip_addresses: [],
  is_factor_asked_in_result: false,
  status: 'active',
  expires_at: null,
  version: 1,
  created_at: EXAMPLE.at,
} as const

export const EXAMPLE_BINDING = {
  id: EXAMPLE.binding,
  user: EXAMPLE.user,
  target_kind: 'account',
  target: EXAMPLE.account,
  level: 'full',
  abilities: ['read', 'report', 'trade', 'reduce', 'cancel', 'transfer', 'administer'],
  alias: null,
  role: null,
  ends_at: null,
  granted_by: null,
  version: 1,
  created_at: EXAMPLE.at,
} as const
