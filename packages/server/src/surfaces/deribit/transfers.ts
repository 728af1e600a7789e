/** Transfers inside the hierarchy and to other owners (section 4). They are done at once and cost nothing. */
import {
  type AccountId,
  type Amount,
  type CurrencyCode,
  type HistoryRow,
  type Plain,
  toMilliseconds,
} from '@stemma/core'
import { accountView } from './account-shown.js'
import { accountNamed, type Method, type PrivateCall } from './call.js'
import { settled, VenueError } from './errors.js'
import { currencyNamed } from './instruments.js'
import { amountAsked, keyOf, nonceAsked, withNonce } from './money-asked.js'
import { amountShown } from './numbers.js'
import { approvalsWaiting, type WaitingApproval, withdrawApproval } from './waiting-approvals.js'

const COUNT_MAX = 1_000
const OFFSET_MAX = 100_000
/** Of each side: those before are not listed. */
const TRANSFERS_MAX = 10_000
const WAITING = ['transfers.create', 'transfers.send']

const STATES: Readonly<Record<string, string>> = {
  prepared: 'prepared',
  completed: 'confirmed',
  cancelled: 'cancelled',
  expired: 'cancelled',
}

type Shown = Readonly<Record<string, unknown>>

interface Asked {
  readonly command: 'transfers.create' | 'transfers.send'
  readonly from: AccountId
  readonly input: Readonly<Record<string, Plain>>
  readonly nonce: string | null
}

async function submit(
  call: PrivateCall,
  currency: CurrencyCode,
  { command, from, input, nonce }: Asked,
): Promise<Shown> {
  const { host, caller, requestId } = call
  const result = settled<{ readonly transfer?: number; readonly approval?: number }>(
    await host.execute({
      command,
      actor: caller.authenticated.actor,
      input: { from, currency, description: null, ...input },
      request: requestId,
      ...keyOf(nonce, [command, from, ...Object.values(input).map(String), currency]),
    }),
  )
  // A policy of the owner's asks for a second person first.
  if (result.transfer === undefined) {
    const waiting = await approvalsWaiting(call, from, WAITING)
    const own = waiting.find(({ id }) => id === result.approval)
    if (own === undefined) throw new VenueError(11094)
    return withNonce(await waitingShown(call, own), nonce) as Shown
  }
  return withNonce(await transferShown(call, await rowOf(call, result.transfer), from), nonce) as Shown
}

async function rowOf({ host }: PrivateCall, transfer: number): Promise<HistoryRow> {
  const [row] = await host.history('transfers', { equals: { id: transfer }, limit: 1 })
  if (row === undefined) throw new VenueError(11094)
  return row
}

function move(
  call: PrivateCall,
  { from, to }: { readonly from: AccountId; readonly to: AccountId },
  nonce: string | null,
): Promise<Shown> {
  if (from === to) throw new VenueError(12100)
  const currency = currencyNamed(call.params)
  const input = { to, amount: amountAsked(call, currency) }
  return submit(call, currency, { command: 'transfers.create', from, input, nonce })
}

async function waitingShown(
  call: PrivateCall,
  { id, input, operation, createdAt }: WaitingApproval,
): Promise<Shown> {
  const currency = input.currency as CurrencyCode
  const at = toMilliseconds(createdAt as never)
  const isToUser = operation === 'transfers.send'
  return {
    id,
    type: isToUser ? 'user' : 'subaccount',
    direction: 'payment',
    currency,
    amount: amountShown(input.amount as Amount, currency),
    other_side: isToUser ? input.address : (await accountView(call, input.to as AccountId)).displayName,
    state: 'waiting_for_admin',
    created_timestamp: at,
    updated_timestamp: at,
  }
}

/** As `reader`, one of its sides, sees it. Another owner's account is named by its address. */
async function transferShown(call: PrivateCall, row: HistoryRow, reader: AccountId): Promise<Shown> {
  const isPayment = row.from === reader
  const isToUser = row.direction === 'party_to_party'
  const other = await accountView(call, (isPayment ? row.to : row.from) as AccountId)
  const currency = row.currency as CurrencyCode
  return {
    id: row.id,
    type: isToUser ? 'user' : 'subaccount',
    direction: isPayment ? 'payment' : 'income',
    currency,
    amount: amountShown(row.amount as Amount, currency),
    other_side: isToUser && isPayment ? other.name : other.displayName,
    state: STATES[String(row.state)] ?? row.state,
    created_timestamp: toMilliseconds(Number(row.created_at) as never),
    updated_timestamp: toMilliseconds(Number(row.updated_at) as never),
  }
}

const toSubaccount = (call: PrivateCall): Promise<Shown> =>
  move(call, { from: call.caller.account, to: accountNamed(call, 'destination') }, null)

function between(call: PrivateCall): Promise<Shown> {
  const { caller, params } = call
  const to = accountNamed(call, 'destination')
  const from = params.has('source') ? accountNamed(call, 'source') : caller.account
  return move(call, { from, to }, nonceAsked(call))
}

function toUserAsked(call: PrivateCall) {
  const currency = currencyNamed(call.params)
  const address = call.params.requiredText('destination')
  return { currency, input: { address, amount: amountAsked(call, currency) } }
}

function toUser(call: PrivateCall): Promise<Shown> {
  const { currency, input } = toUserAsked(call)
  return submit(call, currency, { command: 'transfers.send', from: call.caller.account, input, nonce: null })
}

/** Those that left the account and those that came, and those that wait, the newest first. */
async function list(call: PrivateCall): Promise<unknown> {
  const { host, caller, params } = call
  const currency = currencyNamed(params)
  const count = params.count('count', 10, COUNT_MAX)
  const offset = params.count('offset', 0, OFFSET_MAX, 0)
  const sides = await Promise.all(
    (['from', 'to'] as const).map((side) =>
      host.history('transfers', {
        equals: { [side]: caller.account, currency },
        newestFirst: true,
        limit: TRANSFERS_MAX,
      }),
    ),
  )
  const waiting = (await approvalsWaiting(call, caller.account, WAITING)).filter(
    ({ input }) => input.currency === currency,
  )
  const all = [
    ...sides
      .flat()
      .map((row) => ({ id: Number(row.id), show: () => transferShown(call, row, caller.account) })),
    ...waiting.map((each) => ({ id: each.id, show: () => waitingShown(call, each) })),
  ].sort((left, right) => right.id - left.id)
  const shown = all.slice(offset, offset + count).map(({ show }) => show())
  return { count: all.length, data: await Promise.all(shown) }
}

/** Only what is prepared, or waits for a second person, can still be cancelled. */
async function cancel(call: PrivateCall): Promise<unknown> {
  const { host, caller, params, requestId } = call
  const currency = currencyNamed(params)
  const id = params.requiredWhole('id')
  const waiting = (await approvalsWaiting(call, caller.account, WAITING)).find((each) => each.id === id)
  if (waiting !== undefined && waiting.input.currency === currency) {
    await withdrawApproval(call, id)
    return { ...(await waitingShown(call, waiting)), state: 'cancelled' }
  }
  const [row] = await host.history('transfers', { equals: { id, currency }, limit: 1 })
  if (row === undefined || (row.from !== caller.account && row.to !== caller.account))
    throw new VenueError(11053)
  if (row.state !== 'prepared' || row.from !== caller.account) throw new VenueError(12100)
  const outcome = await host.execute({
    command: 'transfers.cancel',
    actor: caller.authenticated.actor,
    input: { transfer: id },
    request: requestId,
  })
  // One that ended between the look and the command.
  if (outcome.kind === 'refused' && outcome.refusal.code === 'not_visible') throw new VenueError(12100)
  settled(outcome)
  return transferShown(call, await rowOf(call, id), caller.account)
}

const writes = { kind: 'private', scope: 'wallet:read_write' } as const

export const TRANSFER_METHODS: readonly Method[] = [
  { name: 'private/submit_transfer_to_subaccount', ...writes, isMainOnly: true, answer: toSubaccount },
  { name: 'private/submit_transfer_between_subaccounts', ...writes, isMainOnly: true, answer: between },
  {
    name: 'private/submit_transfer_to_user',
    ...writes,
    isMainOnly: true,
    protection: { factor: 'wallet', withoutFactor: 'allowed' },
    checkParams: toUserAsked,
    answer: toUser,
  },
  { name: 'private/cancel_transfer_by_id', ...writes, answer: cancel },
  { name: 'private/get_transfers', kind: 'private', scope: 'wallet:read', answer: list },
]
