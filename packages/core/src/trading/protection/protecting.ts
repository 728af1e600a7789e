/**
 * What fills of protected orders come to within an interval, and what happens when that is too much: the account's
 * protected orders of that index are cancelled at once, and it may place none until the time of freezing is over.
 */
import type { AccountId } from '../../hierarchy/index.js'
import { after, type Id, NO_ROW, type Row, SECOND } from '../../image/index.js'
import type { Price, Quantity } from '../../money/index.js'
import { cancelOpenOrder } from '../ending.js'
import { type Fault, fault } from '../faults.js'
import type { Order } from '../order.js'
import type { TradingContext } from '../trading.js'
import { PROTECTED_ORDERS_MAX, type ProtectionId, QUOTES_FROZEN_FOR } from './fields.js'
import { sideFault } from './side-limit.js'
import { coinOf, under } from './standing.js'

const indexOf = ({ market }: TradingContext, { instrument }: Pick<Order, 'instrument'>): string | null =>
  market.instruments.derivative.get(market.instruments.row(instrument))?.index ?? null

/** The protection of an account's orders that follow an index, or of a group of its quotes; NO_ROW without one. */
export const protectionOf = (
  { trading: { protections, protectionsOf } }: TradingContext,
  account: AccountId,
  index: string,
  group: string | null,
): Row =>
  protectionsOf
    .of(account)
    .find((row) => protections.index.get(row) === index && protections.group.get(row) === group) ?? NO_ROW

/** The protection that an order is under, whether there is one or not. */
function protectionOver(context: TradingContext, order: Order): Row {
  const index = indexOf(context, order)
  return index === null
    ? NO_ROW
    : protectionOf(context, order.account, index, order.terms.quote?.group ?? null)
}

/** What stands against a protected order, or null. `replaces` is the row that it takes the place of. */
export function protectionFault(context: TradingContext, order: Order, replaces: Row): Fault | null {
  if (order.terms.isProtected !== true) return null
  if (order.type !== 'limit') return fault('order_type_invalid', 'only limit orders are protected')
  const row = protectionOver(context, order)
  if (row === NO_ROW)
    return fault('protection_missing', 'the account has no market-maker protection for what it follows')
  const { protections, protectedOrders } = context.trading
  if (protections.isFrozen.get(row))
    return fault('protection_frozen', 'market-maker protection was triggered, and is not over')
  const open = protectedOrders.count(order.account, protections.index.get(row), protections.group.get(row))
  return replaces === NO_ROW && open >= PROTECTED_ORDERS_MAX
    ? fault('open_orders_limit', `at most ${PROTECTED_ORDERS_MAX} orders of a protection may be open`)
    : sideFault(context, row, order, replaces)
}

/** Whether protection has been triggered that the order was under: it trades no further. */
export function isStopped(context: TradingContext, order: Order): boolean {
  if (order.terms.isProtected !== true) return false
  const row = protectionOver(context, order)
  return row !== NO_ROW && context.trading.protections.isFrozen.get(row)
}

/** Counts a fill, and triggers the protection where it is too much. */
export function countProtected(
  context: TradingContext,
  order: Order,
  { quantity, price }: { readonly quantity: Quantity; readonly price: Price },
): void {
  if (order.terms.isProtected !== true) return
  const row = protectionOver(context, order)
  const { protections } = context.trading
  if (row === NO_ROW || protections.isFrozen.get(row)) return
  const from = protections.countedFrom.get(row)
  if (from === null || context.now >= after(from, protections.intervalSeconds.get(row) * SECOND)) {
    protections.countedFrom.set(row, context.now)
    protections.traded.set(row, 0n)
    protections.delta.set(row, 0n)
  }
  const coin = coinOf(context, order, quantity, price)
  protections.traded.set(row, protections.traded.get(row) + coin)
  protections.delta.set(row, protections.delta.get(row) + signOf(context, order) * coin)
  if (isTooMuch(context, row)) trigger(context, row)
}

/** An option counts with all of its coin, the most that its delta can be. */
function signOf({ market }: TradingContext, { instrument, side }: Order): 1n | -1n {
  const option = market.instruments.derivative.get(market.instruments.row(instrument))?.option ?? null
  return (side === 'buy') === (option?.type !== 'put') ? 1n : -1n
}

function isTooMuch({ trading: { protections } }: TradingContext, row: Row): boolean {
  const [most, widest] = [protections.quantityLimit.get(row), protections.deltaLimit.get(row)]
  const delta = protections.delta.get(row)
  return (
    (most !== null && protections.traded.get(row) >= most) ||
    (widest !== null && (delta < 0n ? -delta : delta) >= widest)
  )
}

function trigger(context: TradingContext, row: Row): void {
  const { protections } = context.trading
  const seconds = protections.frozenSeconds.get(row)
  protections.isFrozen.set(row, true)
  protections.frozenUntil.set(row, seconds === 0 ? null : after(context.now, seconds * SECOND))
  forgetCounted(context, row)
  cancelProtected(context, row, 'protection')
  recordProtection(context, row, 'triggered')
}

/** What was counted is over with it: the next fill begins an interval. */
export function forgetCounted({ trading: { protections }, now }: TradingContext, row: Row): void {
  protections.countedFrom.set(row, null)
  protections.traded.set(row, 0n)
  protections.delta.set(row, 0n)
  protections.updatedAt.set(row, now)
}

export function cancelProtected(
  context: TradingContext,
  row: Row,
  reason: 'protection' | 'protection_removed',
): void {
  for (const order of under(context, row)) cancelOpenOrder(context, order, reason)
}

/** For so long none of the account's quotes is taken. */
export function freezeQuotes(context: TradingContext, account: AccountId): void {
  const { protections, protectionsOf } = context.trading
  for (const row of protectionsOf.of(account)) {
    if (protections.group.get(row) === null) continue
    protections.quotesFrozenUntil.set(row, after(context.now, QUOTES_FROZEN_FOR))
    recordProtection(context, row, 'quotes_frozen')
  }
}

export function thaw(context: TradingContext, row: Row): void {
  const { protections } = context.trading
  protections.isFrozen.set(row, false)
  protections.frozenUntil.set(row, null)
  forgetCounted(context, row)
}

/** The time of freezing is over. */
export function endFreeze(context: TradingContext, id: Id): void {
  const row = context.trading.protections.row(id as ProtectionId)
  thaw(context, row)
  recordProtection(context, row, 'ended')
}

/** What a protection says of itself. */
export function protectionTold({ trading: { protections } }: TradingContext, row: Row) {
  return { id: protections.id(row), ...protections.read(row) }
}

export function recordProtection(
  context: TradingContext,
  row: Row,
  what: 'set' | 'removed' | 'triggered' | 'reset' | 'ended' | 'quotes_frozen',
): void {
  const { hierarchy, trading, emit } = context
  emit({
    kind: `protection.${what}`,
    subject: `mmp_${trading.protections.id(row)}`,
    paths: [hierarchy.pathOfAccount(hierarchy.accounts.row(trading.protections.account.get(row)))],
    data: protectionTold(context, row),
  })
}
