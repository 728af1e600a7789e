/** Second factors of users: registered in two steps, changed with one of them, reset by an administrator. */
import { operation } from '../operation.js'
import { EXAMPLE, made, page, reason } from '../resources/common.js'
import {
  assignments,
  EXAMPLE_FACTOR,
  FACTOR_KINDS,
  factor,
  factorChallenge,
  factorName,
  proof,
  SECOND_FACTOR_LENGTH_MAX,
} from '../resources/factors.js'
import { choice, count, id, instant, json, nullable, object, optional, present, text } from '../wire/index.js'

const factorInPath = { factor: id('fac') } as const
const madeFactor = made('factor', 'fac')
const doneFactor = { factor: EXAMPLE.factor, sequence: 890 } as const
const PROOF_REFUSALS = [
  'second_factor_required',
  'second_factor_invalid',
  'second_factor_used',
  'second_factor_locked',
] as const

export const FACTOR_OPERATIONS = [
  operation('factors.begin', {
    kind: 'command',
    method: 'POST',
    path: '/factors',
    summary: 'Begin to set up a second factor of one’s own',
    description:
      'The secret of one-time codes, or what a browser gives to a security key, is shown in this answer only. It protects nothing until it is confirmed, within ten minutes.',
    scope: 'credentials:write',
    input: object({
      user: id('usr', 'Whose it is: the caller itself'),
      kind: choice(FACTOR_KINDS),
      name: factorName(),
      assignments: assignments(),
      ...proof,
    }),
    output: object({
      factor: id('fac'),
      expires_at: instant(),
      secret: nullable(text({ max: 64, description: 'Of one-time codes, in base32; a repeat shows null' })),
      address: nullable(text({ max: 1_024, description: 'The same as an address that apps read' })),
      options: nullable(json('For `navigator.credentials.create`, with a security key')),
      sequence: count(),
    }),
    refusals: ['not_visible', 'level_insufficient', 'name_taken', 'limit_reached', ...PROOF_REFUSALS],
    example: {
      request: {
        user: EXAMPLE.user,
        kind: 'totp',
        name: 'spare phone',
        assignments: ['account'],
        second_factor: '287082',
      },
      response: {
        ...doneFactor,
        expires_at: EXAMPLE.at,
        secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
        address:
          'otpauth://totp/stemma.example:api-acme-trading?issuer=stemma.example&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&algorithm=SHA1&digits=6&period=30',
        options: null,
      },
    },
  }),
  operation('factors.confirm', {
    kind: 'command',
    method: 'POST',
    path: '/factors/{factor}/confirm',
    summary: 'Confirm a second factor with a code of it, or with what the security key answered',
    scope: 'credentials:write',
    input: object({
      ...factorInPath,
      second_factor: text({
        max: SECOND_FACTOR_LENGTH_MAX,
        description: 'Six digits, or the JSON of what `navigator.credentials.create` gave',
      }),
    }),
    output: madeFactor,
    refusals: [
      'not_visible',
      'level_insufficient',
      'transition_invalid',
      'second_factor_invalid',
      'name_taken',
    ],
    example: { request: { factor: EXAMPLE.factor, second_factor: '287082' }, response: doneFactor },
  }),
  operation('factors.challenge', {
    kind: 'query',
    method: 'GET',
    path: '/factors/challenge',
    summary: 'Ask for a challenge, to change one’s second factors with a security key',
    scope: 'credentials:read',
    input: object({ user: id('usr', 'The caller itself') }),
    output: factorChallenge,
    refusals: ['not_visible', 'level_insufficient', 'second_factor_missing', 'second_factor_locked'],
    example: {
      request: { user: EXAMPLE.user },
      response: {
        challenge: 'bq1v0c7mS0yqkQ0bO1uKxw7d3n1f5q8sW2m4r6t8u0A=',
        relying_party: 'stemma.example',
        factors: [{ kind: 'totp', name: 'desk phone', key_id: null }],
      },
    },
  }),
  operation('factors.list', {
    kind: 'query',
    method: 'GET',
    path: '/factors',
    summary: 'List the second factors of a user; never their secrets',
    scope: 'credentials:read',
    input: object({ user: id('usr') }),
    output: page(factor),
    refusals: ['not_visible'],
    example: {
      request: { user: EXAMPLE.user },
      response: { items: [EXAMPLE_FACTOR], next_cursor: null },
    },
  }),
  operation('factors.update', {
    kind: 'command',
    method: 'PATCH',
    path: '/factors/{factor}',
    summary: 'Change what a second factor is called and what it protects',
    scope: 'credentials:write',
    input: object({
      ...factorInPath,
      name: present(factorName()),
      assignments: present(assignments()),
      ...proof,
    }),
    output: madeFactor,
    refusals: ['not_visible', 'level_insufficient', 'name_taken', 'version_mismatch', ...PROOF_REFUSALS],
    ifMatch: true,
    example: {
      request: { factor: EXAMPLE.factor, name: 'old phone', second_factor: '287082' },
      response: doneFactor,
    },
  }),
  operation('factors.remove', {
    kind: 'command',
    method: 'POST',
    path: '/factors/{factor}/remove',
    summary: 'Remove a second factor, with a code of it or with another one',
    scope: 'credentials:write',
    input: object({ ...factorInPath, ...proof }),
    output: madeFactor,
    refusals: ['not_visible', 'level_insufficient', 'version_mismatch', ...PROOF_REFUSALS],
    ifMatch: true,
    example: { request: { factor: EXAMPLE.factor, second_factor: '287082' }, response: doneFactor },
  }),
  operation('factors.reset', {
    kind: 'command',
    method: 'POST',
    path: '/users/{user}/factors/reset',
    summary: 'Remove every second factor of somebody who has lost them',
    description: 'An administrator does it, never the user itself; it takes all that the user may do.',
    scope: 'users:write',
    input: object({ user: id('usr'), reason: optional(reason()) }),
    output: object({ user: id('usr'), removed: count(), sequence: count() }),
    refusals: ['not_visible', 'level_insufficient', 'transition_invalid', 'grant_exceeds_own'],
    example: {
      request: { user: EXAMPLE.user, reason: 'Phone lost, seen in person' },
      response: { user: EXAMPLE.user, removed: 1, sequence: 891 },
    },
  }),
] as const
