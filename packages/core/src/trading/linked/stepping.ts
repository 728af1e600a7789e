/**
 * What follows from a fill or the end of an order that others hang on, in a step of its own: those that it triggers are
 * judged as new orders are, and enter or end; those that it takes with it are cancelled.
 */
import { type Id, NO_ROW, type Row } from '../../image/index.js'
import { type Quantity, quantity } from '../../money/index.js'
import { cancelOpenOrder } from '../ending.js'
import { enter, followUp, take } from '../entering.js'
import type { OrderId, OrderTerms } from '../fields.js'
import { judge, noteEntered } from '../judging.js'
import { type Order, orderAt } from '../order.js'
import { faultTold, report } from '../reports.js'
import { TradingSession } from '../session.js'
import type { TradingContext } from '../trading.js'
import { trailedPrice } from '../trailing.js'

export function stepContingency(context: TradingContext, id: Id): void {
  const { contingencies, linkedOrders } = context.trading
  const row = contingencies.row(id as OrderId)
  contingencies.nextStepAt.set(row, null)
  cancelLeft(context, id as OrderId)
  triggerOthers(context, row)
  const open = linkedOrders.of(id as OrderId)
  // Nothing follows any more: what is left are live orders without anything that they would cancel.
  if (contingencies.has(id as OrderId) && !open.some((order) => stillHangs(context, order)))
    contingencies.remove(contingencies.row(id as OrderId))
}

function stillHangs({ trading: { orders } }: TradingContext, order: Row): boolean {
  const { link } = orders.terms.get(order)
  return (
    link !== undefined &&
    (link.isWaiting || link.triggers.length > 0 || link.cancels.some((id) => orders.has(id)))
  )
}

/** Of orders that cancel each other, those go whose other is no more. */
function cancelLeft(context: TradingContext, primary: OrderId): void {
  const { orders, linkedOrders } = context.trading
  for (const row of linkedOrders.of(primary)) {
    const { link } = orders.terms.get(row)
    if (link?.cancels.some((id) => !orders.has(id)) === true) cancelOpenOrder(context, row, 'other_closed')
  }
}

function triggerOthers(context: TradingContext, row: Row): void {
  const { contingencies, linkedOrders, orders } = context.trading
  const primary = contingencies.id(row)
  const [whole, filled] = [contingencies.quantity.get(row), contingencies.filled.get(row)]
  const isClosed = contingencies.isClosed.get(row) || filled === whole
  const condition = contingencies.condition.get(row)
  const waiting = linkedOrders.of(primary).filter((each) => orders.terms.get(each).link?.isWaiting === true)
  if (waiting.length === 0) return
  const isHit = condition === 'complete_fill' ? filled === whole : filled > 0n
  if (isHit && (condition !== 'incremental' || filled === whole))
    activate(
      context,
      waiting.map((each) => orders.id(each)),
    )
  else if (isHit) triggerPart(context, row, waiting)
  if (!isClosed) return
  for (const each of linkedOrders.of(primary))
    if (orders.terms.get(each).link?.isWaiting === true) cancelOpenOrder(context, each, 'primary_closed')
}

/** As much of each as has been filled of the primary: an order of its own, by which the one that waits is smaller. */
function triggerPart(context: TradingContext, row: Row, waiting: readonly Row[]): void {
  const { contingencies, orders } = context.trading
  const [whole, filled] = [contingencies.quantity.get(row), contingencies.filled.get(row)]
  const parts = waiting.map((each) => ({ each, part: partOf(context, each, whole, filled) }))
  if (!parts.every(({ part }) => part > 0n)) return
  const made = parts.map(({ each, part }) => ({ each, part, id: context.image.newId<OrderId>() }))
  for (const { each, part, id } of made) {
    const before = orderAt(orders, each)
    orders.quantity.set(each, quantity(before.quantity - part))
    report(context, orderAt(orders, each), 'replaced', before.state)
    const others = made.map((other) => other.id).filter((other) => other !== id)
    const order = { ...before, id, quantity: part, terms: linkedAnew(before.terms, others) }
    orders.insert(id, order)
    report(context, order, 'accepted', 'new')
  }
  activate(
    context,
    made.map(({ id }) => id),
  )
}

/** A part cancels the parts that were triggered with it. */
function linkedAnew(terms: OrderTerms, others: readonly OrderId[]): OrderTerms {
  const { link } = terms
  return link === undefined || link.cancels.length === 0
    ? terms
    : { ...terms, link: { ...link, cancels: others } }
}

/** What of a waiting order is due for what is filled of its primary, in whole lots, less what was triggered before. */
function partOf({ trading, market }: TradingContext, row: Row, whole: Quantity, filled: Quantity): Quantity {
  const { orders } = trading
  const asked = orders.terms.get(row).link?.asked ?? orders.quantity.get(row)
  const lot = market.instruments.lot.get(market.instruments.row(orders.instrument.get(row)))
  const due = (asked * filled) / whole
  const before = asked - orders.quantity.get(row)
  const part = due - (due % lot) - before
  return quantity(part > 0n ? part : 0n)
}

/** They are live from now on, one after the other: each with the whole check of an order that is placed. */
function activate(context: TradingContext, waiting: readonly OrderId[]): void {
  for (const id of waiting) {
    const row = context.trading.orders.find(id)
    // The one before may have been filled at once, and have taken it out.
    if (row !== NO_ROW) activateOne(context, live(context, take(context, row)))
  }
}

function live(context: TradingContext, order: Order): Order {
  const { link } = order.terms
  const terms = link === undefined ? order.terms : { ...order.terms, link: { ...link, isWaiting: false } }
  const stopPrice = trailedPrice(context.market, order)
  return {
    ...order,
    terms,
    stopPrice,
    reservePrice: order.price ?? stopPrice ?? order.reservePrice,
    priority: context.image.newId<Id>() as number,
    updatedAt: context.now,
  }
}

function activateOne(context: TradingContext, order: Order): void {
  const fault = judge(context, order)
  if (fault !== null) {
    // It never was: what it would have cancelled stands on its own.
    setFree(context, order.terms.link?.cancels ?? [])
    report(context, order, 'cancelled', 'cancelled', { ...faultTold(fault), unsolicited: fault.code })
    return
  }
  noteEntered(context, order)
  report(context, order, 'triggered', 'new')
  const session = new TradingSession()
  enter(context, session, order)
  followUp(context, session)
}

function setFree({ trading: { orders } }: TradingContext, others: readonly OrderId[]): void {
  for (const id of others) {
    const row = orders.find(id)
    const terms = row === NO_ROW ? undefined : orders.terms.get(row)
    if (terms?.link !== undefined) orders.terms.set(row, { ...terms, link: { ...terms.link, cancels: [] } })
  }
}
