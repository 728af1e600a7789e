/** An order as a value: while it is being placed it is in no table, and what rests is read back into the same shape. */
import type { Plain, Row, Table, Values } from '../image/index.js'
import { type Quantity, quantity } from '../money/index.js'
import type { OrderId, OrderState, orderFields } from './fields.js'
import { termsTold } from './terms.js'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** An order in hand; `fills` are what it traded in this command. */
export type Order = Mutable<Values<typeof orderFields>> & { readonly id: OrderId }

export type Orders = Table<OrderId, typeof orderFields>

// Both shapes are written out field by field: they are made for every report, and a spread costs several times as much.
export function orderAt(orders: Orders, row: Row): Order {
  return {
    id: orders.id(row),
    account: orders.account.get(row),
    instrument: orders.instrument.get(row),
    clientOrderId: orders.clientOrderId.get(row),
    user: orders.user.get(row),
    submittedBy: orders.submittedBy.get(row),
    side: orders.side.get(row),
    type: orders.type.get(row),
    timeInForce: orders.timeInForce.get(row),
    state: orders.state.get(row),
    price: orders.price.get(row),
    stopPrice: orders.stopPrice.get(row),
    isTriggered: orders.isTriggered.get(row),
    reservePrice: orders.reservePrice.get(row),
    quantity: orders.quantity.get(row),
    filled: orders.filled.get(row),
    cost: orders.cost.get(row),
    feeExact: orders.feeExact.get(row),
    takerFees: orders.takerFees.get(row),
    fees: orders.fees.get(row),
    feeSchedule: orders.feeSchedule.get(row),
    priority: orders.priority.get(row),
    expiresAt: orders.expiresAt.get(row),
    terms: orders.terms.get(row),
    pending: orders.pending.get(row),
    createdAt: orders.createdAt.get(row),
    enteredAt: orders.enteredAt.get(row),
    updatedAt: orders.updatedAt.get(row),
  }
}

export const openQuantityOf = (order: Pick<Order, 'quantity' | 'filled'>): Quantity =>
  quantity(order.quantity - order.filled)

/** The order as events tell of it, in whatever state. */
export type OrderTold = {
  readonly [key: string]: Plain
}

export function orderTold(order: Order, symbol: string, state: OrderState): OrderTold {
  return {
    id: order.id,
    account: order.account,
    instrument: order.instrument,
    symbol,
    clientOrderId: order.clientOrderId,
    user: order.user,
    submittedBy: order.submittedBy,
    side: order.side,
    type: order.type,
    timeInForce: order.timeInForce,
    state,
    price: order.price,
    stopPrice: order.stopPrice,
    isTriggered: order.isTriggered,
    quantity: order.quantity,
    filled: order.filled,
    cost: order.cost,
    fees: order.fees,
    feeSchedule: order.feeSchedule,
    expiresAt: order.expiresAt,
    terms: termsTold(order.terms),
    createdAt: order.createdAt,
    enteredAt: order.enteredAt,
    updatedAt: order.updatedAt,
  }
}
