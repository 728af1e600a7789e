/** Events, webhooks, mail and identity checks. */
import { operation } from '../operation.js'
import { EXAMPLE, made, page, paging, period, reason } from '../resources/common.js'
import { SURFACES } from '../resources/identity.js'
import {
  choice,
  count,
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

export const event = object({
  id: text({ max: 32, description: 'sequence.index: where to resume behind it' }),
  sequence: count(),
  index: count(),
  time: instant(),
  kind: text({ max: 64, description: 'What happened, in the past tense: `transfer.completed`' }),
  subject: text({ max: 32, description: 'What it happened to' }),
  credential: nullable(id('key')),
  user: nullable(id('usr')),
  on_behalf_of: nullable(id('usr')),
  data: json('What it carries; big whole numbers are text in units of the currency’s scale'),
  reason: nullable(text({ max: 500 })),
  request: nullable(text({ max: 128 })),
})

const EXAMPLE_EVENT = {
  id: '920.0',
  sequence: 920,
  index: 0,
  time: EXAMPLE.at,
  kind: 'transfer.completed',
  subject: EXAMPLE.transfer,
  credential: EXAMPLE.key,
  user: EXAMPLE.user,
  on_behalf_of: null,
  data: { from: 1042, to: 1043, currency: 'USD', amount: '10000000' },
  reason: null,
  request: 'req_77',
} as const

const EVENTS = [
  operation('events.list', {
    kind: 'history',
    method: 'GET',
    path: '/events',
    summary: 'Read what happened in a subtree',
    description:
      'The same events, live and resumable, are at /stemma/v1/events/stream (SSE) and /stemma/v1/ws.',
    scope: 'events:read',
    input: object({
      under: id('pty', 'This party and everything beneath it'),
      kinds: optional(list(text({ max: 64 }), { max: 50 }), []),
      subject: optional(text({ max: 32 })),
      after: optional(text({ max: 32, pattern: /^[0-9]{1,16}\.[0-9]{1,9}$/, meaning: 'sequence.index' })),
      ...period,
      newest_first: optional(flag('Newest first'), false),
      ...paging,
    }),
    output: page(event),
    refusals: ['not_visible'],
    example: {
      request: { under: EXAMPLE.firm, kinds: ['transfer.completed'] },
      response: { items: [EXAMPLE_EVENT], next_cursor: null },
    },
  }),
] as const

const webhook = object({
  id: id('whk'),
  surface: choice(SURFACES),
  version: count({ min: 1 }),
  party: id('pty', 'Its events and those of everything beneath it are sent'),
  url: text({ max: 2_048 }),
  kinds: list(text({ max: 64 }), { max: 50 }),
  status: choice(['active', 'suspended', 'closed']),
  created_at: instant(),
})
const EXAMPLE_WEBHOOK = {
  id: EXAMPLE.webhook,
  surface: 'native',
  version: 1,
  party: EXAMPLE.firm,
  url: 'https://hooks.example/stemma',
  kinds: ['transfer.completed'],
  status: 'active',
  created_at: EXAMPLE.at,
} as const
const url = () =>
  text({ max: 2_048, pattern: /^https?:\/\/[^\s]+$/, meaning: 'an address that starts with https://' })

const WEBHOOKS = [
  operation('webhooks.register', {
    kind: 'command',
    method: 'POST',
    path: '/webhooks',
    summary: 'Have events sent to an address, signed',
    description: 'Signed by the Standard Webhooks scheme; the secret is shown in this answer only.',
    scope: 'webhooks:write',
    input: object({
      party: id('pty'),
      url: url(),
      kinds: optional(list(text({ max: 64 }), { max: 50 }), []),
    }),
    output: object({ webhook: id('whk'), secret: nullable(text({ max: 128 })), sequence: count() }),
    refusals: ['not_visible', 'limit_reached'],
    example: {
      request: { party: EXAMPLE.firm, url: 'https://hooks.example/stemma', kinds: ['transfer.completed'] },
      response: { webhook: EXAMPLE.webhook, secret: 'whsec_c2VjcmV0LW9mLTI0LWJ5dGVzLWxvbmc=', sequence: 960 },
    },
  }),
  operation('webhooks.list', {
    kind: 'query',
    method: 'GET',
    path: '/webhooks',
    summary: 'List the webhooks of a party',
    scope: 'webhooks:write',
    input: object({ party: id('pty'), ...paging }),
    output: page(webhook),
    refusals: ['not_visible'],
    example: { request: { party: EXAMPLE.firm }, response: { items: [EXAMPLE_WEBHOOK], next_cursor: null } },
  }),
  operation('webhooks.update', {
    kind: 'command',
    method: 'PATCH',
    path: '/webhooks/{webhook}',
    summary: 'Change where events are sent, which, or pause them',
    scope: 'webhooks:write',
    input: object({
      webhook: id('whk'),
      url: present(url()),
      kinds: present(list(text({ max: 64 }), { max: 50 })),
      status: present(choice(['active', 'suspended'])),
    }),
    output: made('webhook', 'whk'),
    refusals: ['not_visible', 'version_mismatch'],
    ifMatch: true,
    example: {
      request: { webhook: EXAMPLE.webhook, status: 'suspended' },
      response: { webhook: EXAMPLE.webhook, sequence: 962 },
    },
  }),
  operation('webhooks.remove', {
    kind: 'command',
    method: 'DELETE',
    path: '/webhooks/{webhook}',
    summary: 'Stop sending to an address',
    scope: 'webhooks:write',
    input: object({ webhook: id('whk') }),
    output: made('webhook', 'whk'),
    refusals: ['not_visible', 'version_mismatch'],
    ifMatch: true,
    example: { request: { webhook: EXAMPLE.webhook }, response: { webhook: EXAMPLE.webhook, sequence: 961 } },
  }),
  operation('mails.list', {
    kind: 'query',
    method: 'GET',
    path: '/mails',
    summary: 'Read the mail that the embedded mailbox kept instead of sending it, newest first',
    scope: 'users:read',
    input: object({ party: id('pty'), ...paging }),
    output: page(
      object({
        id: id('mai'),
        party: id('pty'),
        to: text({ max: 320 }),
        subject: text({ max: 500 }),
        text: text({ max: 20_000 }),
        sent_at: instant(),
      }),
    ),
    refusals: ['not_visible'],
    example: { request: { party: EXAMPLE.firm }, response: { items: [], next_cursor: null } },
  }),
] as const

const DECISIONS = ['review', 'resubmit', 'accept', 'reject'] as const
const application = object({
  id: id('kyc'),
  firm: id('pty'),
  external_id: text({ max: 49 }),
  decision: choice(DECISIONS),
  status: choice(['open', 'on_hold', 'closed']),
  sub_status: text({ max: 64 }),
  reason: nullable(text({ max: 500 })),
  has_personal: flag(),
  party: nullable(id('pty', 'What became of it: the client')),
  user: nullable(id('usr')),
  account: nullable(id('acc')),
  decided_at: nullable(instant()),
  version: count({ min: 1 }),
  created_at: instant(),
})
const EXAMPLE_APPLICATION = {
  id: EXAMPLE.kyc,
  firm: EXAMPLE.firm,
  external_id: 'person-1',
  decision: 'review',
  status: 'open',
  sub_status: 'pending',
  reason: null,
  has_personal: true,
  party: null,
  user: null,
  account: null,
  decided_at: null,
  version: 1,
  created_at: EXAMPLE.at,
} as const
const decided = object({ application: id('kyc'), decision: choice(DECISIONS), sequence: count() })

const KYC = [
  operation('kyc.start', {
    kind: 'command',
    method: 'POST',
    path: '/kyc',
    summary: 'Start the identity check of a person, or send it in again',
    scope: 'kyc:write',
    input: object({
      firm: id('pty'),
      external_id: text({ max: 49, description: 'The firm’s own id of the person' }),
      personal: text({ max: 8_192, description: 'Personal fields as text, kept sealed' }),
    }),
    output: decided,
    refusals: ['not_visible', 'party_suspended', 'limit_reached'],
    example: {
      request: { firm: EXAMPLE.firm, external_id: 'person-2', personal: '{"name":"Ada Example"}' },
      response: { application: EXAMPLE.kyc, decision: 'review', sequence: 970 },
    },
  }),
  operation('kyc.decide', {
    kind: 'command',
    method: 'POST',
    path: '/kyc/{application}/decide',
    summary: 'Decide an identity check; a client, user and account follow an acceptance',
    scope: 'kyc:decide',
    input: object({
      application: id('kyc'),
      decision: choice(DECISIONS),
      reason: optional(reason()),
    }),
    output: decided,
    refusals: ['not_visible', 'transition_invalid', 'version_mismatch'],
    ifMatch: true,
    example: {
      request: { application: EXAMPLE.kyc, decision: 'accept' },
      response: { application: EXAMPLE.kyc, decision: 'accept', sequence: 971 },
    },
  }),
  operation('kyc.get', {
    kind: 'query',
    method: 'GET',
    path: '/kyc/{application}',
    summary: 'Read how an identity check stands',
    scope: 'kyc:read',
    input: object({ application: id('kyc') }),
    output: application,
    refusals: ['not_visible'],
    example: { request: { application: EXAMPLE.kyc }, response: EXAMPLE_APPLICATION },
  }),
  operation('kyc.list', {
    kind: 'query',
    method: 'GET',
    path: '/kyc',
    summary: 'List the identity checks of a firm',
    scope: 'kyc:read',
    input: object({ firm: id('pty'), ...paging }),
    output: page(application),
    refusals: ['not_visible'],
    example: {
      request: { firm: EXAMPLE.firm },
      response: { items: [EXAMPLE_APPLICATION], next_cursor: null },
    },
  }),
] as const

export const EVENT_OPERATIONS = [...EVENTS, ...WEBHOOKS, ...KYC] as const
