/** Money from and to the outside world (section 4): deposits and the addresses they come to, and withdrawals. */
import {
  type Amount,
  type CurrencyCode,
  type HistoryRow,
  toMilliseconds,
  WITHDRAWAL_PRIORITIES,
  type WithdrawalPriority,
} from '@stemma/core'
import type { Method, PrivateCall } from './call.js'
import { answered, fromRefusal, settled, VenueError } from './errors.js'
import { currencyNamed } from './instruments.js'
import { amountAsked, keyOf, nonceAsked, withNonce } from './money-asked.js'
import { amountShown } from './numbers.js'
import { approvalsWaiting, type WaitingApproval, withdrawApproval } from './waiting-approvals.js'

const COUNT_MAX = 1_000
const OFFSET_MAX = 100_000
/** Those before are not listed. */
const MOVEMENTS_MAX = 10_000

type Shown = Readonly<Record<string, unknown>>

const time = (at: unknown): number => toMilliseconds(Number(at) as never)

/** Of the account, the newest first. */
function movements(
  { host, caller }: PrivateCall,
  kind: 'deposit' | 'withdrawal',
  currency: CurrencyCode,
): Promise<readonly HistoryRow[]> {
  const equals = { account: caller.account, kind, currency }
  return host.history('funding', { equals, newestFirst: true, limit: MOVEMENTS_MAX })
}

function pageOf(
  { params }: PrivateCall,
  all: readonly { readonly id: number; readonly shown: Shown }[],
): unknown {
  const count = params.count('count', 10, COUNT_MAX)
  const offset = params.count('offset', 0, OFFSET_MAX, 0)
  const sorted = [...all].sort((left, right) => right.id - left.id)
  return { count: all.length, data: sorted.slice(offset, offset + count).map(({ shown }) => shown) }
}

const DEPOSIT_STATES: Readonly<Record<string, readonly [state: string, clearance: string]>> = {
  pending: ['pending', 'in_progress'],
  acknowledged: ['pending', 'in_progress'],
  completed: ['completed', 'success'],
  cancelled: ['rejected', 'cancelled'],
}

function depositShown(row: HistoryRow): Shown {
  const currency = row.currency as CurrencyCode
  const [state = 'pending', clearance = 'in_progress'] = DEPOSIT_STATES[String(row.state)] ?? []
  return {
    currency,
    address: row.address ?? '',
    amount: amountShown(row.amount as Amount, currency),
    state,
    transaction_id: row.reference ?? null,
    received_timestamp: time(row.created_at),
    updated_timestamp: time(row.updated_at),
    note: row.description ?? '',
    clearance_state: clearance,
  }
}

async function deposits(call: PrivateCall): Promise<unknown> {
  const rows = await movements(call, 'deposit', currencyNamed(call.params))
  return pageOf(
    call,
    rows.map((row) => ({ id: Number(row.id), shown: depositShown(row) })),
  )
}

/** The numbers that stand for the words. */
export const PRIORITY_VALUES: Readonly<Record<WithdrawalPriority, number>> = {
  insane: 3,
  extreme_high: 2,
  very_high: 1.5,
  high: 1.2,
  mid: 1,
  low: 0.5,
  very_low: 0.15,
}
const PRIORITY_DEFAULT: WithdrawalPriority = 'mid'

const WITHDRAWAL_STATES: Readonly<Record<string, string>> = {
  pending: 'unconfirmed',
  completed: 'completed',
  rejected: 'rejected',
  cancelled: 'cancelled',
}

function withdrawalShown(row: HistoryRow): Shown {
  const currency = row.currency as CurrencyCode
  const isDone = row.state === 'completed'
  return {
    id: row.id,
    currency,
    address: row.address ?? '',
    amount: amountShown(row.amount as Amount, currency),
    fee: amountShown((row.fee ?? 0n) as Amount, currency),
    priority: PRIORITY_VALUES[(row.priority ?? PRIORITY_DEFAULT) as WithdrawalPriority],
    state: WITHDRAWAL_STATES[String(row.state)] ?? 'unconfirmed',
    transaction_id: row.reference ?? null,
    created_timestamp: time(row.created_at),
    confirmed_timestamp: isDone ? time(row.updated_at) : null,
    updated_timestamp: time(row.updated_at),
  }
}

/** One that a second person has to approve first. */
const waitingShown = ({ id, createdAt, input }: WaitingApproval): Shown =>
  withdrawalShown({
    ...input,
    id,
    state: 'pending',
    fee: null,
    reference: null,
    created_at: createdAt,
    updated_at: createdAt,
  })

const waitingOf = (call: PrivateCall): Promise<readonly WaitingApproval[]> =>
  approvalsWaiting(call, call.caller.account, ['withdrawals.create'])

async function withdrawals(call: PrivateCall): Promise<unknown> {
  const currency = currencyNamed(call.params)
  const rows = await movements(call, 'withdrawal', currency)
  const waiting = (await waitingOf(call)).filter(({ input }) => input.currency === currency)
  return pageOf(call, [
    ...rows.map((row) => ({ id: Number(row.id), shown: withdrawalShown(row) })),
    ...waiting.map((each) => ({ id: each.id, shown: waitingShown(each) })),
  ])
}

async function withdrawalNumbered({ host }: PrivateCall, id: number): Promise<HistoryRow | undefined> {
  const [row] = await host.history('funding', { equals: { id, kind: 'withdrawal' }, limit: 1 })
  return row
}

function withdrawalAsked(call: PrivateCall) {
  const { params } = call
  const currency = currencyNamed(params)
  return {
    currency,
    address: params.requiredText('address'),
    amount: amountAsked(call, currency),
    priority: params.oneOf('priority', WITHDRAWAL_PRIORITIES) ?? PRIORITY_DEFAULT,
    nonce: nonceAsked(call),
  }
}

async function withdraw(call: PrivateCall): Promise<unknown> {
  const { host, caller, requestId } = call
  const { currency, address, amount, priority, nonce } = withdrawalAsked(call)
  const account = caller.account
  const outcome = await host.execute({
    command: 'withdrawals.create',
    actor: caller.authenticated.actor,
    input: { account, currency, amount, address, priority, reference: null, description: null },
    request: requestId,
    ...keyOf(nonce, ['withdrawals.create', account, currency, amount, address, priority]),
  })
  if (outcome.kind === 'refused' && outcome.refusal.code === 'address_unknown') throw new VenueError(11090)
  const made = settled<{ readonly withdrawal?: number; readonly approval?: number }>(outcome)
  if (made.withdrawal === undefined) {
    const waiting = (await waitingOf(call)).find(({ id }) => id === made.approval)
    if (waiting === undefined) throw new VenueError(11094)
    return withNonce(waitingShown(waiting), nonce)
  }
  const row = await withdrawalNumbered(call, made.withdrawal)
  if (row === undefined) throw new VenueError(11094)
  return withNonce(withdrawalShown(row), nonce)
}

/** Until the operator has paid it out, or somebody has approved it. */
async function cancel(call: PrivateCall): Promise<unknown> {
  const { host, caller, params, requestId } = call
  const currency = currencyNamed(params)
  const id = params.requiredWhole('id')
  const waiting = (await waitingOf(call)).find((each) => each.id === id)
  if (waiting !== undefined && waiting.input.currency === currency) {
    await withdrawApproval(call, id)
    return { ...waitingShown(waiting), state: 'cancelled' }
  }
  const row = await withdrawalNumbered(call, id)
  if (row === undefined || row.account !== caller.account || row.currency !== currency)
    throw new VenueError(13020)
  if (row.state !== 'pending') throw new VenueError(10010)
  const outcome = await host.execute({
    command: 'withdrawals.cancel',
    actor: caller.authenticated.actor,
    input: { withdrawal: id },
    request: requestId,
  })
  // One that ended between the look and the command.
  if (outcome.kind === 'refused')
    throw outcome.refusal.code === 'not_visible' ? new VenueError(10010) : fromRefusal(outcome.refusal)
  return withdrawalShown((await withdrawalNumbered(call, id)) ?? row)
}

interface DepositAddress {
  readonly address: string
  readonly currency: CurrencyCode
  readonly createdAt: number
}

async function currentAddress(call: PrivateCall): Promise<Shown | null> {
  const { host, caller, params } = call
  const { items } = answered(
    await host.read<{ readonly items: readonly DepositAddress[] }>(
      'deposit_addresses.list',
      caller.authenticated.actor,
      { account: caller.account, currency: currencyNamed(params) },
    ),
  )
  const current = items.at(-1)
  if (current === undefined) return null
  const { address, currency, createdAt } = current
  return { address, currency, type: 'deposit', creation_timestamp: time(createdAt) }
}

async function createAddress(call: PrivateCall): Promise<unknown> {
  const { host, caller, params, requestId } = call
  const outcome = await host.execute({
    command: 'deposit_addresses.assign',
    actor: caller.authenticated.actor,
    input: { account: caller.account, currency: currencyNamed(params) },
    request: requestId,
  })
  if (outcome.kind === 'refused' && ['no_address_available', 'limit_reached'].includes(outcome.refusal.code))
    throw new VenueError(outcome.refusal.code === 'limit_reached' ? 11093 : 11095)
  settled(outcome)
  return currentAddress(call)
}

const reads = { kind: 'private', scope: 'wallet:read' } as const
const writes = { kind: 'private', scope: 'wallet:read_write' } as const

export const WALLET_METHODS: readonly Method[] = [
  { name: 'private/get_deposits', ...reads, answer: deposits },
  { name: 'private/get_withdrawals', ...reads, answer: withdrawals },
  {
    name: 'private/withdraw',
    ...writes,
    isMainOnly: true,
    protection: { factor: 'wallet', withoutFactor: 'allowed' },
    checkParams: withdrawalAsked,
    answer: withdraw,
  },
  { name: 'private/cancel_withdrawal', ...writes, answer: cancel },
  { name: 'private/get_current_deposit_address', ...reads, answer: currentAddress },
  { name: 'private/create_deposit_address', ...writes, answer: createAddress },
]
