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
  level,
  lockVerdict,
  reachItem,
  roleName,
} from '../resources/identity.js'
import { anyId, choice, flag, id, instant, list, nullable, object, optional, text } from '../wire/index.js'

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
      level: optional(level()),
      alias: optional(displayName()),
      ends_at: optional(instant()),
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
    refusals: ['not_visible', 'last_administrator'],
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
      target: optional(anyId(['acc', 'grp', 'pty'])),
      ...paging,
    }),
    output: page(binding),
    refusals: ['not_visible'],
    example: { request: { user: EXAMPLE.user }, response: { items: [EXAMPLE_BINDING], next_cursor: null } },
  }),
  operation('roles.list', {
    kind: 'service',
    method: 'GET',
    path: '/roles',
    summary: 'List the roles: scopes, and the binding that each writes',
    scope: null,
    input: object({}),
    output: object({
      items: list(
        object({
          name: roleName(),
          title: text({ max: 128 }),
          scopes: list(scope(), { max: SCOPES.length }),
          subtree_level: nullable(level()),
        }),
        { max: 100 },
      ),
    }),
    refusals: [],
    example: {
      request: {},
      response: {
        items: [
          {
            name: 'drop_copy_user',
            title: 'Receives the execution reports of its firm',
            scopes: ['dropcopy:read'],
            subtree_level: 'reports_only',
          },
        ],
      },
    },
  }),
] as const

const target = () => anyId(['acc', 'grp', 'pty', 'usr'])

const QUESTIONS = [
  operation('identity.whoami', {
    kind: 'query',
    method: 'GET',
    path: '/whoami',
    summary: 'Who the credential is, for whom it acts and with which scopes',
    scope: null,
    input: object({}),
    output: object({
      credential: id('key'),
      user: nullable(id('usr')),
      party: id('pty'),
      scopes: list(scope(), { max: SCOPES.length }),
      roles: list(roleName(), { max: 32 }),
    }),
    refusals: [],
    example: {
      request: {},
      response: {
        credential: EXAMPLE.key,
        user: EXAMPLE.user,
        party: EXAMPLE.firm,
        scopes: ['orders:read'],
        roles: ['trading_user'],
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
      target: target(),
      scope: optional(scope()),
    }),
    output: object({ allowed: flag(), locks: list(lockVerdict, { max: 5 }) }),
    refusals: ['not_visible'],
    example: {
      request: { user: EXAMPLE.user, ability: 'transfer', target: EXAMPLE.account, scope: 'transfers:write' },
      response: {
        allowed: false,
        locks: [
          {
            lock: 'credential',
            open: false,
            code: 'scope_missing',
            detail: 'the credential lacks the scope',
          },
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
    input: object({ ability: ability(), target: target() }),
    output: object({
      items: list(object({ user: id('usr'), binding: id('bnd'), level: level() }), { max: 10_000 }),
    }),
    refusals: ['not_visible'],
    example: {
      request: { ability: 'transfer', target: EXAMPLE.account },
      response: { items: [{ user: EXAMPLE.user, binding: EXAMPLE.binding, level: 'full' }] },
    },
  }),
  operation('access.reach_of', {
    kind: 'query',
    method: 'GET',
    path: '/access/reach_of',
    summary: 'What this user can reach',
    scope: 'access:read',
    input: object({ user: id('usr') }),
    output: object({ items: list(reachItem, { max: 10_000 }) }),
    refusals: ['not_visible'],
    example: {
      request: { user: EXAMPLE.user },
      response: { items: [{ target_kind: 'account', target: EXAMPLE.account, abilities: ['read'] }] },
    },
  }),
] as const

export const ACCESS_OPERATIONS = [...BINDINGS, ...QUESTIONS] as const
