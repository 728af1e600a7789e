/** Users, API keys, bindings and answers to access questions on the wire. */
import { LEVELS } from '@stemma/core/access/scopes'
import { choice, flag, id, instant, list, nullable, object, present, text } from '../wire/index.js'
import { displayName, EXAMPLE, KYC_STATES, name, status, version } from './common.js'
import { scope } from './hierarchy.js'

export const ABILITIES = ['read', 'report', 'trade', 'reduce', 'transfer', 'administer'] as const
export const LOCKS = ['credential', 'reach', 'level', 'state', 'permission'] as const
export const BINDING_TARGETS = ['account', 'group', 'subtree'] as const
export const SURFACES = ['native', 'polymarket-us', 'deribit', 'etna', 'saxo', 'console'] as const

export const level = () =>
  choice(LEVELS, 'full, close_only, read_only, transfers_only or reports_only; several bindings add up')
export const ability = () => choice(ABILITIES)
export const roleName = () => text({ max: 64, pattern: /^[a-z][a-z0-9_]*$/, meaning: 'the name of a role' })

export const user = object({
  id: id('usr'),
  party: id('pty'),
  name: name('Unique, signs in by it, never changed'),
  display_name: displayName(),
  email: nullable(text({ max: 320 })),
  kyc: nullable(choice(KYC_STATES, 'Null: the party’s')),
  roles: list(roleName(), { max: 32 }),
  scopes: list(scope(), { max: 200 }),
  status: status(),
  is_login_enabled: flag(),
  is_notified: flag(),
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
  scopes: nullable(list(scope(), { max: 200 })),
  ip_addresses: list(text({ max: 64 }), { max: 64 }),
  status: choice(['active', 'revoked']),
  expires_at: nullable(instant()),
  version: version(),
  created_at: instant(),
})

export const binding = object({
  id: id('bnd'),
  user: id('usr'),
  target_kind: choice(BINDING_TARGETS),
  target: text({ max: 24, description: 'The account, the group, or the party at the top of the subtree' }),
  level: level(),
  alias: nullable(displayName()),
  role: nullable(roleName()),
  ends_at: nullable(instant()),
  granted_by: nullable(id('usr')),
  created_at: instant(),
})

export const lockVerdict = object({
  lock: choice(LOCKS),
  open: flag(),
  code: present(nullable(text({ max: 64 }))),
  detail: present(nullable(text({ max: 500 }))),
})

export const reachItem = object({
  target_kind: choice(BINDING_TARGETS),
  target: text({ max: 24 }),
  abilities: list(ability(), { max: 6 }),
})

export const EXAMPLE_USER = {
  id: EXAMPLE.user,
  party: EXAMPLE.firm,
  name: 'api-acme-trading',
  display_name: 'ACME trading',
  email: null,
  kyc: null,
  roles: ['trading_user'],
  scopes: [],
  status: 'active',
  is_login_enabled: true,
  is_notified: true,
  version: 1,
  created_at: EXAMPLE.at,
} as const

export const EXAMPLE_CREDENTIAL = {
  id: EXAMPLE.key,
  kind: 'api_key',
  user: EXAMPLE.user,
  party: null,
  client_id: 'sk_3nT8rG1w',
  display_name: 'Back office',
  surface: 'native',
  scopes: null,
  ip_addresses: [],
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
  alias: null,
  role: null,
  ends_at: null,
  granted_by: null,
  created_at: EXAMPLE.at,
} as const
