/** Operations on accounts: opening, the way to clearing, and the life cycle. */
import { operation } from '../operation.js'
import {
  displayName,
  EXAMPLE,
  made,
  name,
  PAGE_LIMIT_DEFAULT,
  PAGE_LIMIT_MAX,
  page,
  paging,
  reason,
  STATUSES,
  sorting,
} from '../resources/common.js'
import { ACCOUNT_STAGES, ACCOUNT_TYPES, account, EXAMPLE_ACCOUNT, process } from '../resources/hierarchy.js'
import { choice, count, currency, flag, id, json, list, object, optional, text } from '../wire/index.js'

const EXAMPLE_PROCESS = {
  id: EXAMPLE.process,
  kind: 'accounts.open_many',
  state: 'completed',
  party: EXAMPLE.firm,
  total: 1,
  cursor: 1,
  failures: 0,
  started_by: EXAMPLE.user,
  created_at: EXAMPLE.at,
  ended_at: EXAMPLE.at,
} as const

const accountInPath = { account: id('acc') } as const
const madeAccount = made('account', 'acc')
const done = { account: EXAMPLE.account, sequence: 820 } as const

const lifeCycle = <const N extends string>(verb: N, summary: string, description: string) =>
  operation(`accounts.${verb}`, {
    kind: 'command',
    method: 'POST',
    path: `/accounts/{account}/${verb}`,
    summary,
    description,
    scope: 'accounts:write',
    input: object({ ...accountInPath, reason: optional(reason()) }),
    output: madeAccount,
    refusals: ['not_visible', 'transition_invalid', 'not_empty', 'version_mismatch'],
    ifMatch: true,
    example: { request: { account: EXAMPLE.account, reason: 'Asked for by the firm' }, response: done },
  })

export const ACCOUNT_OPERATIONS = [
  operation('accounts.open', {
    kind: 'command',
    method: 'POST',
    path: '/accounts',
    summary: 'Open an account or a subaccount',
    description:
      'With `needs_clearing` it waits for review and for the clearing firm; otherwise it is approved at once.',
    scope: 'accounts:write',
    input: object({
      party: id('pty'),
      main: optional(id('acc', 'The main account, for a subaccount')),
      name: name('Unique, part of addresses, never changed'),
      template: optional(id('tpl', 'Where the rest comes from')),
      display_name: optional(displayName()),
      type: optional(choice(ACCOUNT_TYPES, 'The template’s, or cash, unless said')),
      base_currency: optional(currency('The party’s unless said')),
      needs_clearing: optional(
        flag('Review and the clearing firm come first; as the setting says unless said'),
      ),
      attributes: optional(json('Owner type, option level, permissions and so on'), {}),
    }),
    output: madeAccount,
    refusals: [
      'not_visible',
      'name_taken',
      'party_suspended',
      'main_account_invalid',
      'limit_reached',
      'currency_unknown',
    ],
    example: {
      request: {
        party: EXAMPLE.firm,
        name: 'acme-trading-002',
        display_name: 'ACME trading account 2',
        type: 'cash',
      },
      response: done,
    },
  }),
  operation('accounts.open_many', {
    kind: 'command',
    method: 'POST',
    path: '/accounts/open_many',
    summary: 'Open up to 5,000 accounts from a template',
    description:
      'Either `items`, or `counted` names that count up. Runs as a process between other traffic; read its progress under processes.',
    scope: 'accounts:write',
    input: object({
      party: id('pty'),
      main: optional(id('acc', 'The main account, for subaccounts')),
      template: optional(id('tpl', 'Where the rest comes from')),
      type: optional(choice(ACCOUNT_TYPES)),
      base_currency: optional(currency()),
      needs_clearing: optional(flag()),
      counted: optional(
        object({
          prefix: text({ max: 60 }),
          first: count(),
          digits: count({ min: 1, max: 12 }),
          count: count({ min: 1, max: 5_000 }),
        }),
      ),
      items: optional(
        list(
          object({
            name: name('Unique'),
            display_name: optional(displayName()),
            type: optional(choice(ACCOUNT_TYPES)),
            attributes: optional(json('Laid over the template’s'), {}),
          }),
          { min: 1, max: 5_000 },
        ),
      ),
    }),
    output: made('process', 'prc'),
    refusals: ['not_visible', 'template_invalid', 'name_taken', 'limit_reached', 'party_suspended'],
    example: {
      request: { party: EXAMPLE.firm, items: [{ name: 'acme-bulk-1', display_name: 'ACME bulk 1' }] },
      response: { process: EXAMPLE.process, sequence: 821 },
    },
  }),
  operation('accounts.get', {
    kind: 'query',
    method: 'GET',
    path: '/accounts/{account}',
    summary: 'Read an account',
    scope: 'accounts:read',
    input: object(accountInPath),
    output: account,
    refusals: ['not_visible'],
    example: { request: { account: EXAMPLE.account }, response: EXAMPLE_ACCOUNT },
  }),
  operation('accounts.list', {
    kind: 'query',
    method: 'GET',
    path: '/accounts',
    summary: 'List accounts of a party or a subtree',
    scope: 'accounts:read',
    input: object({
      party: optional(id('pty', 'Accounts of this party itself')),
      under: optional(id('pty', 'Accounts of this party and of everything beneath it')),
      status: optional(choice(STATUSES)),
      stage: optional(choice(ACCOUNT_STAGES)),
      type: optional(choice(ACCOUNT_TYPES)),
      search: optional(text({ max: 64, description: 'Part of a name, display name or clearing number' })),
      ...sorting,
      ...paging,
    }),
    output: page(account),
    refusals: ['not_visible'],
    example: {
      request: { party: EXAMPLE.firm, status: 'active' },
      response: { items: [EXAMPLE_ACCOUNT], next_cursor: null },
    },
  }),
  operation('accounts.update', {
    kind: 'command',
    method: 'PATCH',
    path: '/accounts/{account}',
    summary: 'Change what an account shows',
    scope: 'accounts:write',
    input: object({
      ...accountInPath,
      display_name: optional(displayName()),
      type: optional(choice(ACCOUNT_TYPES)),
      attributes: optional(json('Replaces the attributes')),
    }),
    output: madeAccount,
    refusals: ['not_visible', 'version_mismatch'],
    ifMatch: true,
    example: { request: { account: EXAMPLE.account, display_name: 'ACME main' }, response: done },
  }),
  operation('accounts.review', {
    kind: 'command',
    method: 'POST',
    path: '/accounts/{account}/review',
    summary: 'Review a new account: forward it to clearing, or return it',
    scope: 'accounts:approve',
    input: object({
      ...accountInPath,
      decision: choice(['forward', 'return']),
      reason: optional(reason()),
    }),
    output: madeAccount,
    refusals: ['not_visible', 'transition_invalid', 'version_mismatch'],
    ifMatch: true,
    example: {
      request: { account: EXAMPLE.second, decision: 'forward' },
      response: { account: EXAMPLE.second, sequence: 822 },
    },
  }),
  operation('accounts.approve', {
    kind: 'command',
    method: 'POST',
    path: '/accounts/{account}/approve',
    summary: 'Approve an account, as the clearing firm',
    scope: 'clearing:write',
    input: object({
      ...accountInPath,
      clearing_number: optional(text({ max: 64, description: 'The account’s number at the clearing firm' })),
    }),
    output: madeAccount,
    refusals: ['not_visible', 'transition_invalid', 'version_mismatch'],
    ifMatch: true,
    example: {
      request: { account: EXAMPLE.second, clearing_number: '5CL-00042' },
      response: { account: EXAMPLE.second, sequence: 823 },
    },
  }),
  operation('accounts.reject', {
    kind: 'command',
    method: 'POST',
    path: '/accounts/{account}/reject',
    summary: 'Reject an account, as the clearing firm',
    scope: 'clearing:write',
    input: object({ ...accountInPath, reason: optional(reason()) }),
    output: madeAccount,
    refusals: ['not_visible', 'transition_invalid', 'version_mismatch'],
    ifMatch: true,
    example: {
      request: { account: EXAMPLE.second, reason: 'Documents incomplete' },
      response: { account: EXAMPLE.second, sequence: 824 },
    },
  }),
  lifeCycle('suspend', 'Suspend an account', 'No dealing until it is reactivated; reading goes on.'),
  lifeCycle('reactivate', 'Reactivate a suspended account', 'Blocks that stand against it stay.'),
  lifeCycle(
    'close',
    'Close an account for good',
    'Needs a zero balance in every currency and no open subaccount.',
  ),
  operation('processes.get', {
    kind: 'query',
    method: 'GET',
    path: '/processes/{process}',
    summary: 'Read how far long work has come',
    scope: 'accounts:read',
    input: object({
      process: id('prc'),
      first: optional(count({ description: 'Place of the first result that is wanted' }), 0),
      limit: optional(count({ min: 1, max: PAGE_LIMIT_MAX }), PAGE_LIMIT_DEFAULT),
    }),
    output: process,
    refusals: ['not_visible'],
    example: { request: { process: EXAMPLE.process }, response: EXAMPLE_PROCESS },
  }),
  operation('processes.list', {
    kind: 'query',
    method: 'GET',
    path: '/processes',
    summary: 'List the latest long work of a party',
    scope: 'accounts:read',
    input: object({ party: id('pty') }),
    output: page(process),
    refusals: ['not_visible'],
    example: { request: { party: EXAMPLE.firm }, response: { items: [EXAMPLE_PROCESS], next_cursor: null } },
  }),
] as const
