/** The open orders of the accounts that the caller reads, and one order by its id. */
import type { AccountId, InstrumentId, OrderId, OrderTold } from '@stemma/core'
import type { Answer } from '../../../services.js'
import { readableAccount } from '../accounts.js'
import type { Call } from '../call.js'
import { answered } from '../errors.js'
import { Fields } from '../fields.js'
import { findInstrument } from '../instruments.js'
import { Fills } from './fills.js'
import { accountsReached, findOrder } from './find-order.js'
import { Lookup } from './lookup.js'
import { factsOfRow, factsTold, orderShown } from './order-object.js'

export const SCOPE = 'orders:read'
const ORDERS_OF_READ = 500

export async function openOrders(call: Call): Promise<unknown> {
  const { orders } = await readOpenOrders(call, Fields.ofQuery(call.incoming.query))
  return { orders }
}

/** The open orders, and the sequence that all of them stood at or behind; null where no account is reached. */
export async function readOpenOrders(
  call: Call,
  fields: Fields,
): Promise<{
  readonly orders: readonly Readonly<Record<string, unknown>>[]
  readonly sequence: number | null
}> {
  const named = [...fields.texts('accounts'), ...fields.texts('accountId')]
  const instruments: InstrumentId[] = []
  for (const symbol of fields.texts('symbols')) instruments.push((await findInstrument(call, symbol)).view.id)
  const accounts =
    named.length === 0
      ? await accountsReached(call)
      : await Promise.all(named.map((name) => readableAccount(call, name, SCOPE)))
  const { orders, sequence } = await readOpen(
    call,
    accounts.map(({ id }) => id),
    instruments.length === 0 ? null : instruments,
  )
  const lookup = new Lookup(call.host).know(accounts)
  const fills = await Fills.of(
    call.host,
    orders.filter(({ filled }) => filled !== 0n).map(({ id }) => id),
  )
  const shown = await Promise.all(orders.map((order) => orderShown({ lookup, fills }, factsTold(order))))
  return { orders: shown, sequence }
}

async function readOpen(
  { host, actor }: Call,
  accounts: readonly AccountId[],
  instruments: readonly InstrumentId[] | null,
): Promise<{ readonly orders: readonly OrderTold[]; readonly sequence: number | null }> {
  const orders: OrderTold[] = []
  if (accounts.length === 0) return { orders, sequence: null }
  const read = (after: OrderId | null): Promise<Answer<Page>> =>
    host.read('orders.open', actor, { accounts, instruments, after, limit: ORDERS_OF_READ })
  let answer = await read(null)
  const sequence = answer.kind === 'answer' ? answer.sequence : null
  for (;;) {
    const { items, next } = answered(answer)
    orders.push(...items)
    if (next === null) return { orders, sequence }
    answer = await read(next)
  }
}

interface Page {
  readonly items: readonly OrderTold[]
  readonly next: OrderId | null
}

/** Our path to ReportAPI.GetOrder; the venue publishes none. */
export async function orderById(call: Call): Promise<unknown> {
  const { id } = call.incoming.params as { readonly id: string }
  const row = await findOrder(call, SCOPE, { orderId: id, clordId: null, symbol: null })
  const context = { lookup: new Lookup(call.host), fills: await Fills.of(call.host, [row.id]) }
  return { order: await orderShown(context, factsOfRow(row)) }
}
