/** An order as a value: while it is being placed it is in no table, and what rests is read back into the same shape. */
import type { Plain, Row, Table, Values } from '../image/index.js'
import { type Quantity, quantity } from '../money/index.js'
import type { OrderId, OrderState, orderFields } from './fields.js'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** An order in hand; `fills` are what it traded in this command. */
export type Order = Mutable<Values<typeof orderFields>> & { readonly id: OrderId }

export type Orders = Table<OrderId, typeof orderFields>

export function orderAt(orders: Orders, row: Row): Order {
  const order: Record<string, unknown> = { id: orders.id(row) }
  const { columns } = orders
  for (let index = 0; index < columns.length; index += 1) {
    const column = columns[index]
    if (column !== undefined) order[column.name] = column.get(row)
  }
  return order as unknown as Order
}

export const openQuantityOf = (order: Pick<Order, 'quantity' | 'filled'>): Quantity =>
  quantity(order.quantity - order.filled)

/** The order as events tell of it, in whatever state. */
export type OrderTold = {
  readonly [key: string]: Plain
}

export function orderTold(order: Order, symbol: string, state: OrderState): OrderTold {
  const {
    priority: _priority,
    reservePrice: _reserve,
    feeExact: _exact,
    takerFees: _taker,
    pending: _pending,
    ...told
  } = order
  return { ...told, symbol, state }
}
