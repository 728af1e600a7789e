/** Users: who exists, and what they are. */
import { operation } from '../operation.js'
import {
  displayName,
  EXAMPLE,
  KYC_STATES,
  made,
  name,
  page,
  paging,
  reason,
  STATUSES,
} from '../resources/common.js'
import { EXAMPLE_USER, email, roleName, scopes, user } from '../resources/identity.js'
import { choice, flag, id, list, nullable, object, optional, present, text } from '../wire/index.js'

const userInPath = { user: id('usr') } as const
const madeUser = made('user', 'usr')
const doneUser = { user: EXAMPLE.user, sequence: 860 } as const
const roles = () => list(roleName(), { max: 32 })

const lifeCycle = <const N extends string>(verb: N, summary: string) =>
  operation(`users.${verb}`, {
    kind: 'command',
    method: 'POST',
    path: `/users/{user}/${verb}`,
    summary,
    scope: 'users:write',
    input: object({ ...userInPath, reason: optional(reason()) }),
    output: madeUser,
    refusals: ['not_visible', 'transition_invalid', 'last_administrator', 'version_mismatch'],
    ifMatch: true,
    example: { request: { user: EXAMPLE.user, reason: 'On leave' }, response: doneUser },
  })

export const USER_OPERATIONS = [
  operation('users.create', {
    kind: 'command',
    method: 'POST',
    path: '/users',
    summary: 'Create a user of a party',
    description:
      'Its roles may write bindings by their templates; apart from those a new user reaches nothing until it is bound.',
    scope: 'users:write',
    input: object({
      party: id('pty'),
      name: name('Unique, signs in by it, never changed'),
      display_name: displayName(),
      email: optional(email()),
      kyc: optional(choice(KYC_STATES)),
      roles: optional(roles(), []),
      scopes: optional(scopes(), []),
      account: optional(id('acc', 'The subaccount that it signs in to')),
    }),
    output: madeUser,
    refusals: ['not_visible', 'name_taken', 'party_suspended', 'limit_reached', 'scope_missing'],
    example: {
      request: {
        party: EXAMPLE.firm,
        name: 'api-acme-treasury',
        display_name: 'ACME treasury',
        roles: ['treasurer'],
      },
      response: doneUser,
    },
  }),
  operation('users.get', {
    kind: 'query',
    method: 'GET',
    path: '/users/{user}',
    summary: 'Read a user',
    scope: 'users:read',
    input: object(userInPath),
    output: user,
    refusals: ['not_visible'],
    example: { request: { user: EXAMPLE.user }, response: EXAMPLE_USER },
  }),
  operation('users.list', {
    kind: 'query',
    method: 'GET',
    path: '/users',
    summary: 'List the users of a party or a subtree',
    scope: 'users:read',
    input: object({
      under: id('pty', 'Users of this party and of everything beneath it'),
      is_direct: optional(flag('Only those of the party itself'), false),
      status: optional(choice(STATUSES)),
      search: optional(text({ max: 64, description: 'Part of a name or display name' })),
      ...paging,
    }),
    output: page(user),
    refusals: ['not_visible'],
    example: { request: { under: EXAMPLE.firm }, response: { items: [EXAMPLE_USER], next_cursor: null } },
  }),
  operation('users.update', {
    kind: 'command',
    method: 'PATCH',
    path: '/users/{user}',
    summary: 'Change a user',
    scope: 'users:write',
    input: object({
      ...userInPath,
      display_name: present(displayName()),
      email: present(nullable(email())),
      roles: present(roles()),
      scopes: present(scopes()),
      is_login_enabled: present(flag()),
      is_notified: present(flag()),
    }),
    output: madeUser,
    refusals: ['not_visible', 'version_mismatch', 'scope_missing', 'last_administrator'],
    ifMatch: true,
    example: { request: { user: EXAMPLE.user, display_name: 'ACME trading desk' }, response: doneUser },
  }),
  lifeCycle('suspend', 'Suspend a user; refused from its very next request'),
  lifeCycle('reactivate', 'Reactivate a suspended user'),
  lifeCycle('close', 'Close a user for good'),
  operation('users.set_password', {
    kind: 'command',
    method: 'PUT',
    path: '/users/{user}/password',
    summary: 'Set the password of a user',
    description: 'Kept as an argon2id hash only.',
    scope: 'users:write',
    input: object({ ...userInPath, password: text({ min: 12, max: 256 }) }),
    output: madeUser,
    refusals: ['not_visible'],
    example: {
      request: { user: EXAMPLE.user, password: 'correct horse battery staple' },
      response: doneUser,
    },
  }),
  operation('users.set_kyc', {
    kind: 'command',
    method: 'PUT',
    path: '/users/{user}/kyc',
    summary: 'Set the identity-check state of a user',
    scope: 'kyc:decide',
    input: object({ ...userInPath, kyc: nullable(choice(KYC_STATES, 'Null: the party’s')) }),
    output: madeUser,
    refusals: ['not_visible', 'version_mismatch'],
    ifMatch: true,
    example: { request: { user: EXAMPLE.user, kyc: 'approved' }, response: doneUser },
  }),
] as const
