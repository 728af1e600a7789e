/** `orders.get` and `orders.open`: what is open. What has ended is in history. */
import { NOWHERE } from '../../access/index.js'
import { type AccountId, PAGE_MAX } from '../../hierarchy/index.js'
import { query } from '../../image/index.js'
import type { InstrumentId } from '../../market/index.js'
import { refuse } from '../../refusals/index.js'
import { orderNeeds } from '../access.js'
import type { OrderId } from '../fields.js'
import { type OrderTold, orderAt, orderTold } from '../order.js'
import type { TradingContext } from '../trading.js'

export const getOrder = query({
  name: 'orders.get',
  scope: 'orders:read',
  needs: (context: TradingContext, { order }: { readonly order: OrderId }) =>
    orderNeeds(context, order, 'read'),
  read: (context, { order }): OrderTold => viewOf(context, context.trading.orders.row(order)),
})

/** The open order of an account by the id that its client gave it. */
export const findOrder = query({
  name: 'orders.find',
  scope: 'orders:read',
  needs: (
    _context: TradingContext,
    { account }: { readonly account: AccountId; readonly clientOrderId: string },
  ) => [{ ability: 'read', target: { account } }],
  read(context, { account, clientOrderId }): OrderTold {
    const row = context.trading.clientOrderIds.find(account, clientOrderId)
    if (row < 0) refuse('not_visible', 'there is no such thing within reach')
    return viewOf(context, row)
  },
})

export interface ListOpenOrders {
  /** Each is asked for on its own. */
  readonly accounts: readonly AccountId[]
  /** Null: in every instrument. */
  readonly instruments: readonly InstrumentId[] | null
  readonly after: OrderId | null
  readonly limit: number
}

export const listOpenOrders = query({
  name: 'orders.open',
  scope: 'orders:read',
  needs: (_context: TradingContext, { accounts }: ListOpenOrders) =>
    accounts.length === 0
      ? [{ ability: 'read', target: NOWHERE }]
      : accounts.map((account) => ({ ability: 'read' as const, target: { account } })),
  /** In order of ids. */
  read(
    context,
    { accounts, instruments, after, limit },
  ): { readonly items: readonly OrderTold[]; readonly next: OrderId | null } {
    if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_MAX)
      refuse('malformed', `expected a limit of 1 to ${PAGE_MAX}`, { field: '/limit' })
    const { orders, ordersOf } = context.trading
    const rows = [...new Set(accounts)]
      .flatMap((account) => ordersOf.of(account))
      .filter((row) => instruments === null || instruments.includes(orders.instrument.get(row)))
      .filter((row) => after === null || orders.id(row) > after)
      .sort((left, right) => orders.id(left) - orders.id(right))
    const shown = rows.slice(0, limit)
    const last = shown.at(-1)
    return {
      items: shown.map((row) => viewOf(context, row)),
      next: rows.length > limit && last !== undefined ? orders.id(last) : null,
    }
  },
})

function viewOf({ trading, market }: TradingContext, row: number): OrderTold {
  const order = orderAt(trading.orders, row)
  return orderTold(
    order,
    market.instruments.symbol.get(market.instruments.row(order.instrument)),
    order.state,
  )
}
