/** API keys, clients and tokens: how users and parties prove who they are. */
import { operation } from '../operation.js'
import { displayName, EXAMPLE, made, page, paging, reason } from '../resources/common.js'
import { credential, EXAMPLE_CREDENTIAL, SURFACES, scopes, token } from '../resources/identity.js'
import {
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
  text,
} from '../wire/index.js'

const keyInPath = { credential: id('key') } as const
const madeCredential = made('credential', 'key')
const doneCredential = { credential: EXAMPLE.key, sequence: 870 } as const
const shared = {
  user: optional(id('usr', 'The user that it belongs to')),
  party: optional(id('pty', 'The party that it belongs to, when it belongs to no user')),
  display_name: displayName(),
  surface: optional(choice(SURFACES, 'Where it is good for'), 'native'),
  scopes: optional(scopes()),
  ip_addresses: optional(
    list(text({ max: 64, description: 'An address or a network such as 10.0.0.0/8' }), { max: 64 }),
    [],
  ),
  expires_at: optional(instant()),
} as const
const publicKey = {
  kid: text({ max: 128, description: 'Name of the key' }),
  algorithm: choice(['RS256', 'ES256', 'EdDSA']),
  pem: text({
    max: 8_192,
    pattern: /^-----BEGIN PUBLIC KEY-----[\sA-Za-z0-9+/=]+-----END PUBLIC KEY-----\s*$/,
    meaning: 'a public key in PEM',
  }),
} as const
const EXAMPLE_PEM =
  '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n'

export const CREDENTIAL_OPERATIONS = [
  operation('api_keys.create', {
    kind: 'command',
    method: 'POST',
    path: '/api_keys',
    summary: 'Make an API key',
    description: 'The secret is made here, shown in this answer only, and kept as a hash.',
    scope: 'credentials:write',
    input: object(shared),
    output: object({
      credential: id('key'),
      secret: nullable(
        text({
          max: 128,
          description: 'Send it as `Authorization: Bearer …`; a repeat of the request shows null',
        }),
      ),
      sequence: count(),
    }),
    refusals: ['not_visible', 'limit_reached', 'scope_missing'],
    example: {
      request: { user: EXAMPLE.user, display_name: 'Back office' },
      response: {
        credential: EXAMPLE.key,
        secret: `sk_3f9c2a7d1b4e6f80_${'0'.repeat(64)}`,
        sequence: 870,
      },
    },
  }),
  operation('credentials.create', {
    kind: 'command',
    method: 'POST',
    path: '/credentials',
    summary: 'Register a client that signs with its own private key',
    scope: 'credentials:write',
    input: object({
      ...shared,
      client_id: text({ max: 128, pattern: /^[A-Za-z0-9][A-Za-z0-9._-]*$/, meaning: 'a client id' }),
      public_keys: list(object(publicKey), { min: 1, max: 2 }),
    }),
    output: madeCredential,
    refusals: ['not_visible', 'name_taken', 'keys_exceeded', 'limit_reached', 'scope_missing'],
    example: {
      request: {
        party: EXAMPLE.firm,
        display_name: 'Order gateway',
        client_id: 'acme-gateway-2',
        public_keys: [{ kid: '2026-11', algorithm: 'EdDSA', pem: EXAMPLE_PEM }],
      },
      response: doneCredential,
    },
  }),
  operation('credentials.get', {
    kind: 'query',
    method: 'GET',
    path: '/credentials/{credential}',
    summary: 'Read an API key or a client; never its secret',
    scope: 'credentials:read',
    input: object(keyInPath),
    output: credential,
    refusals: ['not_visible'],
    example: { request: { credential: EXAMPLE.key }, response: EXAMPLE_CREDENTIAL },
  }),
  operation('credentials.list', {
    kind: 'query',
    method: 'GET',
    path: '/credentials',
    summary: 'List the API keys and clients of a user or a party',
    scope: 'credentials:read',
    input: object({ user: optional(id('usr')), party: optional(id('pty')), ...paging }),
    output: page(credential),
    refusals: ['not_visible'],
    example: {
      request: { user: EXAMPLE.user },
      response: { items: [EXAMPLE_CREDENTIAL], next_cursor: null },
    },
  }),
  operation('credentials.update', {
    kind: 'command',
    method: 'PATCH',
    path: '/credentials/{credential}',
    summary: 'Change what an API key or a client may do',
    scope: 'credentials:write',
    input: object({
      ...keyInPath,
      display_name: present(displayName()),
      scopes: present(nullable(scopes())),
      ip_addresses: present(list(text({ max: 64 }), { max: 64 })),
      expires_at: present(nullable(instant())),
      is_factor_asked_in_result: present(
        flag('A missing second factor is told as a result, in place of an error (deribit)'),
      ),
    }),
    output: madeCredential,
    refusals: ['not_visible', 'version_mismatch', 'scope_missing'],
    ifMatch: true,
    example: {
      request: { credential: EXAMPLE.key, display_name: 'Back office 2' },
      response: doneCredential,
    },
  }),
  operation('credentials.add_key', {
    kind: 'command',
    method: 'POST',
    path: '/credentials/{credential}/keys',
    summary: 'Add a public key to a client; two can be live, so that they rotate without a gap',
    scope: 'credentials:write',
    input: object({ ...keyInPath, ...publicKey }),
    output: madeCredential,
    refusals: ['not_visible', 'keys_exceeded', 'version_mismatch'],
    ifMatch: true,
    example: {
      request: { credential: EXAMPLE.key, kid: '2026-12', algorithm: 'EdDSA', pem: EXAMPLE_PEM },
      response: doneCredential,
    },
  }),
  operation('credentials.remove_key', {
    kind: 'command',
    method: 'DELETE',
    path: '/credentials/{credential}/keys/{kid}',
    summary: 'Take a public key of a client away',
    scope: 'credentials:write',
    input: object({ ...keyInPath, kid: publicKey.kid }),
    output: madeCredential,
    refusals: ['not_visible', 'version_mismatch'],
    ifMatch: true,
    example: { request: { credential: EXAMPLE.key, kid: '2026-11' }, response: doneCredential },
  }),
  operation('credentials.revoke', {
    kind: 'command',
    method: 'POST',
    path: '/credentials/{credential}/revoke',
    summary: 'Revoke an API key or a client, with every token that came from it',
    scope: 'credentials:write',
    input: object({ ...keyInPath, reason: optional(reason()) }),
    output: madeCredential,
    refusals: ['not_visible', 'transition_invalid', 'version_mismatch'],
    ifMatch: true,
    example: { request: { credential: EXAMPLE.key }, response: doneCredential },
  }),
  operation('credentials.disable', {
    kind: 'command',
    method: 'POST',
    path: '/credentials/{credential}/disable',
    summary: 'Disable an API key or a client until it is enabled again; its tokens are revoked for good',
    scope: 'credentials:write',
    input: object(keyInPath),
    output: madeCredential,
    refusals: ['not_visible', 'transition_invalid', 'version_mismatch'],
    ifMatch: true,
    example: { request: { credential: EXAMPLE.key }, response: doneCredential },
  }),
  operation('credentials.enable', {
    kind: 'command',
    method: 'POST',
    path: '/credentials/{credential}/enable',
    summary: 'Enable an API key or a client that was disabled; tokens that it had do not come back',
    scope: 'credentials:write',
    input: object(keyInPath),
    output: madeCredential,
    refusals: ['not_visible', 'transition_invalid', 'version_mismatch', 'grant_exceeds_own'],
    ifMatch: true,
    example: { request: { credential: EXAMPLE.key }, response: doneCredential },
  }),
  operation('tokens.list', {
    kind: 'query',
    method: 'GET',
    path: '/tokens',
    summary: 'List the live access tokens of an API key or a client',
    scope: 'credentials:read',
    input: object({ ...keyInPath, ...paging }),
    output: page(token),
    refusals: ['not_visible'],
    example: { request: { credential: EXAMPLE.key }, response: { items: [], next_cursor: null } },
  }),
  operation('tokens.revoke', {
    kind: 'command',
    method: 'POST',
    path: '/tokens/{token}/revoke',
    summary: 'Revoke an access token, with those that came from it',
    scope: 'credentials:write',
    input: object({ token: id('tok') }),
    output: made('token', 'tok'),
    refusals: ['not_visible'],
    example: { request: { token: EXAMPLE.token }, response: { token: EXAMPLE.token, sequence: 880 } },
  }),
] as const
