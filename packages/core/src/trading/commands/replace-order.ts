/**
 * `orders.replace`: an open order gets another price, quantity or time. What is left out stays. A replacement that fails
 * leaves the order as it was.
 */
import { command, type Instant, NO_ROW } from '../../image/index.js'
import type { Price, Quantity, Rate } from '../../money/index.js'
import { QUANTITY_MAX, quantity as quantityOf } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import { isReducing, orderNeeds } from '../access.js'
import { priceBehind } from '../behind.js'
import { refuseFor } from '../faults.js'
import type { OrderId, TimeInForce } from '../fields.js'
import { judge, noteEntered } from '../judging.js'
import { type Order, openQuantityOf, orderAt } from '../order.js'
import { isPegged, peggedPrice } from '../pegged-price.js'
import { checkClientOrderId, checkFree, checkTime, expiryOf } from '../placing.js'
import { keepsPriority, requeue, restate } from '../replacing.js'
import { faultTold, report } from '../reports.js'
import { TradingSession } from '../session.js'
import { changedSpecialTerms } from '../special-terms.js'
import type { TradingContext } from '../trading.js'
import { trailedAnew } from '../trailing.js'
import { requestReplace, venueOf } from '../venues/index.js'

export type ReplaceOrder = {
  readonly order: OrderId
  readonly clientOrderId: string | null
  readonly price: Price | null
  readonly stopPrice: Price | null
  /** Of the whole order, what is filled included. */
  readonly quantity: Quantity | null
  readonly timeInForce: TimeInForce | null
  readonly expiresAt: Instant | null
  readonly minimumQuantity: Quantity | null
  readonly allOrNone: boolean | null
  readonly postOnly: boolean | null
  readonly strictLimit: boolean | null
  readonly reduceOnly?: boolean | null
  readonly reprices?: boolean | null
  readonly trailingOffset?: Price | null
  readonly displayQuantity?: Quantity | null
  readonly usdPrice?: Price | null
  readonly volatility?: Rate | null
  readonly onReject: 'record' | 'refuse'
}

export const replaceOrder = command({
  name: 'orders.replace',
  scope: 'orders:write',
  needs: (context: TradingContext, input: ReplaceOrder) =>
    orderNeeds(context, input.order, onlyLowers(context, input) ? 'reduce' : 'trade'),
  decide(context, input) {
    const { trading } = context
    const row = trading.orders.row(input.order)
    const before = orderAt(trading.orders, row)
    if (before.state.startsWith('pending_'))
      refuse('transition_invalid', 'the venue has not answered what was asked before')
    if (before.terms.link?.isWaiting === true)
      refuse('transition_invalid', 'the order waits for another, and is not live yet')
    if (before.terms.quote !== undefined)
      refuse('transition_invalid', 'a quote is changed by the next one of its group')
    const after = behind(context, changed(context, before, input))
    const fault = judge(context, after, row)
    if (fault !== null) {
      if (input.onReject === 'refuse') refuseFor(fault)
      report(context, before, 'replace_rejected', before.state, {
        clientOrderId: input.clientOrderId,
        ...faultTold(fault),
      })
      return { order: input.order, replaced: false }
    }
    noteEntered(context, after)
    const venue = venueOf(context, context.market.instruments.row(before.instrument))
    if (venue !== NO_ROW) requestReplace(context, venue, row, after)
    else if (keepsPriority(before, after)) restate(context, new TradingSession(), row, after)
    else requeue(context, new TradingSession(), row, after)
    return { order: input.order, replaced: true }
  },
})

function changed(context: TradingContext, before: Order, input: ReplaceOrder): Order {
  const { now } = context
  checkClientOrderId(input.clientOrderId)
  if (input.clientOrderId !== null && input.clientOrderId !== before.clientOrderId)
    checkFree(context, before.account, input.clientOrderId)
  if (isPegged(before.terms) && input.price !== null)
    refuse('malformed', 'the price of the order follows its index', { field: '/price' })
  if (before.price === null && input.price !== null)
    refuse('malformed', `a ${before.type} order has no price`, { field: '/price' })
  if (before.type === 'trailing_stop' && input.stopPrice !== null)
    refuse('malformed', 'a trailing stop is moved by its offset', { field: '/stop_price' })
  if (before.stopPrice === null && input.stopPrice !== null)
    refuse('malformed', `a ${before.type} order has no stop price`, { field: '/stop_price' })
  if (input.quantity !== null && (input.quantity <= 0n || input.quantity > QUANTITY_MAX))
    refuse('malformed', 'expected a quantity above zero', { field: '/quantity' })
  const timeInForce = input.timeInForce ?? before.timeInForce
  if (input.timeInForce === 'ioc' || input.timeInForce === 'fok')
    refuse('malformed', 'an order that rests cannot become one that does not', { field: '/time_in_force' })
  const isTimed = input.timeInForce !== null || input.expiresAt !== null
  if (isTimed) checkTime(timeInForce, input.expiresAt, now)
  const price = input.price ?? before.price
  const special = changedSpecialTerms(before, input)
  const stopPrice = input.stopPrice ?? trailedAnew(context.market, before, special)
  return {
    ...before,
    clientOrderId: input.clientOrderId ?? before.clientOrderId,
    price,
    stopPrice,
    reservePrice: price ?? stopPrice ?? before.reservePrice,
    quantity: input.quantity ?? before.quantity,
    timeInForce,
    expiresAt: isTimed ? expiryOf(context, timeInForce, input.expiresAt, before.account) : before.expiresAt,
    terms: {
      ...before.terms,
      minimumQuantity: input.minimumQuantity ?? before.terms.minimumQuantity,
      allOrNone: input.allOrNone ?? before.terms.allOrNone,
      postOnly: input.postOnly ?? before.terms.postOnly,
      strictLimit: input.strictLimit ?? before.terms.strictLimit,
      reduceOnly: input.reduceOnly ?? before.terms.reduceOnly,
      reprices: input.reprices ?? before.terms.reprices,
      ...special,
    },
    enteredAt: now,
    updatedAt: now,
  }
}

function behind(context: TradingContext, order: Order): Order {
  const price = peggedPrice(context.market, order, context.now) ?? priceBehind(context, order)
  return { ...order, price, reservePrice: price ?? order.reservePrice }
}

/** Whether the replacement can only make less of the order: then the right to reduce is enough. */
function onlyLowers(
  context: TradingContext,
  {
    order,
    price,
    stopPrice,
    quantity,
    trailingOffset = null,
    displayQuantity = null,
    usdPrice = null,
    volatility = null,
  }: ReplaceOrder,
): boolean {
  const { orders } = context.trading
  const row = orders.find(order)
  if (row < 0) return false
  const before = orderAt(orders, row)
  if ([trailingOffset, displayQuantity, usdPrice, volatility].some((each) => each !== null)) return false
  if (quantity !== null && quantity < before.quantity && price === null && stopPrice === null) return true
  const more = quantityOf((quantity ?? before.quantity) - before.filled - openQuantityOf(before))
  return isReducing(context, { ...before, quantity: more < 0n ? 0n : more })
}
