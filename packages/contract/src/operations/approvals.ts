/** Corrections of what was posted, and the second person that policy asks for. */
import { operation } from '../operation.js'
import { EXAMPLE, made, page, paging, reason } from '../resources/common.js'
import { APPROVAL_STATES, approval, EXAMPLE_APPROVAL } from '../resources/ledger.js'
import { amount, anyId, choice, currency, flag, id, object, optional, text } from '../wire/index.js'

const CORRECTIONS = [
  operation('corrections.reverse', {
    kind: 'command',
    method: 'POST',
    path: '/corrections',
    summary: 'Reverse a posting by entries that point at it',
    description: 'Nothing posted is edited or deleted. A posting can be reversed once.',
    scope: 'corrections:write',
    input: object({
      subject: anyId(['trf', 'dep', 'wdr', 'csm', 'adj'], 'What made the posting'),
      description: text({ max: 500, description: 'Why it is reversed' }),
      allow_overdraw: optional(
        flag('Even where less than nothing is left; needs the scope funding:settle'),
        false,
      ),
    }),
    output: made('correction', 'cor'),
    refusals: ['not_visible', 'already_reversed', 'not_reversible', 'insufficient_available_balance'],
    example: {
      request: { subject: EXAMPLE.deposit, description: 'Sent to the wrong account' },
      response: { correction: 'cor_79', sequence: 940 },
    },
  }),
  operation('adjustments.create', {
    kind: 'command',
    method: 'POST',
    path: '/adjustments',
    summary: 'Adjust a balance against the fees account of the operator',
    scope: 'corrections:write',
    input: object({
      account: id('acc'),
      currency: currency(),
      amount: amount('currency', 'Above zero credits the account'),
      description: text({ max: 500, description: 'Why' }),
    }),
    output: made('adjustment', 'adj'),
    refusals: [
      'not_visible',
      'amount_not_positive',
      'amount_out_of_range',
      'insufficient_available_balance',
      'currency_unknown',
    ],
    example: {
      request: { account: EXAMPLE.account, currency: 'USD', amount: '-1.25', description: 'Bank charge' },
      response: { adjustment: 'adj_80', sequence: 941 },
    },
  }),
] as const

const madeApproval = made('approval', 'apr')
const doneApproval = { approval: EXAMPLE.approval, sequence: 950 } as const
const approvalStep = <const N extends string>(verb: N, summary: string) =>
  operation(`approvals.${verb}`, {
    kind: 'command',
    method: 'POST',
    path: `/approvals/{approval}/${verb}`,
    summary,
    scope: 'approvals:write',
    input: object({ approval: id('apr'), reason: optional(reason()) }),
    output: madeApproval,
    refusals: ['not_visible', 'approval_is_makers', 'approval_closed'],
    example: { request: { approval: EXAMPLE.approval }, response: doneApproval },
  })

const APPROVALS = [
  approvalStep('approve', 'Approve what somebody else asked for; it is carried out at once'),
  approvalStep('reject', 'Reject what somebody else asked for'),
  approvalStep('withdraw', 'Withdraw an own request'),
  operation('approvals.get', {
    kind: 'query',
    method: 'GET',
    path: '/approvals/{approval}',
    summary: 'Read a request that waits for a second person',
    scope: 'approvals:read',
    input: object({ approval: id('apr') }),
    output: approval,
    refusals: ['not_visible'],
    example: { request: { approval: EXAMPLE.approval }, response: EXAMPLE_APPROVAL },
  }),
  operation('approvals.list', {
    kind: 'query',
    method: 'GET',
    path: '/approvals',
    summary: 'List requests that wait for a second person',
    scope: 'approvals:read',
    input: object({
      party: id('pty', 'This party and everything beneath it'),
      state: optional(choice(APPROVAL_STATES)),
      ...paging,
    }),
    output: page(approval),
    refusals: ['not_visible'],
    example: {
      request: { party: EXAMPLE.firm },
      response: { items: [EXAMPLE_APPROVAL], next_cursor: null },
    },
  }),
] as const

export const APPROVAL_OPERATIONS = [...CORRECTIONS, ...APPROVALS] as const
