/**
 * Scopes and roles as data. A scope is `resource:verb`; a role is a named list of scopes and the level of the binding
 * that its template writes. Venue surfaces have names of their own for these and map them in one place.
 */
import type { Ability } from '../image/index.js'

export const SCOPES = [
  'parties:read',
  'parties:write',
  'users:read',
  'users:write',
  'credentials:read',
  'credentials:write',
  'accounts:read',
  'accounts:write',
  'accounts:approve',
  'clearing:write',
  'blocks:write',
  'bindings:read',
  'bindings:write',
  'settings:read',
  'settings:write',
  'balances:read',
  'funding:read',
  'funding:write',
  'funding:settle',
  'transfers:write',
  'holds:write',
  'cash_movements:write',
  'corrections:write',
  'approvals:read',
  'approvals:write',
  'events:read',
  'webhooks:write',
  'access:read',
  'book:verify',
  'kyc:read',
  'kyc:write',
  'kyc:decide',
  'orders:read',
  'orders:write',
  'positions:read',
  'reports:read',
  'dropcopy:read',
  'marketdata:read',
  'l2marketdata:read',
  'instruments:read',
  'instruments:write',
  'prices:write',
  'venues:report',
  'risk:read',
  'risk:write',
  'announcements:write',
] as const

export type Scope = (typeof SCOPES)[number]

export const isScope = (name: string): name is Scope => (SCOPES as readonly string[]).includes(name)

export const LEVELS = ['full', 'close_only', 'read_only', 'transfers_only', 'reports_only'] as const
export type Level = (typeof LEVELS)[number]

/** What each level lets its user do. Levels of several bindings add up. */
export const ABILITIES_OF_LEVEL: Readonly<Record<Level, readonly Ability[]>> = {
  full: ['read', 'report', 'trade', 'reduce', 'cancel', 'transfer', 'administer'],
  close_only: ['read', 'report', 'reduce', 'cancel'],
  read_only: ['read', 'report'],
  transfers_only: ['read', 'transfer'],
  reports_only: ['report'],
}

export interface Role {
  readonly name: string
  readonly title: string
  readonly scopes: readonly Scope[]
  /** The level of the binding to the party's subtree that the role writes at creation, or none. */
  readonly subtreeLevel: Level | null
}

const reading = SCOPES.filter((scope) => scope.endsWith(':read'))

export const ROLES: readonly Role[] = [
  { name: 'operator', title: 'Operator of the book', scopes: SCOPES, subtreeLevel: 'full' },
  {
    name: 'firm_administrator',
    title: 'Administrator of a firm and everything beneath it',
    scopes: SCOPES.filter(
      (scope) =>
        ![
          'funding:settle',
          'clearing:write',
          'kyc:decide',
          'instruments:write',
          'prices:write',
          'venues:report',
          'announcements:write',
        ].includes(scope),
    ),
    subtreeLevel: 'full',
  },
  {
    name: 'supervisor',
    title: 'Sees everything of a firm, changes nothing',
    scopes: reading,
    subtreeLevel: 'read_only',
  },
  {
    name: 'introducing_broker',
    title: 'Sees the clients that it brought',
    scopes: reading,
    subtreeLevel: 'read_only',
  },
  {
    name: 'trading_user',
    title: 'Places orders for the accounts that it is bound to',
    scopes: ['orders:read', 'orders:write', 'positions:read'],
    subtreeLevel: null,
  },
  {
    name: 'drop_copy_user',
    title: 'Receives the execution reports of its firm',
    scopes: ['dropcopy:read'],
    subtreeLevel: 'reports_only',
  },
  {
    name: 'treasurer',
    title: 'Moves money between the accounts that it is bound to',
    scopes: [
      'accounts:read',
      'balances:read',
      'funding:read',
      'funding:write',
      'transfers:write',
      'holds:write',
      'cash_movements:write',
    ],
    subtreeLevel: null,
  },
  {
    name: 'clearing_agent',
    title: 'Answers for the clearing firm',
    scopes: ['accounts:read', 'clearing:write'],
    subtreeLevel: 'full',
  },
  {
    name: 'subaccount_login',
    title: 'Signs in to one subaccount and sees only that',
    scopes: ['accounts:read', 'balances:read', 'orders:read', 'orders:write', 'positions:read'],
    subtreeLevel: null,
  },
]

export const findRole = (name: string): Role | undefined => ROLES.find((role) => role.name === name)
