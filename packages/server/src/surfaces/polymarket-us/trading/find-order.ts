/** The order that a request means, open or not: by its id, or by the id that its client gave it. */
import type { AccountId, HistoryRow, ParticipantAccount } from '@stemma/core'
import type { Call } from '../call.js'
import { answered, orderNotFound } from '../errors.js'
import { idMeant } from './ids.js'

export const OPEN_STATES = ['pending_new', 'new', 'partially_filled', 'pending_replace', 'pending_cancel']

export const isOpen = ({ state }: HistoryRow): boolean => OPEN_STATES.includes(String(state))

export interface OrderNamed {
  readonly orderId: string | null
  readonly clordId: string | null
  readonly symbol: string | null
}

/** 404 for an order of another firm as for one that nobody has. */
export async function findOrder(
  call: Call,
  scope: string,
  { orderId, clordId, symbol }: OrderNamed,
): Promise<HistoryRow> {
  const row = orderId === null ? await byClientId(call, clordId ?? '') : await byId(call, scope, orderId)
  if (row === undefined || (symbol !== null && symbol !== row.symbol)) throw orderNotFound()
  return row
}

async function byId({ host, actor }: Call, scope: string, text: string): Promise<HistoryRow | undefined> {
  const id = idMeant(text)
  if (id === null) return undefined
  const [row] = await host.history('orders', { equals: { id }, limit: 1 })
  if (row === undefined) return undefined
  const needs = [{ ability: 'read', target: { account: row.account as AccountId } }] as const
  const reach = await host.authorize(actor, scope, needs)
  return reach.kind === 'answer' ? row : undefined
}

/** The open one where there is one, as only open ones are sure to be unique; else the latest. */
async function byClientId({ host, actor }: Call, clientOrderId: string): Promise<HistoryRow | undefined> {
  const accounts = await accountsReached({ host, actor })
  if (accounts.length === 0) return undefined
  const query = {
    equals: { client_order_id: clientOrderId },
    oneOf: { account: accounts.map(({ id }) => id) },
    newestFirst: true,
  }
  const [open] = await host.history('orders', {
    ...query,
    oneOf: { ...query.oneOf, state: OPEN_STATES },
    limit: 1,
  })
  return open ?? (await host.history('orders', { ...query, limit: 1 }))[0]
}

/** The accounts that the caller may read. */
export async function accountsReached({
  host,
  actor,
}: Pick<Call, 'host' | 'actor'>): Promise<readonly ParticipantAccount[]> {
  const input = { user: null, name: null }
  const reached = answered(
    await host.read<readonly ParticipantAccount[]>('participants.accounts', actor, input),
  )
  return reached.filter(({ balances }) => balances !== null)
}
