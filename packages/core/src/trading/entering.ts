/**
 * How an accepted order enters: it waits for its trigger, trades with what is there, and rests or ends with what is
 * left. Also what follows from trades: orders that are not paid for any more go, stops are triggered, and all-or-none
 * orders look again.
 */
import { after, type Id, NO_ROW, type Row, STEP_PAUSE } from '../image/index.js'
import { quantity } from '../money/index.js'
import { endBarred } from './barred.js'
import { cancelOpenOrder } from './ending.js'
import { withTip } from './iceberg.js'
import { judgeFunds } from './judging.js'
import { judgeTerms } from './judging-terms.js'
import { barred, canFill, fillsFor, find, match, selfMatches } from './matching.js'
import { type Order, openQuantityOf, orderAt } from './order.js'
import { isPegged, nextLook, pegFault, peggedPrice } from './pegged-price.js'
import { isStopped } from './protection/protecting.js'
import { remainderPrice } from './reference-price.js'
import { report, type UnsolicitedReason } from './reports.js'
import { selfMatchOf } from './self-match.js'
import { FILLS_OF_COMMAND_MAX, type TradingSession } from './session.js'
import type { TradingContext } from './trading.js'
import { trail } from './trailing.js'
import { isTriggeredBy } from './triggers.js'
import { cancelUnfunded } from './unfunded.js'

/** All-or-none orders that wait in one instrument: each looks at the book again after every trade. */
export const ALL_OR_NONE_MAX = 100

/** Matching happens in the open state only; before it orders are collected. */
const isMatching = ({ market }: TradingContext, order: Order): boolean =>
  market.state(market.instruments.row(order.instrument)) === 'open'

/** Puts an order that was accepted where it belongs. */
export function enter(context: TradingContext, session: TradingSession, order: Order): void {
  const isWaiting = order.stopPrice !== null && !order.isTriggered
  if (isWaiting && isTriggeredBy(context.market, order)) {
    trigger(context, order)
    const stopped = triggeredFault(context, order)
    if (stopped !== null) {
      report(context, order, 'cancelled', 'cancelled', { unsolicited: stopped })
      return
    }
  }
  if ((isWaiting && !order.isTriggered) || !isMatching(context, order)) rest(context, session, order)
  else trade(context, session, order)
}

function trade(context: TradingContext, session: TradingSession, order: Order): void {
  for (const row of barred(context, order, session.room)) endBarred(context, session, row)
  if (endsBySelfMatch(context, session, order)) return
  const isWhole = order.terms.allOrNone || order.timeInForce === 'fok'
  const least = isWhole ? openQuantityOf(order) : order.terms.minimumQuantity
  // What is filled in no more orders than there is room for: else it would be filled in part.
  if (least === 0n || canFill(context, order, quantity(least), session.room)) {
    limitRemainder(context, order)
    match(context, session, order)
  }
  leave(context, session, order)
}

/**
 * The price at which the rest of a market-to-limit order will stand is set before it trades, so that the reports of its
 * fills say it, and with them history and whoever follows them.
 */
export function limitRemainder(context: TradingContext, order: Order): void {
  if (order.type !== 'market_to_limit' || order.price !== null || order.timeInForce === 'ioc') return
  const open = openQuantityOf(order)
  const { quantity: found, worst } = find(context, order, open)
  if (found < open) order.price = worst ?? remainderPrice(context, order)
}

/** What is left of it after it traded. */
function leave(context: TradingContext, session: TradingSession, order: Order): void {
  const { waiting } = context.trading
  if (order.filled === order.quantity) return
  if (order.type === 'market_to_limit' && order.price === null) order.price = remainderPrice(context, order)
  if (endsAtOnce(order)) {
    report(context, order, 'expired', 'expired')
    return
  }
  if (isStopped(context, order)) {
    report(context, order, 'cancelled', 'cancelled', { unsolicited: 'protection' })
    return
  }
  if (session.isFull && wouldTrade(context, order)) {
    report(context, order, 'cancelled', 'cancelled', { unsolicited: 'fills_limit' })
    return
  }
  if (order.terms.allOrNone && waiting.countAllOrNone(order.instrument) >= ALL_OR_NONE_MAX) {
    report(context, order, 'cancelled', 'cancelled', { unsolicited: 'all_or_none_limit' })
    return
  }
  rest(context, session, order)
}

const endsAtOnce = ({ timeInForce, type, price }: Order): boolean =>
  timeInForce === 'ioc' || timeInForce === 'fok' || type === 'market' || price === null

const wouldTrade = (context: TradingContext, order: Order): boolean =>
  !order.terms.allOrNone && find(context, order, quantity(1n)).quantity > 0n

function rest(context: TradingContext, session: TradingSession, order: Order): void {
  if (order.price !== null) order.reservePrice = order.price
  context.trading.orders.insert(order.id, withTip(order))
  session.instruments.add(order.instrument)
}

/**
 * What self-match prevention ends before anything trades: what rests, the order itself, or both (polymarket-us section
 * 4.7). True where the order itself ends. One that refuses itself was refused when it came in, if it could trade then:
 * here it is a stop that was triggered, or an all-or-none order that the book can fill by now.
 */
function endsBySelfMatch(context: TradingContext, session: TradingSession, order: Order): boolean {
  const prevention = selfMatchOf(context, order)
  const own = prevention === null ? [] : selfMatches(context, order, prevention, session.room)
  if (prevention === null || own.length === 0) return false
  const { instruction } = prevention
  if (instruction !== 'reject_aggressor') {
    for (const row of own) cancelOpenOrder(context, row, 'self_match')
    session.fills += own.length
  }
  if (instruction === 'cancel_resting') return false
  report(context, order, 'cancelled', 'cancelled', { unsolicited: 'self_match' })
  return true
}

function trigger(context: TradingContext, order: Order): void {
  order.isTriggered = true
  order.updatedAt = context.now
  report(context, order, 'triggered', order.filled > 0n ? 'partially_filled' : 'new')
}

/** What trades bring about. It ends when nothing more follows, or when the command has traded as much as one may. */
export function followUp(context: TradingContext, session: TradingSession): void {
  const { market } = context
  cancelUnfunded(context, session)
  for (const instrument of session.instruments) {
    const row = market.instruments.row(instrument)
    let isFollowed = trail(context, row, session.following)
    let next = nextToAct(context, row)
    while (isFollowed && next !== NO_ROW && hasRoomFor(context, session, next)) {
      session.acted += 1
      const order = take(context, next)
      if (order.stopPrice !== null && !order.isTriggered) trigger(context, order)
      else reprice(context, order)
      act(context, session, order)
      cancelUnfunded(context, session)
      isFollowed = trail(context, row, session.following)
      next = nextToAct(context, row)
    }
    if (next !== NO_ROW || !isFollowed)
      market.instruments.nextStepAt.set(row, after(context.horizon, STEP_PAUSE))
    else lookAgain(context, row)
  }
}

/** Orders that follow the time are looked at every full minute. */
function lookAgain({ market, trading, now, horizon }: TradingContext, instrument: Row): void {
  const { instruments } = market
  if (!trading.peggedOrders.followsTime(instruments.id(instrument))) return
  if (market.state(instrument) !== 'open') return
  const { nextStepAt } = instruments
  const [next, at] = [nextStepAt.get(instrument), nextLook(market, instrument, now, horizon)]
  if (next === null || next > at) nextStepAt.set(instrument, at)
}

/** One whose price follows its index gets the price of now, and goes to the end of the queue. */
function reprice(context: TradingContext, order: Order): void {
  const price = peggedPrice(context.market, order, context.now)
  if (price === null || price === order.price) return
  order.price = price
  order.reservePrice = price
  order.priority = context.image.newId<Id>() as number
  order.terms = { ...order.terms, isRepriced: true }
  order.updatedAt = context.now
  report(context, order, 'replaced', order.state)
}

/** Lets an order act that waited: unless its account may not deal any more, cannot pay for it now, or is limited. */
function act(context: TradingContext, session: TradingSession, order: Order): void {
  const { access, hierarchy } = context
  const mayDeal = access.mayDeal(hierarchy.accounts.row(order.account))
  const stopped = mayDeal ? triggeredFault(context, order) : 'account_state'
  if (stopped === null) enter(context, session, order)
  else report(context, order, 'cancelled', 'cancelled', { unsolicited: stopped })
}

/** Whether the command can let it trade as far as a command of its own could; else its turn comes in the next step. */
function hasRoomFor(context: TradingContext, session: TradingSession, row: Row): boolean {
  if (session.acted >= FILLS_OF_COMMAND_MAX) return false
  const order = orderAt(context.trading.orders, row)
  const fills = fillsFor(context, order, openQuantityOf(order), session.room)
  return fills <= session.room || session.fills === 0
}

/** A stop that the price triggers, else an all-or-none order that the book can fill by now. */
function nextToAct(context: TradingContext, instrument: Row): Row {
  const { trading, market } = context
  // An outside venue that holds the orders triggers and fills them itself.
  if (market.state(instrument) !== 'open' || market.instruments.venue.get(instrument) !== null) return NO_ROW
  const id = market.instruments.id(instrument)
  const stop = trading.waiting.triggered(id)
  if (stop !== NO_ROW) return stop
  const behind = trading.peggedOrders.leftBehind(id, context.now)
  if (behind !== NO_ROW) return behind
  for (const row of trading.waiting.allOrNone(id)) {
    const order = orderAt(trading.orders, row)
    if (canFill(context, order, openQuantityOf(order), FILLS_OF_COMMAND_MAX)) return row
  }
  return NO_ROW
}

/** Takes an open order out of its table and into the hand. */
export function take({ trading }: TradingContext, row: Row): Order {
  const order = orderAt(trading.orders, row)
  trading.orders.remove(row)
  return order
}

const UNPAID: ReadonlySet<string> = new Set([
  'insufficient_buying_power',
  'insufficient_currency',
  'insufficient_position',
])

/**
 * A stop that becomes a market order has to be paid for at the prices that are there now, and to be within the limits of
 * now: what stands against it, or null; so has one whose price follows its index. A limit gives its own reason.
 */
function triggeredFault(context: TradingContext, order: Order): UnsolicitedReason | null {
  const follows = isPegged(order.terms)
  const found =
    (follows ? (pegFault(context, order, NO_ROW) ?? judgeTerms(context, order)) : null) ??
    (order.price === null || follows ? judgeFunds(context, order) : null)
  if (found === null) return null
  return UNPAID.has(found.code) ? 'unfunded' : found.code
}
