/** Balances, entries, transfers, holds, corrections, approvals and the proof of the book. */
import { operation } from '../operation.js'
import { EXAMPLE, made, page, paging, period, reason } from '../resources/common.js'
import {
  balance,
  ENTRY_TYPES,
  EXAMPLE_HOLD,
  EXAMPLE_TRANSFER,
  entry,
  hold,
  transfer,
} from '../resources/ledger.js'
import {
  amount,
  choice,
  count,
  currency,
  flag,
  id,
  instant,
  list,
  nullable,
  object,
  optional,
  text,
} from '../wire/index.js'

const EXAMPLE_BALANCE = {
  account: EXAMPLE.account,
  currency: 'USD',
  posted: '1250.00',
  available: '1225.00',
  held: '25.00',
  credits: '1250.00',
  debits: '0.00',
} as const

const READS = [
  operation('balances.list', {
    kind: 'query',
    method: 'GET',
    path: '/accounts/{account}/balances',
    summary: 'Read the balances of an account in every currency',
    scope: 'balances:read',
    input: object({ account: id('acc') }),
    output: page(balance),
    refusals: ['not_visible'],
    example: {
      request: { account: EXAMPLE.account },
      response: { items: [EXAMPLE_BALANCE], next_cursor: null },
    },
  }),
  operation('balances.get', {
    kind: 'query',
    method: 'GET',
    path: '/accounts/{account}/balances/{currency}',
    summary: 'Read the balance of an account in one currency',
    scope: 'balances:read',
    input: object({ account: id('acc'), currency: currency() }),
    output: balance,
    refusals: ['not_visible', 'currency_unknown'],
    example: { request: { account: EXAMPLE.account, currency: 'USD' }, response: EXAMPLE_BALANCE },
  }),
  operation('entries.list', {
    kind: 'history',
    method: 'GET',
    path: '/accounts/{account}/entries',
    summary: 'Read the entries of an account, each with the balance before and after',
    scope: 'balances:read',
    input: object({
      account: id('acc'),
      type: optional(choice(ENTRY_TYPES)),
      currency: optional(currency()),
      ...period,
      ...paging,
    }),
    output: page(entry),
    refusals: ['not_visible'],
    example: {
      request: { account: EXAMPLE.account, limit: 10 },
      response: {
        items: [
          {
            account: EXAMPLE.account,
            sequence: '900.0',
            time: EXAMPLE.at,
            type: 'deposit',
            currency: 'USD',
            amount: '1250.00',
            before: '0.00',
            after: '1250.00',
            equity: null,
            subject: EXAMPLE.deposit,
            business_date: '2026-11-20',
            reverses: null,
            description: null,
          },
        ],
        next_cursor: null,
      },
    },
  }),
] as const

const madeTransfer = made('transfer', 'trf')
const doneTransfer = { transfer: EXAMPLE.transfer, sequence: 920 } as const
const transferInput = {
  from: id('acc'),
  to: id('acc'),
  currency: currency(),
  amount: amount(),
  description: optional(text({ max: 500 })),
} as const
const exampleTransfer = {
  from: EXAMPLE.account,
  to: EXAMPLE.second,
  currency: 'USD',
  amount: '10.00',
} as const
const transferRefusals = [
  'not_visible',
  'level_insufficient',
  'account_not_active',
  'party_suspended',
  'blocked',
  'amount_not_positive',
  'same_account',
  'currency_unknown',
  'insufficient_available_balance',
  'amount_out_of_range',
] as const
const transferStep = <const N extends string>(verb: N, summary: string) =>
  operation(`transfers.${verb}`, {
    kind: 'command',
    method: 'POST',
    path: `/transfers/{transfer}/${verb}`,
    summary,
    scope: 'transfers:write',
    input: object({ transfer: id('trf') }),
    output: madeTransfer,
    refusals: ['not_visible', 'transition_invalid', 'account_not_active', 'blocked'],
    example: { request: { transfer: EXAMPLE.transfer }, response: doneTransfer },
  })

const TRANSFERS = [
  operation('transfers.create', {
    kind: 'command',
    method: 'POST',
    path: '/transfers',
    summary: 'Move money from one account to another, at once',
    description: 'Main to sub, sub to main, sub to sub, between accounts of a party and between parties.',
    scope: 'transfers:write',
    input: object(transferInput),
    output: madeTransfer,
    refusals: transferRefusals,
    example: { request: exampleTransfer, response: doneTransfer },
  }),
  operation('transfers.send', {
    kind: 'command',
    method: 'POST',
    path: '/transfers/send',
    summary: 'Send money to an account of another owner by its address',
    description:
      'The address is the name of the account; it has to be in the sender’s book of addresses, and the account has to take transfers from others.',
    scope: 'transfers:write',
    input: object({
      from: id('acc'),
      address: text({ min: 1, max: 128 }),
      currency: currency(),
      amount: amount(),
      description: optional(text({ max: 500 })),
    }),
    output: madeTransfer,
    refusals: [...transferRefusals, 'address_unknown'],
    example: {
      request: { from: EXAMPLE.account, address: 'heron-main', currency: 'USD', amount: '10.00' },
      response: doneTransfer,
    },
  }),
  operation('transfers.prepare', {
    kind: 'command',
    method: 'POST',
    path: '/transfers/prepare',
    summary: 'Prepare a transfer: the amount is held until it is confirmed, cancelled or expires',
    scope: 'transfers:write',
    input: object({ ...transferInput, expires_at: optional(instant()) }),
    output: madeTransfer,
    refusals: transferRefusals,
    example: { request: exampleTransfer, response: doneTransfer },
  }),
  transferStep('confirm', 'Book a prepared transfer'),
  transferStep('cancel', 'Cancel a prepared transfer: the hold is released'),
  operation('transfers.get', {
    kind: 'query',
    method: 'GET',
    path: '/transfers/{transfer}',
    summary: 'Read a transfer, prepared or finished',
    scope: 'balances:read',
    input: object({ transfer: id('trf') }),
    output: transfer,
    refusals: ['not_visible'],
    example: { request: { transfer: EXAMPLE.transfer }, response: EXAMPLE_TRANSFER },
  }),
  operation('transfers.list', {
    kind: 'history',
    method: 'GET',
    path: '/transfers',
    summary: 'List the transfers of an account',
    scope: 'balances:read',
    input: object({ account: id('acc'), currency: optional(currency()), ...period, ...paging }),
    output: page(transfer),
    refusals: ['not_visible'],
    example: {
      request: { account: EXAMPLE.account },
      response: { items: [EXAMPLE_TRANSFER], next_cursor: null },
    },
  }),
] as const

const madeHold = made('hold', 'hld')
const doneHold = { hold: EXAMPLE.hold, sequence: 930 } as const

const HOLDS = [
  operation('holds.create', {
    kind: 'command',
    method: 'POST',
    path: '/holds',
    summary: 'Hold an amount of an account',
    scope: 'holds:write',
    input: object({
      account: id('acc'),
      currency: currency(),
      amount: amount(),
      reason: reason('What it is held for'),
      expires_at: optional(instant('When it releases itself')),
    }),
    output: madeHold,
    refusals: [
      'not_visible',
      'account_not_active',
      'blocked',
      'amount_not_positive',
      'currency_unknown',
      'insufficient_available_balance',
    ],
    example: {
      request: { account: EXAMPLE.account, currency: 'USD', amount: '25.00', reason: 'Card authorization' },
      response: doneHold,
    },
  }),
  operation('holds.capture', {
    kind: 'command',
    method: 'POST',
    path: '/holds/{hold}/capture',
    summary: 'Take part or all of a hold for good; what is left stays held',
    scope: 'holds:write',
    input: object({
      hold: id('hld'),
      currency: currency('The currency of the hold'),
      amount: amount(),
      to: id('acc', 'Where it goes'),
    }),
    output: madeHold,
    refusals: ['not_visible', 'hold_exceeded', 'amount_not_positive', 'currencies_differ', 'same_account'],
    example: {
      request: { hold: EXAMPLE.hold, currency: 'USD', amount: '20.00', to: EXAMPLE.second },
      response: doneHold,
    },
  }),
  operation('holds.release', {
    kind: 'command',
    method: 'POST',
    path: '/holds/{hold}/release',
    summary: 'Release what is left of a hold',
    scope: 'holds:write',
    input: object({ hold: id('hld'), reason: optional(reason()) }),
    output: madeHold,
    refusals: ['not_visible'],
    example: { request: { hold: EXAMPLE.hold }, response: doneHold },
  }),
  operation('holds.get', {
    kind: 'query',
    method: 'GET',
    path: '/holds/{hold}',
    summary: 'Read a hold',
    scope: 'balances:read',
    input: object({ hold: id('hld') }),
    output: hold,
    refusals: ['not_visible'],
    example: { request: { hold: EXAMPLE.hold }, response: EXAMPLE_HOLD },
  }),
  operation('holds.list', {
    kind: 'query',
    method: 'GET',
    path: '/accounts/{account}/holds',
    summary: 'List what is held of an account',
    scope: 'balances:read',
    input: object({ account: id('acc') }),
    output: page(hold),
    refusals: ['not_visible'],
    example: {
      request: { account: EXAMPLE.account },
      response: { items: [EXAMPLE_HOLD], next_cursor: null },
    },
  }),
] as const

const VERIFY = operation('book.verify', {
  kind: 'query',
  method: 'GET',
  path: '/verify',
  summary: 'Prove the book, or a subtree: zero sums, and derived figures equal to primary ones',
  scope: 'book:verify',
  input: object({ under: optional(id('pty')) }),
  output: object({
    holds: flag('Whether every law holds'),
    sequence: count({ description: 'What it was proved at' }),
    checks: list(
      object({ name: text({ max: 128 }), holds: flag(), detail: nullable(text({ max: 1_000 })) }),
      { max: 1_000 },
    ),
  }),
  refusals: ['not_visible'],
  example: {
    request: {},
    response: {
      holds: true,
      sequence: 951,
      checks: [{ name: 'zero sum in USD', holds: true, detail: null }],
    },
  },
})

export const LEDGER_OPERATIONS = [...READS, ...TRANSFERS, ...HOLDS, VERIFY] as const
