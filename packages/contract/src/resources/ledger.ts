/** Balances, entries and everything that moves money on the wire. */
import { amount, choice, currency, id, instant, nullable, object, present, text } from '../wire/index.js'
import { EXAMPLE } from './common.js'

export const ENTRY_TYPES = [
  'deposit',
  'withdrawal',
  'withdrawal_pending',
  'withdrawal_rejected',
  'transfer',
  'fee',
  'commission',
  'adjustment',
  'correction',
  'order_execution',
  'settlement',
  'interest',
  'bankruptcy',
] as const
export const FUNDING_STATES = [
  'pending',
  'acknowledged',
  'completed',
  'confirmed',
  'rejected',
  'cancelled',
] as const
export const TRANSFER_STATES = ['prepared', 'completed', 'cancelled', 'expired'] as const
export const APPROVAL_STATES = ['open', 'approved', 'rejected', 'withdrawn'] as const
export const MOVEMENT_REASONS = ['deposit', 'withdrawal', 'vendor_fees'] as const

const reference = () => nullable(text({ max: 128, description: 'The outside world’s own reference' }))
const description = () => nullable(text({ max: 500 }))

/** Beside what was booked: it follows from marks of then, so it is there only where it was kept at the time. */
export const equity = () =>
  nullable(
    amount(
      'currency',
      'Under standard margin, what the account was worth after the whole command: cash, session and options at their marks; null where it was booked under another model or by an older version',
    ),
  )

export const balance = object({
  account: id('acc'),
  currency: currency(),
  posted: amount('currency', 'What was credited less what was debited'),
  available: amount('currency', 'posted less held'),
  held: amount('currency', 'Promised and not yet gone: withdrawals, prepared transfers, explicit holds'),
  credits: amount('currency', 'Everything that was ever credited'),
  debits: amount('currency', 'Everything that was ever debited'),
})

export const entry = object({
  account: id('acc'),
  sequence: text({ max: 32, description: 'Where it stands in the book: sequence.index' }),
  time: instant(),
  type: choice(ENTRY_TYPES),
  currency: currency(),
  amount: amount('currency', 'Above zero credits the account'),
  before: amount('currency'),
  after: amount('currency'),
  equity: equity(),
  subject: text({ max: 24, description: 'What made it: `trf_73`' }),
  business_date: text({ max: 10 }),
  reverses: nullable(text({ max: 48, description: 'The posting that it reverses: sequence:subject' })),
  description: description(),
})

const funding = {
  account: id('acc'),
  currency: currency(),
  amount: amount(),
  state: choice(FUNDING_STATES),
  reference: reference(),
  description: description(),
  created_at: instant(),
} as const
const outside = () => nullable(text({ max: 128, description: 'Where outside, where that is known' }))
export const cashMovement = object({
  id: id('csm'),
  ...funding,
  counter_account: id('acc', 'The funding account'),
  purpose: nullable(choice(MOVEMENT_REASONS)),
})
export const deposit = object({ id: id('dep'), ...funding, address: outside() })
export const WITHDRAWAL_PRIORITIES = [
  'insane',
  'extreme_high',
  'very_high',
  'high',
  'mid',
  'low',
  'very_low',
] as const
export const withdrawal = object({
  id: id('wdr'),
  ...funding,
  address: outside(),
  fee: nullable(amount('currency', 'Taken beside the amount; null: none')),
  priority: nullable(choice(WITHDRAWAL_PRIORITIES)),
})

export const hold = object({
  id: id('hld'),
  account: id('acc'),
  currency: currency(),
  amount: amount('currency', 'What is still held'),
  reason: text({ max: 500 }),
  expires_at: nullable(instant()),
  created_at: instant(),
})

export const transfer = object({
  id: id('trf'),
  from: id('acc'),
  to: id('acc'),
  currency: currency(),
  amount: amount(),
  state: choice(TRANSFER_STATES),
  direction: choice(['main_to_sub', 'sub_to_main', 'sub_to_sub', 'account_to_account', 'party_to_party']),
  description: description(),
  created_at: instant(),
  expires_at: present(nullable(instant())),
})

export const approval = object({
  id: id('apr'),
  operation: text({ max: 64 }),
  kind: choice(['money', 'rights', 'corrections']),
  party: id('pty', 'The node whose policy asked for it'),
  state: choice(APPROVAL_STATES),
  maker_credential: id('key'),
  maker_user: nullable(id('usr')),
  decided_by: nullable(text({ max: 24, description: 'The user, or the credential, that decided' })),
  created_at: instant(),
  expires_at: nullable(instant()),
})

export const EXAMPLE_DEPOSIT = {
  id: EXAMPLE.deposit,
  account: EXAMPLE.account,
  currency: 'USD',
  amount: '1250.00',
  state: 'completed',
  reference: 'wire 2026-11-20/7',
  description: null,
  address: null,
  created_at: EXAMPLE.at,
} as const
export const EXAMPLE_WITHDRAWAL = {
  ...EXAMPLE_DEPOSIT,
  id: EXAMPLE.withdrawal,
  amount: '100.00',
  state: 'pending',
  fee: null,
  priority: null,
} as const
export const EXAMPLE_HOLD = {
  id: EXAMPLE.hold,
  account: EXAMPLE.account,
  currency: 'USD',
  amount: '25.00',
  reason: 'Card authorization',
  expires_at: null,
  created_at: EXAMPLE.at,
} as const
export const EXAMPLE_TRANSFER = {
  id: EXAMPLE.transfer,
  from: EXAMPLE.account,
  to: EXAMPLE.second,
  currency: 'USD',
  amount: '10.00',
  state: 'prepared',
  direction: 'account_to_account',
  description: null,
  created_at: EXAMPLE.at,
  expires_at: null,
} as const
export const EXAMPLE_APPROVAL = {
  id: EXAMPLE.approval,
  operation: 'transfers.create',
  kind: 'money',
  party: EXAMPLE.firm,
  state: 'open',
  maker_credential: EXAMPLE.key,
  maker_user: EXAMPLE.user,
  decided_by: null,
  created_at: EXAMPLE.at,
  expires_at: null,
} as const
