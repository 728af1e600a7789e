/**
 * The pre-trade check: everything that an order has to meet before it is accepted, in a fixed order, so that two faults
 * always give the same answer. What is asked of funds and limits is asked by the rooms behind this one.
 */
import { NO_ROW, type Row } from '../image/index.js'
import { formatQuantity, quantity } from '../money/index.js'
import { productFault } from './barred-products.js'
import { candidateOf } from './candidate.js'
import { type Candidate, type Fault, fault } from './faults.js'
import { judgeTerms } from './judging-terms.js'
import { kindRules } from './kinds/kind-rules.js'
import { find, selfMatches, takingFault } from './matching.js'
import type { Order } from './order.js'
import { pegFault } from './pegged-price.js'
import { protectionFault } from './protection/protecting.js'
import { referencePrice } from './reference-price.js'
import { selfMatchOf } from './self-match.js'
import { FILLS_OF_COMMAND_MAX } from './session.js'
import type { TradingContext } from './trading.js'
import { trailingFault } from './trailing.js'
import { reachedFault } from './triggers.js'
import { venueOf } from './venues/messages.js'

/** What stands against the order, or null. `replaces` is the open row that it would take the place of. */
export function judge(context: TradingContext, order: Order, replaces: Row = NO_ROW): Fault | null {
  const instrument = context.market.instruments.row(order.instrument)
  const venue = venueOf(context, instrument)
  if (venue === NO_ROW && context.market.instruments.venue.get(instrument) !== null)
    return fault('venue', 'there is no such venue')
  return (
    pegFault(context, order, replaces) ??
    judgeTerms(context, order) ??
    trailingFault(context, order, replaces) ??
    reachedFault(context.market, order) ??
    protectionFault(context, order, replaces) ??
    (venue === NO_ROW
      ? liquidityFault(context, order, instrument)
      : venueFault(context, venue, order, instrument)) ??
    (venue === NO_ROW ? (takingFault(context, order) ?? selfMatchFault(context, order)) : null) ??
    judgeFunds(context, order, replaces)
  )
}

/** An outside venue has a book of its own: what can be said here is whether it takes orders, and at what price one counts. */
function venueFault(context: TradingContext, venue: Row, order: Order, instrument: Row): Fault | null {
  if (context.trading.venues.status.get(venue) !== 'active')
    return fault('venue', 'the venue takes no orders')
  const { trigger, displayQuantity } = order.terms
  if (trigger !== null || !['market', 'limit', 'stop', 'stop_limit', 'market_to_limit'].includes(order.type))
    return fault('order_type_invalid', 'an outside venue triggers stops alone, by its own price')
  if (displayQuantity !== undefined) return fault('order_type_invalid', 'an outside venue shows orders whole')
  return order.price === null && order.stopPrice === null && referencePrice(context, instrument) === null
    ? fault('no_reference_price', 'no last trade when open, no settlement and no previous close')
    : null
}

/** Tells the rooms behind that an order came in. */
export function noteEntered(context: TradingContext, order: Order): void {
  for (const check of context.trading.checks) check.entered?.(context, order)
}

/** Shares, funds and limits: what also a triggered stop has to meet. */
export function judgeFunds(context: TradingContext, order: Order, replaces: Row = NO_ROW): Fault | null {
  const candidate = candidateOf(context, order, replaces)
  const early = productFault(context, candidate) ?? shortFault(context, candidate)
  if (early !== null) return early
  for (const check of context.trading.checks) {
    const found = check.fault(context, candidate)
    if (found !== null) return found
  }
  return null
}

/** A market order needs somebody to trade with; one that may come to rest needs a price to do it at. */
function liquidityFault(context: TradingContext, order: Order, instrument: Row): Fault | null {
  if (order.type !== 'market' && order.type !== 'market_to_limit') return null
  if (find(context, order, quantity(1n)).quantity > 0n) return null
  if (order.type === 'market') return fault('no_liquidity', 'there is nobody to trade with')
  return referencePrice(context, instrument) === null
    ? fault('no_reference_price', 'no last trade when open, no settlement and no previous close')
    : null
}

/** A refusal of the incoming order; what trades later, after a trigger or in an auction, is looked at then. */
function selfMatchFault(context: TradingContext, order: Order): Fault | null {
  const own = selfMatchOf(context, order)
  if (own?.instruction !== 'reject_aggressor') return null
  const isWaiting = order.stopPrice !== null && !order.isTriggered
  const isCollected = context.market.state(context.market.instruments.row(order.instrument)) !== 'open'
  if (isWaiting || isCollected) return null
  return selfMatches(context, order, own, FILLS_OF_COMMAND_MAX).length === 0
    ? null
    : fault('self_match', 'the order would trade with one of the same participant')
}

/** What cannot be short can only be sold out of what is held, all open sales together. */
function shortFault(
  { market, trading }: TradingContext,
  { order, instrument, open, isReducing }: Candidate,
): Fault | null {
  if (order.terms.reduceOnly && !isReducing)
    return fault('would_not_reduce', 'the order may reduce only, and could open a position')
  if (order.side === 'buy' || kindRules(market.instruments.kind.get(instrument)).canBeShort) return null
  const held = trading.held(order.account, order.instrument)
  if (open.offerQuantity <= held) return null
  const scale = market.instruments.quantityScale.get(instrument)
  return fault(
    'insufficient_position',
    `${formatQuantity(held, scale)} held, ${formatQuantity(open.offerQuantity, scale)} would be sold`,
  )
}
