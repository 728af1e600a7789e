/** Bindings, roles, and the questions about access: who am I, why not, who can, what can they. */
import { SCOPES } from '@stemma/core/access/scopes'
import { operation } from '../operation.js'
import { displayName, EXAMPLE, made, page, paging, reason } from '../resources/common.js'
import { scope } from '../resources/hierarchy.js'
import {
  ability,
  BINDING_TARGETS,
  binding,
  EXAMPLE_BINDING,
  EXAMPLE_USER,
  level,
  lockVerdict,
  partyName,
  reachItem,
  roleName,
  SURFACES,
  user,
} from '../resources/identity.js'
import {
  anyId,
  choice,
  count,
  flag,
  id,
  instant,
  list,
  nullable,
  object,
  optional,
  present,
  target,
  text,
} from '../wire/index.js'

const role = object({
  id: nullable(id('rol', 'Null for the roles of the product')),
  party: nullable(id('pty')),
  name: roleName(),
  title: text({ max: 128 }),
  scopes: list(scope(), { max: SCOPES.length }),
  subtree_level: nullable(level()),
  version: nullable(count({ min: 1 })),
})

const madeRole = made('role', 'rol')
const doneRole = { role: EXAMPLE.role, sequence: 895 } as const

const madeBinding = made('binding', 'bnd')
const doneBinding = { binding: EXAMPLE.binding, sequence: 890 } as const

const BINDINGS = [
  operation('bindings.create', {
    kind: 'command',
    method: 'POST',
    path: '/bindings',
    summary: 'Bind a user to an account, a group or a subtree',
    description: 'Reach comes only from bindings. Nobody can give more than they have.',
    scope: 'bindings:write',
    input: object({
      user: id('usr'),
      target_kind: choice(BINDING_TARGETS),
      target: anyId(['acc', 'grp', 'pty'], 'The account, the group, or the party at the top of the subtree'),
      level: level(),
      alias: optional(displayName()),
      ends_at: optional(instant()),
    }),
    output: madeBinding,
    refusals: ['not_visible', 'level_insufficient', 'limit_reached'],
    example: {
      request: { user: EXAMPLE.user, target_kind: 'account', target: EXAMPLE.second, level: 'read_only' },
      response: doneBinding,
    },
  }),
  operation('bindings.update', {
    kind: 'command',
    method: 'PATCH',
    path: '/bindings/{binding}',
    summary: 'Change the level, alias or end of a binding',
    scope: 'bindings:write',
    input: object({
      binding: id('bnd'),
      level: present(level()),
      alias: present(nullable(displayName())),
      ends_at: present(nullable(instant())),
    }),
    output: madeBinding,
    refusals: ['not_visible', 'level_insufficient', 'last_administrator', 'version_mismatch'],
    ifMatch: true,
    example: { request: { binding: EXAMPLE.binding, level: 'read_only' }, response: doneBinding },
  }),
  operation('bindings.remove', {
    kind: 'command',
    method: 'DELETE',
    path: '/bindings/{binding}',
    summary: 'Remove a binding; it can only take reach away',
    scope: 'bindings:write',
    input: object({ binding: id('bnd'), reason: optional(reason()) }),
    output: madeBinding,
    refusals: ['not_visible', 'last_administrator', 'version_mismatch'],
    ifMatch: true,
    example: { request: { binding: EXAMPLE.binding }, response: doneBinding },
  }),
  operation('bindings.list', {
    kind: 'query',
    method: 'GET',
    path: '/bindings',
    summary: 'List the bindings of a user, or those on an account, group or party',
    scope: 'bindings:read',
    input: object({
      user: optional(id('usr')),
      target_kind: optional(choice(BINDING_TARGETS)),
      target: optional(anyId(['acc', 'grp', 'pty'])),
      ...paging,
    }),
    output: page(binding),
    refusals: ['not_visible'],
    example: { request: { user: EXAMPLE.user }, response: { items: [EXAMPLE_BINDING], next_cursor: null } },
  }),
  operation('roles.create', {
    kind: 'command',
    method: 'POST',
    path: '/roles',
    summary: 'Define a role for the users of a subtree',
    scope: 'users:write',
    input: object({
      party: id('pty'),
      name: roleName(),
      title: text({ max: 128 }),
      scopes: list(scope(), { max: SCOPES.length }),
      subtree_level: optional(level()),
    }),
    output: madeRole,
    refusals: ['not_visible', 'name_taken', 'limit_reached', 'scope_missing', 'level_insufficient'],
    example: {
      request: { party: EXAMPLE.firm, name: 'back_office', title: 'Back office', scopes: ['accounts:read'] },
      response: doneRole,
    },
  }),
  operation('roles.update', {
    kind: 'command',
    method: 'PATCH',
    path: '/roles/{role}',
    summary: 'Change a role; its scopes count at once for everybody who holds it',
    scope: 'users:write',
    input: object({
      role: id('rol'),
      title: present(text({ max: 128 })),
      scopes: present(list(scope(), { max: SCOPES.length })),
      subtree_level: present(nullable(level())),
    }),
    output: madeRole,
    refusals: [
      'not_visible',
      'version_mismatch',
      'scope_missing',
      'level_insufficient',
      'last_administrator',
    ],
    ifMatch: true,
    example: { request: { role: EXAMPLE.role, title: 'Back office team' }, response: doneRole },
  }),
  operation('roles.remove', {
    kind: 'command',
    method: 'DELETE',
    path: '/roles/{role}',
    summary: 'Remove a role that nobody holds',
    scope: 'users:write',
    input: object({ role: id('rol') }),
    output: madeRole,
    refusals: ['not_visible', 'not_empty', 'version_mismatch'],
    ifMatch: true,
    example: { request: { role: EXAMPLE.role }, response: doneRole },
  }),
  operation('roles.list', {
    kind: 'query',
    method: 'GET',
    path: '/roles',
    summary: 'List the roles that users of a party can have: scopes, and the binding that each writes',
    scope: 'users:read',
    input: object({ party: id('pty') }),
    output: object({ items: list(role, { max: 1_000 }) }),
    refusals: ['not_visible'],
    example: {
      request: { party: EXAMPLE.firm },
      response: {
        items: [
          {
            id: null,
            party: null,
            name: 'drop_copy_user',
            title: 'Receives the execution reports of its firm',
            scopes: ['dropcopy:read'],
            subtree_level: 'reports_only',
            version: null,
          },
        ],
      },
    },
  }),
] as const

const anyTarget = () => target(['acc', 'grp', 'pty', 'usr'])

const QUESTIONS = [
  operation('identity.whoami', {
    kind: 'query',
    method: 'GET',
    path: '/whoami',
    summary: 'Who the credential is, for whom it acts and with which scopes',
    scope: null,
    input: object({}),
    output: object({
      credential: object({
        id: id('key'),
        client_id: text({ max: 128 }),
        display_name: displayName(),
        surface: choice(SURFACES),
      }),
      user: nullable(user),
      on_behalf_of: nullable(id('usr')),
      party: partyName,
      owners: list(partyName, { max: 64 }),
      token: nullable(id('tok')),
      audience: nullable(text({ min: 0, max: 512 })),
      account: nullable(id('acc')),
      scopes: list(scope(), { max: SCOPES.length }),
    }),
    refusals: [],
    example: {
      request: {},
      response: {
        credential: {
          id: EXAMPLE.key,
          client_id: '3f9c2a7d1b4e6f80',
          display_name: 'Back office',
          surface: 'native',
        },
        user: EXAMPLE_USER,
        on_behalf_of: null,
        party: {
          id: EXAMPLE.firm,
          name: 'api-acme-participantfirm',
          display_name: 'ACME Trading',
          kind: 'participant',
        },
        owners: [],
        token: null,
        audience: null,
        account: null,
        scopes: ['orders:read'],
      },
    },
  }),
  operation('access.explain', {
    kind: 'query',
    method: 'GET',
    path: '/access/explain',
    summary: 'May this user do this here, and which of the five locks says no',
    scope: 'access:read',
    input: object({
      user: id('usr'),
      ability: ability(),
      target: anyTarget(),
      scope: optional(scope()),
      credential: optional(id('key', 'One of its credentials; the user alone unless said')),
    }),
    output: object({ user: id('usr'), is_allowed: flag(), locks: list(lockVerdict, { max: 5 }) }),
    refusals: ['not_visible'],
    example: {
      request: { user: EXAMPLE.user, ability: 'transfer', target: EXAMPLE.account, scope: 'transfers:write' },
      response: {
        user: EXAMPLE.user,
        is_allowed: false,
        locks: [
          { lock: 'credential', is_open: false, code: 'scope_missing', sentence: 'the user lacks the scope' },
        ],
      },
    },
  }),
  operation('access.who_can', {
    kind: 'query',
    method: 'GET',
    path: '/access/who_can',
    summary: 'Which users can do this here',
    scope: 'access:read',
    input: object({
      ability: ability(),
      target: target(['acc', 'grp', 'pty']),
      scope: optional(scope()),
      ...paging,
    }),
    output: object({
      items: list(
        object({
          user: id('usr'),
          bindings: list(binding, { max: 1_000 }),
          is_allowed: flag('No lock is shut'),
          shut: nullable(lockVerdict),
        }),
        { max: 500 },
      ),
      hidden: count({ description: 'Users out of your reach who can, too' }),
      next_cursor: nullable(text({ max: 2_048 })),
    }),
    refusals: ['not_visible'],
    example: {
      request: { ability: 'transfer', target: EXAMPLE.account },
      response: {
        items: [{ user: EXAMPLE.user, bindings: [EXAMPLE_BINDING], is_allowed: true, shut: null }],
        hidden: 0,
        next_cursor: null,
      },
    },
  }),
  operation('access.reach_of', {
    kind: 'query',
    method: 'GET',
    path: '/access/reach_of',
    summary: 'What this user can reach',
    scope: 'access:read',
    input: object({ user: id('usr'), ...paging }),
    output: page(reachItem),
    refusals: ['not_visible'],
    example: {
      request: { user: EXAMPLE.user },
      response: { items: [{ ...EXAMPLE_BINDING, accounts: 1, is_count_cut: false }], next_cursor: null },
    },
  }),
] as const

export const ACCESS_OPERATIONS = [...BINDINGS, ...QUESTIONS] as const
