/** Transfers inside the hierarchy (section 4). They are done at once and cost nothing. */
import { createHash } from 'node:crypto'
import {
  type AccountId,
  type Amount,
  type CurrencyCode,
  currencyOf,
  type HistoryRow,
  parseAmount,
  toMilliseconds,
} from '@stemma/core'
import type { Request } from '../../services.js'
import { accountView } from './account-shown.js'
import { accountNamed, type Method, type PrivateCall } from './call.js'
import { invalidParam, settled, VenueError } from './errors.js'
import { currencyNamed } from './instruments.js'
import { amountShown } from './numbers.js'

const COUNT_MAX = 1_000
export const NONCE_LENGTHS = { least: 8, most: 128 }

const STATES: Readonly<Record<string, string>> = {
  prepared: 'prepared',
  completed: 'confirmed',
  cancelled: 'cancelled',
  expired: 'cancelled',
}

interface Sides {
  readonly from: AccountId
  readonly to: AccountId
}

function amountAsked({ params }: PrivateCall, currency: CurrencyCode): Amount {
  const amount = parseAmount(params.decimal('amount') ?? params.missing('amount'), currencyOf(currency))
  if (typeof amount !== 'bigint')
    throw invalidParam('amount', `must have at most ${currencyOf(currency).precision} decimals`)
  if (amount <= 0n) throw invalidParam('amount', 'must be positive')
  return amount
}

function nonceAsked({ params }: PrivateCall): string | null {
  const nonce = params.text('nonce')
  const { least, most } = NONCE_LENGTHS
  if (nonce !== null && (nonce.length < least || nonce.length > most))
    throw invalidParam('nonce', `must have ${least} to ${most} characters`)
  return nonce
}

async function submit(call: PrivateCall, { from, to }: Sides, nonce: string | null): Promise<unknown> {
  const { host, caller, requestId } = call
  if (from === to) throw new VenueError(12100)
  const currency = currencyNamed(call.params)
  const amount = amountAsked(call, currency)
  const request: Request = {
    command: 'transfers.create',
    actor: caller.authenticated.actor,
    input: { from, to, currency, amount, description: null },
    request: requestId,
    ...(nonce === null ? {} : { key: { key: nonce, bodyHash: hashOf(from, to, currency, amount) } }),
  }
  const result = settled<{ readonly transfer?: number }>(await host.execute(request))
  // A policy of the owner's asks for a second person first.
  if (result.transfer === undefined) return waiting(call, to, currency, amount)
  const [row] = await host.history('transfers', { equals: { id: result.transfer }, limit: 1 })
  if (row === undefined) throw new VenueError(11094)
  const shown = await transferShown(call, row, from)
  return nonce === null ? shown : { ...shown, nonce }
}

const hashOf = (...parts: readonly (string | number | bigint)[]): string =>
  createHash('sha256').update(parts.join(' ')).digest('hex')

async function waiting(call: PrivateCall, to: AccountId, currency: CurrencyCode, amount: Amount) {
  const now = toMilliseconds(call.host.now())
  return {
    id: null,
    type: 'subaccount',
    direction: 'payment',
    currency,
    amount: amountShown(amount, currency),
    other_side: (await accountView(call, to)).displayName,
    state: 'waiting_for_admin',
    created_timestamp: now,
    updated_timestamp: now,
  }
}

/** As `reader`, one of its sides, sees it. */
async function transferShown(
  call: PrivateCall,
  row: HistoryRow,
  reader: AccountId,
): Promise<Readonly<Record<string, unknown>>> {
  const isPayment = row.from === reader
  const other = (isPayment ? row.to : row.from) as AccountId
  const currency = row.currency as CurrencyCode
  return {
    id: row.id,
    type: row.direction === 'party_to_party' ? 'user' : 'subaccount',
    direction: isPayment ? 'payment' : 'income',
    currency,
    amount: amountShown(row.amount as Amount, currency),
    other_side: (await accountView(call, other)).displayName,
    state: STATES[String(row.state)] ?? row.state,
    created_timestamp: toMilliseconds(Number(row.created_at) as never),
    updated_timestamp: toMilliseconds(Number(row.updated_at) as never),
  }
}

const toSubaccount = (call: PrivateCall): Promise<unknown> =>
  submit(call, { from: call.caller.account, to: accountNamed(call, 'destination') }, null)

function between(call: PrivateCall): Promise<unknown> {
  const { caller, params } = call
  const to = accountNamed(call, 'destination')
  const from = params.has('source') ? accountNamed(call, 'source') : caller.account
  return submit(call, { from, to }, nonceAsked(call))
}

/** Those that left the account and those that came, newest first. */
async function list(call: PrivateCall): Promise<unknown> {
  const { host, caller, params } = call
  const currency = currencyNamed(params)
  const count = params.count('count', 10, COUNT_MAX)
  const offset = params.count('offset', 0, 100_000, 0)
  const sides = await Promise.all(
    (['from', 'to'] as const).map((side) =>
      host.history('transfers', {
        equals: { [side]: caller.account, currency },
        newestFirst: true,
        limit: TRANSFERS_MAX,
      }),
    ),
  )
  const rows = sides.flat().sort((left, right) => Number(right.id) - Number(left.id))
  const shown = rows.slice(offset, offset + count).map((row) => transferShown(call, row, caller.account))
  return { count: rows.length, data: await Promise.all(shown) }
}

/** Of each side: those before are not listed. */
const TRANSFERS_MAX = 10_000

export const TRANSFER_METHODS: readonly Method[] = [
  {
    name: 'private/submit_transfer_to_subaccount',
    kind: 'private',
    scope: 'wallet:read_write',
    isMainOnly: true,
    answer: toSubaccount,
  },
  {
    name: 'private/submit_transfer_between_subaccounts',
    kind: 'private',
    scope: 'wallet:read_write',
    isMainOnly: true,
    answer: between,
  },
  { name: 'private/get_transfers', kind: 'private', scope: 'wallet:read', answer: list },
]
