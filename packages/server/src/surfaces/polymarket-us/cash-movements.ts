/**
 * Partner cash movements: `polymarket.us.cashmovement.v1.CashMovementService`, over the Connect protocol (unary, JSON)
 * and over gRPC. A key is good for ever: it is the reference of the movement in the funding history, and is looked up there. The
 * service is the firm's, so it takes no participant id.
 */
import {
  type AccountId,
  formatInstant,
  type HistoryRow,
  type Instant,
  type ParticipantAccount,
} from '@stemma/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Unrouted } from '../../http/unread.js'
import { findAccount, nameOf, nameOfAccount } from './accounts.js'
import { bodyOf, type Call, type Gate, openCall, type Route } from './call.js'
import { answered, fromRefusal, GRPC, invalid, settled, toVenueError, VenueError } from './errors.js'
import { Fields } from './fields.js'
import { fundingTypeOf } from './funding.js'
import { overHttp } from './http.js'
import { readCurrency, readMoney, shownAmount } from './money.js'

const SCOPE = 'cash_movements:write'
const SERVICE = '/polymarket.us.cashmovement.v1.CashMovementService'
const KEY_LENGTH_MAX = 128
const WORKFLOW = /^csm_([1-9]\d{0,15})$/

const REASONS: Readonly<Record<string, string>> = {
  TRANSFER_REASON_DEPOSIT: 'deposit',
  TRANSFER_REASON_WITHDRAWAL: 'withdrawal',
  TRANSFER_REASON_VENDOR_FEES: 'vendor_fees',
}
const REASON_NUMBERS: readonly string[] = ['', ...Object.keys(REASONS)]

const STATUSES: Readonly<Record<string, string>> = {
  pending: 'PENDING',
  confirmed: 'CONFIRMED',
  rejected: 'REJECTED',
}

type Movement = Readonly<Record<string, string>>

/** The firm's own account that movements are paid from and into: the first whose `fundingType` is `holding`. */
async function fundingAccountOf({ host, actor }: Call): Promise<ParticipantAccount> {
  const input = { user: null, name: null }
  const accounts = answered(
    await host.read<readonly ParticipantAccount[]>('participants.accounts', actor, input),
  )
  const found = accounts.find((account) => fundingTypeOf(account) === 'ACCOUNT_TYPE_HOLDING')
  if (found === undefined)
    throw new VenueError(GRPC.failedPrecondition, 'no funding account is configured for the firm')
  return found
}

async function create(call: Call): Promise<unknown> {
  const fields = Fields.of(bodyOf(call), ['idempotencyKey', 'transfer'])
  const key = fields.requiredText('idempotencyKey')
  if (key.length > KEY_LENGTH_MAX || !/^[\x21-\x7e]+$/.test(key))
    throw fields.fault('idempotencyKey', `expected 1 to ${KEY_LENGTH_MAX} visible characters`)
  const known = ['reason', 'participantAccountId', 'amount', 'currency', 'externalReference', 'memo']
  const transfer = fields.message('transfer', known)
  if (transfer === null) throw invalid('missing required field transfer')
  const reason = readReason(transfer)
  const { amount, currency } = readMoney(transfer)
  const description = describe(transfer)
  const named = transfer.requiredText('participantAccountId')
  const funding = await fundingAccountOf(call)
  const account = await findAccount(call, named)
  const asked = { account: account.id, purpose: reason, currency, amount, description }
  const earlier = await findByKey(call, funding, key)
  if (earlier !== null) return { cashMovement: await repeat(call, earlier, asked, key) }
  const result = settled<{ readonly cashMovement?: number; readonly approval?: number }>(
    await call.host.execute({
      command: 'cash_movements.create',
      actor: call.actor,
      input: {
        fundingAccount: funding.id,
        account: account.id,
        reason,
        currency,
        amount,
        externalReference: key,
        memo: description,
      },
      request: call.incoming.id,
      key: { key, bodyHash: JSON.stringify([account.id, reason, currency, amount.toString(), description]) },
    }),
  )
  if (result.cashMovement === undefined) return { cashMovement: waiting(result.approval ?? 0, key) }
  const row = await findByKey(call, funding, key)
  if (row === null) throw new Error(`expected the cash movement ${result.cashMovement} in history`)
  return { cashMovement: await shown(call, row) }
}

function readReason(transfer: Fields): string {
  const given = transfer.find('reason')
  const name = typeof given === 'number' ? REASON_NUMBERS[given] : given
  const reason = typeof name === 'string' && Object.hasOwn(REASONS, name) ? REASONS[name] : undefined
  if (reason === undefined)
    throw transfer.fault('reason', `expected one of ${Object.keys(REASONS).join(', ')}`)
  return reason
}

/** The partner's own reference and memo, which the venue keeps and does not echo. */
function describe(transfer: Fields): string | null {
  const parts = [transfer.text('externalReference'), transfer.text('memo')].filter((part) => part !== null)
  return parts.length === 0 ? null : parts.join(' · ')
}

async function findByKey(
  { host }: Call,
  funding: ParticipantAccount,
  key: string,
): Promise<HistoryRow | null> {
  const equals = { kind: 'cash_movement', counter_account: funding.id, reference: key }
  const [row] = await host.history('funding', { equals, limit: 1 })
  return row ?? null
}

/** The same request is the same workflow; another one under its key is refused. */
async function repeat(
  call: Call,
  row: HistoryRow,
  asked: Readonly<Record<string, unknown>>,
  key: string,
): Promise<Movement> {
  if (Object.entries(asked).some(([column, value]) => row[column] !== value))
    throw new VenueError(GRPC.alreadyExists, `idempotency key ${key} was used with another request`)
  return shown(call, row)
}

/** A movement that a second person has to approve first. */
const waiting = (approval: number, key: string): Movement => ({
  workflowId: `apr_${approval}`,
  idempotencyKey: key,
  intentType: 'transfer',
  status: 'PENDING',
})

async function shown(call: Call, row: HistoryRow): Promise<Movement> {
  const ask = (account: unknown): Promise<string> => nameOfAccount(call, account as AccountId)
  const [account, funding] = [await ask(row.account), await ask(row.counter_account)]
  const [source, destination] = row.purpose === 'deposit' ? [funding, account] : [account, funding]
  return {
    workflowId: `csm_${row.id}`,
    idempotencyKey: String(row.reference),
    intentType: 'transfer',
    status: STATUSES[String(row.state)] ?? 'AMBIGUOUS',
    amount: shownAmount(row.amount, row.currency),
    currency: String(row.currency),
    sourceAccountId: source,
    destinationAccountId: destination,
    dcoTransferId: row.state === 'confirmed' ? `csm_${row.id}` : '',
    rejectionReason: row.reason === null ? '' : String(row.reason),
    createdAt: formatInstant(row.created_at as Instant),
    updatedAt: formatInstant(row.updated_at as Instant),
    reason: Object.keys(REASONS).find((name) => REASONS[name] === row.purpose) ?? '',
  }
}

async function get(call: Call): Promise<unknown> {
  const workflow = Fields.of(bodyOf(call), ['workflowId']).requiredText('workflowId')
  const notFound = new VenueError(GRPC.notFound, 'cash movement not found')
  const id = Number(WORKFLOW.exec(workflow)?.[1] ?? Number.NaN)
  if (!Number.isSafeInteger(id)) throw notFound
  const [row] = await call.host.history('funding', { equals: { id, kind: 'cash_movement' }, limit: 1 })
  if (row === undefined) throw notFound
  const needs = [{ ability: 'read', target: { account: row.counter_account as never } }] as const
  if ((await call.host.authorize(call.actor, SCOPE, needs)).kind === 'refused') throw notFound
  return { cashMovement: await shown(call, row) }
}

async function balance(call: Call): Promise<unknown> {
  const fields = Fields.of(bodyOf(call), ['currency'])
  const { code } = readCurrency(fields, fields.text('currency') ?? 'USD')
  const account = await fundingAccountOf(call)
  const kept = account.balances?.find(({ currency }) => currency === code)
  return {
    fundingAccountId: nameOf(account),
    balance: kept?.available ?? '0.00',
    currency: code,
    asOf: formatInstant(call.host.now()),
  }
}

const ANSWERS = {
  CreateCashMovement: create,
  GetCashMovement: get,
  GetFundingAccountBalance: balance,
}

const route = (name: keyof typeof ANSWERS): Route => ({
  method: 'POST',
  path: `${SERVICE}/${name}`,
  scope: SCOPE,
  limit: 'cashMovements',
  isFirmScoped: true,
  answer: ANSWERS[name],
})

export const CASH_MOVEMENTS = {
  create: route('CreateCashMovement'),
  get: route('GetCashMovement'),
  balance: route('GetFundingAccountBalance'),
}

export function mountCashMovements(scope: FastifyInstance, gate: Gate): void {
  scope.setErrorHandler(failConnect)
  for (const route of Object.values(CASH_MOVEMENTS))
    scope.post(route.path, async (request) => route.answer(await openCall(gate, route, overHttp(request))))
}

const UNKNOWN = ['unknown', 500] as const
const CONNECT: Readonly<Record<number, readonly [name: string, status: number]>> = {
  3: ['invalid_argument', 400],
  5: ['not_found', 404],
  6: ['already_exists', 409],
  7: ['permission_denied', 403],
  8: ['resource_exhausted', 429],
  9: ['failed_precondition', 400],
  10: ['aborted', 409],
  12: ['unimplemented', 501],
  13: ['internal', 500],
  14: ['unavailable', 503],
  16: ['unauthenticated', 401],
}

/** Errors of the Connect protocol: the code by name. */
function failConnect(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = toVenueError(thrown)
  const [, status] = CONNECT[error.code] ?? UNKNOWN
  if (status >= 500) request.log.error({ err: thrown }, 'cash movement failed')
  const { retryAfterSeconds } = error.options
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds)
  return reply.code(error.options.status ?? status).send(connectError(error))
}

const connectError = ({ code, message }: VenueError) => ({ code: (CONNECT[code] ?? UNKNOWN)[0], message })

export const CASH_MOVEMENTS_UNROUTED: Unrouted = {
  prefix: `${SERVICE}/`,
  refuse: (request, reply, refusal) => failConnect(fromRefusal(refusal), request, reply),
  unread: (fault) => ({ type: 'application/json', text: JSON.stringify(connectError(toVenueError(fault))) }),
}
