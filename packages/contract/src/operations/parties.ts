/** Operations on parties: the tree of owners. */

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
  sorting,
} from '../resources/common.js'
import { EXAMPLE_PARTY, PARTY_KINDS, party } from '../resources/hierarchy.js'
import { choice, currency, flag, id, object, optional, text } from '../wire/index.js'

const partyInPath = { party: id('pty') } as const
const madeParty = made('party', 'pty')
const done = { party: EXAMPLE.firm, sequence: 812 } as const

const lifeCycle = <const N extends string>(verb: N, summary: string, description: string) =>
  operation(`parties.${verb}`, {
    kind: 'command',
    method: 'POST',
    path: `/parties/{party}/${verb}`,
    summary,
    description,
    scope: 'parties:write',
    input: object({ ...partyInPath, reason: optional(reason()) }),
    output: madeParty,
    refusals: ['not_visible', 'transition_invalid', 'root_is_fixed', 'version_mismatch'],
    ifMatch: true,
    example: { request: { party: EXAMPLE.firm, reason: 'Asked for by the firm' }, response: done },
  })

export const PARTY_OPERATIONS = [
  operation('parties.create', {
    kind: 'command',
    method: 'POST',
    path: '/parties',
    summary: 'Create a party under its owner',
    description:
      'Clearing members stand under the operator, firms under clearing members, clients under anybody. Any client may own clients.',
    scope: 'parties:write',
    input: object({
      owner: id('pty'),
      kind: choice(['clearing_member', 'participant', 'client']),
      name: name('Unique, part of addresses, never changed'),
      display_name: displayName(),
      base_currency: optional(currency('The owner’s unless said')),
      is_partner: optional(flag('Others come through it'), false),
      is_legally_liable: optional(flag('A shortfall beneath it is its own'), false),
    }),
    output: madeParty,
    refusals: [
      'not_visible',
      'name_taken',
      'owner_kind_invalid',
      'party_suspended',
      'tree_too_deep',
      'currency_unknown',
    ],
    example: {
      request: {
        owner: EXAMPLE.member,
        kind: 'participant',
        name: 'api-acme-desk-2',
        display_name: 'ACME desk 2',
      },
      response: done,
    },
  }),
  operation('parties.get', {
    kind: 'query',
    method: 'GET',
    path: '/parties/{party}',
    summary: 'Read a party',
    scope: 'parties:read',
    input: object(partyInPath),
    output: party,
    refusals: ['not_visible'],
    example: { request: { party: EXAMPLE.firm }, response: EXAMPLE_PARTY },
  }),
  operation('parties.list', {
    kind: 'query',
    method: 'GET',
    path: '/parties',
    summary: 'List parties of a subtree',
    scope: 'parties:read',
    input: object({
      under: optional(
        id('pty', 'This party and everything beneath it; all that is within reach unless said'),
      ),
      kind: optional(choice(PARTY_KINDS)),
      status: optional(choice(STATUSES)),
      search: optional(text({ max: 64, description: 'Part of a name or display name' })),
      ...sorting,
      ...paging,
    }),
    output: page(party),
    refusals: ['not_visible'],
    example: {
      request: { under: EXAMPLE.member, limit: 50 },
      response: { items: [EXAMPLE_PARTY], next_cursor: null },
    },
  }),
  operation('parties.update', {
    kind: 'command',
    method: 'PATCH',
    path: '/parties/{party}',
    summary: 'Change what a party shows',
    scope: 'parties:write',
    input: object({
      ...partyInPath,
      display_name: optional(displayName()),
      is_partner: optional(flag()),
      is_legally_liable: optional(flag()),
      personal: optional(text({ max: 4_096, description: 'Replaces the sealed personal fields' })),
    }),
    output: madeParty,
    refusals: ['not_visible', 'version_mismatch'],
    ifMatch: true,
    example: { request: { party: EXAMPLE.firm, display_name: 'ACME Trading Ltd' }, response: done },
  }),
  lifeCycle('suspend', 'Suspend a party', 'Suspends everything beneath it too, until it is reactivated.'),
  lifeCycle(
    'reactivate',
    'Reactivate a suspended party',
    'What was suspended on its own beneath it stays suspended.',
  ),
  operation('parties.close', {
    kind: 'command',
    method: 'POST',
    path: '/parties/{party}/close',
    summary: 'Close a party for good',
    description: 'Refused while an open account or an open party stands beneath it.',
    scope: 'parties:write',
    input: object({ ...partyInPath, reason: optional(reason()) }),
    output: madeParty,
    refusals: ['not_visible', 'not_empty', 'transition_invalid', 'root_is_fixed', 'version_mismatch'],
    ifMatch: true,
    example: { request: { party: EXAMPLE.client }, response: { party: EXAMPLE.client, sequence: 813 } },
  }),
  operation('parties.move', {
    kind: 'command',
    method: 'POST',
    path: '/parties/{party}/move',
    summary: 'Move a party to another owner',
    description:
      'Everything beneath it moves along. A dry run shows whose reach and which settings change. A large subtree moves as a process.',
    scope: 'parties:write',
    input: object({ ...partyInPath, owner: id('pty', 'The new owner'), reason: optional(reason()) }),
    output: madeParty,
    refusals: [
      'not_visible',
      'move_into_itself',
      'owner_kind_invalid',
      'root_is_fixed',
      'tree_too_deep',
      'version_mismatch',
    ],
    ifMatch: true,
    example: {
      request: { party: EXAMPLE.client, owner: EXAMPLE.member },
      response: { party: EXAMPLE.client, sequence: 814 },
    },
  }),
  operation('parties.set_kyc', {
    kind: 'command',
    method: 'PUT',
    path: '/parties/{party}/kyc',
    summary: 'Set the identity-check state of a party',
    scope: 'kyc:decide',
    input: object({ ...partyInPath, kyc: choice(KYC_STATES), reason: optional(reason()) }),
    output: madeParty,
    refusals: ['not_visible', 'version_mismatch'],
    ifMatch: true,
    example: { request: { party: EXAMPLE.firm, kyc: 'approved' }, response: done },
  }),
  operation('parties.erase', {
    kind: 'command',
    method: 'POST',
    path: '/parties/{party}/erase',
    summary: 'Forget the personal fields of a party',
    description:
      'The sealed fields are dropped, and the key of the party is destroyed, so that nothing opens them in the journal and its backups either; figures and history stay.',
    scope: 'parties:write',
    input: object({ ...partyInPath, reason: optional(reason()) }),
    output: madeParty,
    refusals: ['not_visible', 'version_mismatch'],
    ifMatch: true,
    example: { request: { party: EXAMPLE.client }, response: { party: EXAMPLE.client, sequence: 815 } },
  }),
] as const
