/** Deposits, withdrawals and cash movements: money that comes from and goes to the outside world. */
import { operation } from '../operation.js'
import { EXAMPLE, made, page, paging, period, reason } from '../resources/common.js'
import {
  cashMovement,
  deposit,
  EXAMPLE_DEPOSIT,
  EXAMPLE_WITHDRAWAL,
  FUNDING_STATES,
  MOVEMENT_REASONS,
  WITHDRAWAL_PRIORITIES,
  withdrawal,
} from '../resources/ledger.js'
import { amount, choice, count, currency, flag, id, nullable, object, optional, text } from '../wire/index.js'

const reference = () => optional(text({ max: 128, description: 'The outside world’s own reference' }))
const description = () => optional(text({ max: 500 }))
const money = {
  account: id('acc'),
  currency: currency(),
  amount: amount(),
  reference: reference(),
  description: description(),
}

const madeDeposit = made('deposit', 'dep')
const doneDeposit = { deposit: EXAMPLE.deposit, sequence: 900 } as const
const depositStep = <const N extends string>(verb: N, summary: string) =>
  operation(`deposits.${verb}`, {
    kind: 'command',
    method: 'POST',
    path: `/deposits/{deposit}/${verb}`,
    summary,
    scope: 'funding:settle',
    input: object({ deposit: id('dep'), reason: optional(reason()) }),
    output: madeDeposit,
    refusals: ['not_visible', 'transition_invalid', 'amount_out_of_range'],
    example: { request: { deposit: EXAMPLE.deposit }, response: doneDeposit },
  })

const madeWithdrawal = made('withdrawal', 'wdr')
const doneWithdrawal = { withdrawal: EXAMPLE.withdrawal, sequence: 905 } as const
const withdrawalStep = <const N extends string, const S extends 'funding:settle' | 'funding:write'>(
  verb: N,
  scope: S,
  summary: string,
) =>
  operation(`withdrawals.${verb}`, {
    kind: 'command',
    method: 'POST',
    path: `/withdrawals/{withdrawal}/${verb}`,
    summary,
    scope,
    input: object({ withdrawal: id('wdr'), reason: optional(reason()) }),
    output: madeWithdrawal,
    refusals: ['not_visible', 'transition_invalid'],
    example: { request: { withdrawal: EXAMPLE.withdrawal }, response: doneWithdrawal },
  })

const { address: _address, ...MOVED } = EXAMPLE_DEPOSIT

const fundingList = {
  account: id('acc'),
  state: optional(choice(FUNDING_STATES)),
  currency: optional(currency()),
  ...period,
  ...paging,
} as const

export const FUNDING_OPERATIONS = [
  operation('deposits.create', {
    kind: 'command',
    method: 'POST',
    path: '/deposits',
    summary: 'Record a deposit from the outside world',
    description: 'With `settle` it is booked at once; otherwise it is pending until it is completed.',
    scope: 'funding:write',
    input: object({
      ...money,
      address: optional(text({ max: 128, description: 'Where it came in: an address of the account' })),
      settle: optional(flag('Book it at once; needs the scope funding:settle'), false),
    }),
    output: madeDeposit,
    refusals: [
      'not_visible',
      'account_not_active',
      'blocked',
      'amount_not_positive',
      'amount_out_of_range',
      'currency_unknown',
      'address_unknown',
    ],
    example: {
      request: {
        account: EXAMPLE.account,
        currency: 'USD',
        amount: '1250.00',
        reference: 'wire 2026-11-20/7',
        settle: true,
      },
      response: doneDeposit,
    },
  }),
  depositStep('acknowledge', 'Say that a pending deposit was seen'),
  depositStep('complete', 'Book a pending deposit'),
  depositStep('cancel', 'Cancel a pending deposit'),
  operation('deposits.get', {
    kind: 'query',
    method: 'GET',
    path: '/deposits/{deposit}',
    summary: 'Read a deposit',
    scope: 'funding:read',
    input: object({ deposit: id('dep') }),
    output: deposit,
    refusals: ['not_visible'],
    example: { request: { deposit: EXAMPLE.deposit }, response: EXAMPLE_DEPOSIT },
  }),
  operation('deposits.list', {
    kind: 'history',
    method: 'GET',
    path: '/deposits',
    summary: 'List the deposits of an account',
    scope: 'funding:read',
    input: object(fundingList),
    output: page(deposit),
    refusals: ['not_visible'],
    example: {
      request: { account: EXAMPLE.account },
      response: { items: [EXAMPLE_DEPOSIT], next_cursor: null },
    },
  }),
  operation('withdrawals.create', {
    kind: 'command',
    method: 'POST',
    path: '/withdrawals',
    summary: 'Ask for a withdrawal to the outside world',
    description: 'The amount is held until it is completed, rejected or cancelled.',
    scope: 'funding:write',
    input: object({
      ...money,
      address: optional(text({ max: 128, description: 'Where to: in the account’s book of addresses' })),
      priority: optional(
        choice(WITHDRAWAL_PRIORITIES, 'How soon, where the outside world knows such a thing'),
      ),
    }),
    output: madeWithdrawal,
    refusals: [
      'not_visible',
      'account_not_active',
      'blocked',
      'amount_not_positive',
      'currency_unknown',
      'insufficient_available_balance',
      'address_unknown',
      'address_internal',
    ],
    example: {
      request: { account: EXAMPLE.account, currency: 'USD', amount: '100.00' },
      response: doneWithdrawal,
    },
  }),
  withdrawalStep('complete', 'funding:settle', 'Book a withdrawal: the money has left'),
  withdrawalStep('reject', 'funding:settle', 'Reject a withdrawal: the hold is released'),
  withdrawalStep('cancel', 'funding:write', 'Cancel a withdrawal: the hold is released'),
  operation('withdrawals.get', {
    kind: 'query',
    method: 'GET',
    path: '/withdrawals/{withdrawal}',
    summary: 'Read a withdrawal',
    scope: 'funding:read',
    input: object({ withdrawal: id('wdr') }),
    output: withdrawal,
    refusals: ['not_visible'],
    example: { request: { withdrawal: EXAMPLE.withdrawal }, response: EXAMPLE_WITHDRAWAL },
  }),
  operation('withdrawals.list', {
    kind: 'history',
    method: 'GET',
    path: '/withdrawals',
    summary: 'List the withdrawals of an account',
    scope: 'funding:read',
    input: object(fundingList),
    output: page(withdrawal),
    refusals: ['not_visible'],
    example: {
      request: { account: EXAMPLE.account },
      response: { items: [EXAMPLE_WITHDRAWAL], next_cursor: null },
    },
  }),
  operation('cash_movements.create', {
    kind: 'command',
    method: 'POST',
    path: '/cash_movements',
    summary: 'Move cash between a partner’s funding account and a client’s account',
    description: 'Recorded in state rejected where the paying side has too little.',
    scope: 'cash_movements:write',
    input: object({
      funding_account: id('acc'),
      account: id('acc'),
      reason: choice(MOVEMENT_REASONS),
      currency: currency(),
      amount: amount(),
      external_reference: reference(),
      memo: description(),
    }),
    output: object({
      cash_movement: id('csm'),
      state: choice(['confirmed', 'rejected']),
      rejection: nullable(text({ max: 500 })),
      sequence: count(),
    }),
    refusals: [
      'not_visible',
      'account_not_active',
      'blocked',
      'amount_not_positive',
      'same_account',
      'currency_unknown',
    ],
    example: {
      request: {
        funding_account: EXAMPLE.account,
        account: EXAMPLE.second,
        reason: 'deposit',
        currency: 'USD',
        amount: '5.00',
      },
      response: { cash_movement: EXAMPLE.movement, state: 'confirmed', rejection: null, sequence: 910 },
    },
  }),
  operation('cash_movements.list', {
    kind: 'history',
    method: 'GET',
    path: '/cash_movements',
    summary: 'List the cash movements of an account',
    scope: 'funding:read',
    input: object(fundingList),
    output: page(cashMovement),
    refusals: ['not_visible'],
    example: {
      request: { account: EXAMPLE.second },
      response: {
        items: [
          {
            ...MOVED,
            id: EXAMPLE.movement,
            account: EXAMPLE.second,
            state: 'confirmed',
            counter_account: EXAMPLE.account,
            purpose: 'deposit',
          },
        ],
        next_cursor: null,
      },
    },
  }),
] as const
