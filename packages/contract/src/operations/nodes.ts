/** Groups, blocks, settings and templates. */
import { operation } from '../operation.js'
import { displayName, EXAMPLE, made, name, page, reason } from '../resources/common.js'
import {
  BLOCK_KINDS,
  block,
  blockTarget,
  EXAMPLE_GROUP,
  group,
  settingValue,
  template,
  templateInput,
} from '../resources/hierarchy.js'
import {
  anyId,
  choice,
  count,
  id,
  instant,
  json,
  list,
  nullable,
  object,
  optional,
  text,
} from '../wire/index.js'

const madeGroup = made('group', 'grp')
const groupInPath = { group: id('grp') } as const
const doneGroup = { group: EXAMPLE.group, sequence: 830 } as const
const groupMember = object({ ...groupInPath, account: id('acc') })

const movedAccount = object({ account: id('acc'), group: nullable(id('grp')), sequence: count() })
const doneMoved = <const G extends typeof EXAMPLE.group | null>(to: G) =>
  ({ account: EXAMPLE.account, group: to, sequence: 831 }) as const

const GROUPS = [
  operation('groups.create', {
    kind: 'command',
    method: 'POST',
    path: '/groups',
    summary: 'Create an account group of a client',
    description:
      'A group joins accounts for margin; nothing is booked on it. It is always in the client’s base currency.',
    scope: 'accounts:write',
    input: object({ party: id('pty'), name: name('Unique, never changed'), display_name: displayName() }),
    output: madeGroup,
    refusals: ['not_visible', 'name_taken', 'party_suspended', 'limit_reached', 'group_invalid'],
    example: {
      request: { party: EXAMPLE.client, name: 'growth-2', display_name: 'Growth portfolio' },
      response: doneGroup,
    },
  }),
  operation('groups.update', {
    kind: 'command',
    method: 'PATCH',
    path: '/groups/{group}',
    summary: 'Change what a group shows',
    scope: 'accounts:write',
    input: object({ ...groupInPath, display_name: displayName() }),
    output: madeGroup,
    refusals: ['not_visible', 'version_mismatch'],
    ifMatch: true,
    example: { request: { group: EXAMPLE.group, display_name: 'Growth' }, response: doneGroup },
  }),
  operation('groups.close', {
    kind: 'command',
    method: 'POST',
    path: '/groups/{group}/close',
    summary: 'Close an empty group',
    scope: 'accounts:write',
    input: object(groupInPath),
    output: madeGroup,
    refusals: ['not_visible', 'not_empty', 'transition_invalid', 'version_mismatch'],
    ifMatch: true,
    example: { request: { group: EXAMPLE.group }, response: doneGroup },
  }),
  operation('groups.add_account', {
    kind: 'command',
    method: 'PUT',
    path: '/groups/{group}/accounts/{account}',
    summary: 'Put an account into a group',
    scope: 'accounts:write',
    input: groupMember,
    output: movedAccount,
    refusals: ['not_visible', 'group_invalid', 'version_mismatch'],
    ifMatch: true,
    example: {
      request: { group: EXAMPLE.group, account: EXAMPLE.account },
      response: doneMoved(EXAMPLE.group),
    },
  }),
  operation('groups.remove_account', {
    kind: 'command',
    method: 'DELETE',
    path: '/groups/{group}/accounts/{account}',
    summary: 'Take an account out of a group',
    scope: 'accounts:write',
    input: groupMember,
    output: movedAccount,
    refusals: ['not_visible', 'group_invalid', 'version_mismatch'],
    ifMatch: true,
    example: { request: { group: EXAMPLE.group, account: EXAMPLE.account }, response: doneMoved(null) },
  }),
  operation('groups.get', {
    kind: 'query',
    method: 'GET',
    path: '/groups/{group}',
    summary: 'Read a group',
    scope: 'accounts:read',
    input: object(groupInPath),
    output: group,
    refusals: ['not_visible'],
    example: { request: { group: EXAMPLE.group }, response: EXAMPLE_GROUP },
  }),
  operation('groups.list', {
    kind: 'query',
    method: 'GET',
    path: '/groups',
    summary: 'List the groups of a party',
    scope: 'accounts:read',
    input: object({ party: id('pty') }),
    output: page(group),
    refusals: ['not_visible'],
    example: {
      request: { party: EXAMPLE.client },
      response: { items: [EXAMPLE_GROUP], next_cursor: null },
    },
  }),
] as const

const madeBlock = made('block', 'blk')

const BLOCKS = [
  operation('blocks.set', {
    kind: 'command',
    method: 'POST',
    path: '/blocks',
    summary: 'Block trading, transfers, sign-in or everything',
    description: 'Stands on top of the status, says who set it, why, and until when.',
    scope: 'blocks:write',
    input: object({
      target: blockTarget(),
      kind: choice(BLOCK_KINDS),
      reason: reason('Why it stands'),
      until: optional(instant('When it lifts itself')),
    }),
    output: madeBlock,
    refusals: ['not_visible', 'limit_reached'],
    example: {
      request: { target: EXAMPLE.account, kind: 'transfers', reason: 'Suspicious activity' },
      response: { block: EXAMPLE.block, sequence: 840 },
    },
  }),
  operation('blocks.lift', {
    kind: 'command',
    method: 'DELETE',
    path: '/blocks/{block}',
    summary: 'Lift a block',
    scope: 'blocks:write',
    input: object({ block: id('blk') }),
    output: madeBlock,
    refusals: ['not_visible'],
    example: { request: { block: EXAMPLE.block }, response: { block: EXAMPLE.block, sequence: 841 } },
  }),
  operation('blocks.list', {
    kind: 'query',
    method: 'GET',
    path: '/blocks',
    summary: 'List the blocks that stand against a target',
    scope: 'accounts:read',
    input: object({ target: blockTarget() }),
    output: page(block),
    refusals: ['not_visible'],
    example: { request: { target: EXAMPLE.account }, response: { items: [], next_cursor: null } },
  }),
] as const

const settingName = () => text({ max: 64, pattern: /^[a-z][a-z0-9_.]*$/, meaning: 'the name of a setting' })
const madeSetting = made('setting', 'set')
const doneSetting = { setting: 'set_65', sequence: 850 } as const
const node = () => anyId(['pty', 'acc', 'grp'], 'A party, an account or a group')

const SETTINGS = [
  operation('settings.set', {
    kind: 'command',
    method: 'PUT',
    path: '/settings/{node}/{name}',
    summary: 'Set a value at a node, from a date on',
    description: 'Everything beneath the node inherits it, unless it has a value of its own.',
    scope: 'settings:write',
    input: object({
      node: node(),
      name: settingName(),
      value: json('As the setting takes it; amounts are written as text'),
      from: optional(instant('From now on unless said')),
    }),
    output: madeSetting,
    refusals: ['not_visible', 'setting_invalid'],
    example: {
      request: {
        node: EXAMPLE.firm,
        name: 'approvals.policy',
        value: { money: 'always', rights: 'never', corrections: 'never' },
      },
      response: doneSetting,
    },
  }),
  operation('settings.clear', {
    kind: 'command',
    method: 'DELETE',
    path: '/settings/{node}/{name}',
    summary: 'Take a value of a node away, so that it inherits again',
    scope: 'settings:write',
    input: object({
      node: node(),
      name: settingName(),
      from: optional(instant('From now on unless said')),
    }),
    output: madeSetting,
    refusals: ['not_visible', 'setting_invalid'],
    example: { request: { node: EXAMPLE.firm, name: 'approvals.policy' }, response: doneSetting },
  }),
  operation('settings.effective', {
    kind: 'query',
    method: 'GET',
    path: '/settings/{node}',
    summary: 'Read the values that hold at a node, each with its source',
    scope: 'settings:read',
    input: object({
      node: node(),
      name: optional(settingName()),
      at: optional(instant('As of then; now unless said')),
    }),
    output: object({ items: list(settingValue, { max: 1_000 }) }),
    refusals: ['not_visible', 'setting_invalid'],
    example: {
      request: { node: EXAMPLE.firm },
      response: {
        items: [
          {
            name: 'approvals.policy',
            value: { money: 'never', rights: 'never', corrections: 'never' },
            source: null,
            from: null,
            is_default: true,
            description: 'Which requests need a second person',
          },
        ],
      },
    },
  }),
] as const

const madeTemplate = made('template', 'tpl')
const doneTemplate = { template: EXAMPLE.template, sequence: 855 } as const

const TEMPLATES = [
  operation('templates.create', {
    kind: 'command',
    method: 'POST',
    path: '/templates',
    summary: 'Keep a template for opening accounts',
    scope: 'accounts:write',
    input: object({
      party: id('pty'),
      name: name('Unique under the party'),
      ...templateInput,
    }),
    output: madeTemplate,
    refusals: ['not_visible', 'name_taken', 'template_invalid'],
    example: {
      request: {
        party: EXAMPLE.firm,
        name: 'retail-2',
        display_name: 'Retail',
        type: 'cash',
        account_display_name: 'Retail {name}',
      },
      response: doneTemplate,
    },
  }),
  operation('templates.update', {
    kind: 'command',
    method: 'PUT',
    path: '/templates/{template}',
    summary: 'Change a template',
    scope: 'accounts:write',
    description: 'Replaces what the template says, whole.',
    input: object({ template: id('tpl'), ...templateInput }),
    output: madeTemplate,
    refusals: ['not_visible', 'template_invalid', 'version_mismatch'],
    ifMatch: true,
    example: {
      request: {
        template: EXAMPLE.template,
        display_name: 'Retail clients',
        type: 'cash',
        account_display_name: 'Retail {name}',
      },
      response: doneTemplate,
    },
  }),
  operation('templates.remove', {
    kind: 'command',
    method: 'DELETE',
    path: '/templates/{template}',
    summary: 'Remove a template',
    description: 'Accounts that were made from it stay as they are.',
    scope: 'accounts:write',
    input: object({ template: id('tpl') }),
    output: madeTemplate,
    refusals: ['not_visible', 'version_mismatch'],
    ifMatch: true,
    example: { request: { template: EXAMPLE.template }, response: doneTemplate },
  }),
  operation('templates.list', {
    kind: 'query',
    method: 'GET',
    path: '/templates',
    summary: 'List the templates of a party',
    scope: 'accounts:read',
    input: object({ party: id('pty') }),
    output: page(template),
    refusals: ['not_visible'],
    example: { request: { party: EXAMPLE.firm }, response: { items: [], next_cursor: null } },
  }),
] as const

export const NODE_OPERATIONS = [...GROUPS, ...BLOCKS, ...SETTINGS, ...TEMPLATES] as const
