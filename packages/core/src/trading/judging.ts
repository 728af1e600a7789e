/**
 * The pre-trade check: everything that an order has to meet before it is accepted, in a fixed order, so that two faults
 * always give the same answer. What is asked of funds and limits is asked by the rooms behind this one.
 */
import { NO_ROW, type Row } from '../image/index.js'
import {
  amount as amountOf,
  currencyOf,
  formatAmount,
  formatPrice,
  formatQuantity,
  NONE,
  type Price,
  quantity,
  ZERO,
} from '../money/index.js'
import { type Candidate, type Fault, fault } from './faults.js'
import type { OpenSums } from './kinds/kind.js'
import { kindRules } from './kinds/kind-rules.js'
import { find, levelsFor, selfMatches, takingFault } from './matching.js'
import { type Contribution, NO_OPEN_ORDERS } from './open-orders.js'
import { type Order, openQuantityOf } from './order.js'
import { FILLS_OF_COMMAND_MAX } from './session.js'
import type { TradingContext } from './trading.js'
import { venueOf } from './venues/messages.js'

/** What stands against the order, or null. `replaces` is the open row that it would take the place of. */
export function judge(context: TradingContext, order: Order, replaces: Row = NO_ROW): Fault | null {
  const instrument = context.market.instruments.row(order.instrument)
  const venue = venueOf(context, instrument)
  if (venue === NO_ROW && context.market.instruments.venue.get(instrument) !== null)
    return fault('venue', 'there is no such venue')
  return (
    judgeTerms(context, order) ??
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
  if (order.terms.trigger !== null || order.type === 'take' || order.type === 'take_limit')
    return fault('order_type_invalid', 'an outside venue triggers stops alone, by its own price')
  return order.price === null && order.stopPrice === null && referencePrice(context, instrument) === null
    ? fault('no_reference_price', 'no last trade when open, no settlement and no previous close')
    : null
}

/** What the instrument asks of an order, whoever is there to trade with. */
export function judgeTerms(context: TradingContext, order: Order): Fault | null {
  const instrument = context.market.instruments.row(order.instrument)
  return (
    stateFault(context, order, instrument) ??
    formFault(order) ??
    quantityFault(context, order, instrument) ??
    priceFault(context, order, instrument) ??
    notionalFault(context, order, instrument)
  )
}

/** Tells the rooms behind that an order came in. */
export function noteEntered(context: TradingContext, order: Order): void {
  for (const check of context.trading.checks) check.entered?.(context, order)
}

/** Shares, funds and limits: what also a triggered stop has to meet. */
export function judgeFunds(context: TradingContext, order: Order, replaces: Row = NO_ROW): Fault | null {
  const candidate = candidateOf(context, order, replaces)
  const short = shortFault(context, candidate)
  if (short !== null) return short
  for (const check of context.trading.checks) {
    const found = check.fault(context, candidate)
    if (found !== null) return found
  }
  return null
}

/** The states in which an instrument takes new orders. */
const ENTERING = new Set(['open', 'preopen', 'auction'])

function stateFault({ market }: TradingContext, order: Order, instrument: Row): Fault | null {
  const state = market.state(instrument)
  const data = { state }
  if (!ENTERING.has(state)) return fault('instrument_not_open', `the instrument is ${state}`, data)
  if (state === 'open') return null
  const collects = order.type === 'limit' && ['day', 'gtc', 'gtd'].includes(order.timeInForce)
  const { postOnly, strictLimit, allOrNone } = order.terms
  return collects && !postOnly && !strictLimit && !allOrNone
    ? null
    : fault(
        'instrument_not_open',
        `the order has attributes that cannot be placed while the instrument is ${state}`,
        data,
      )
}

/** Combinations that mean nothing together. */
function formFault({ type, timeInForce, terms }: Order): Fault | null {
  const rests = timeInForce === 'day' || timeInForce === 'gtc' || timeInForce === 'gtd'
  if (terms.postOnly && (!rests || type !== 'limit'))
    return fault('order_type_invalid', 'only a limit order that can rest may be post-only')
  if (terms.strictLimit && type !== 'limit')
    return fault('order_type_invalid', 'only a limit order has a limit to keep to')
  if (terms.allOrNone && terms.minimumQuantity > 0n)
    return fault('order_type_invalid', 'all-or-none leaves no minimum quantity')
  if (terms.minimumQuantity > 0n && timeInForce !== 'ioc')
    return fault('order_type_invalid', 'a minimum quantity goes with immediate-or-cancel only')
  if (type === 'market' && rests && timeInForce !== 'day')
    return fault('order_type_invalid', 'a market order does not rest')
  return null
}

function quantityFault({ market }: TradingContext, order: Order, instrument: Row): Fault | null {
  const { lot, quantityMax, quantityScale } = market.instruments
  const scale = quantityScale.get(instrument)
  const least = lot.get(instrument)
  const given = formatQuantity(order.quantity, scale)
  if (order.quantity <= order.filled)
    return fault(
      'quantity_invalid',
      `expected more than the ${formatQuantity(order.filled, scale)} that are filled`,
    )
  if (order.quantity < least || order.quantity % least !== 0n)
    return fault(
      'quantity_invalid',
      `minimum trade quantity is ${formatQuantity(least, scale)}, given ${given}`,
    )
  if (order.terms.minimumQuantity > order.quantity)
    return fault('quantity_invalid', 'expected a minimum quantity of at most the quantity')
  const most = quantityMax.get(instrument)
  if (most !== null && order.quantity > most)
    return fault('quantity_limit', `high order size limit is ${formatQuantity(most, scale)}, given ${given}`)
  return null
}

function priceFault({ market }: TradingContext, order: Order, instrument: Row): Fault | null {
  const { priceLow, priceHigh } = market.instruments
  const terms = market.termsOf(instrument)
  for (const price of [order.price, order.stopPrice]) {
    if (price === null) continue
    if (!terms.isOnTick(price))
      return fault('price_off_tick', `tick size is ${formatPrice(terms.tick)}, given ${formatPrice(price)}`)
    const [low, high] = [priceLow.get(instrument), priceHigh.get(instrument)]
    if (low !== null && price < low)
      return fault(
        'price_out_of_bounds',
        `low price limit is ${formatPrice(low)}, given ${formatPrice(price)}`,
      )
    if (high !== null && price > high)
      return fault(
        'price_out_of_bounds',
        `high price limit is ${formatPrice(high)}, given ${formatPrice(price)}`,
      )
  }
  const { price, stopPrice, side, type } = order
  if (
    type === 'stop_limit' &&
    market.instruments.derivative.get(instrument) === null &&
    price !== null &&
    stopPrice !== null &&
    (side === 'buy' ? stopPrice < price : stopPrice > price)
  )
    return fault(
      'price_out_of_bounds',
      `expected a stop price ${side === 'buy' ? 'at or above' : 'at or below'} the limit`,
    )
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

/** What a market order is reckoned at where nobody offers: the last trade, else a mark, else the close. */
export const referencePrice = ({ market }: TradingContext, instrument: Row): Price | null =>
  market.lastPrice(instrument) ?? market.valuationPrice(instrument)

function notionalFault({ market }: TradingContext, order: Order, instrument: Row): Fault | null {
  const { notionalMax, currency } = market.instruments
  const most = notionalMax.get(instrument)
  if (most === null) return null
  const given = market.termsOf(instrument).notional(order.reservePrice, order.quantity, 'up')
  if (given <= most) return null
  const kept = currencyOf(currency.get(instrument))
  return fault(
    'notional_limit',
    `high total notional size limit is ${formatAmount(amountOf(most), kept)}, given ${formatAmount(given, kept)}`,
  )
}

/** A refusal of the incoming order; what trades later, after a trigger or in an auction, is looked at then. */
function selfMatchFault(context: TradingContext, order: Order): Fault | null {
  if (order.terms.selfMatchInstruction !== 'reject_aggressor') return null
  const isWaiting = order.stopPrice !== null && !order.isTriggered
  const isCollected = context.market.state(context.market.instruments.row(order.instrument)) !== 'open'
  if (isWaiting || isCollected) return null
  return selfMatches(context, order, FILLS_OF_COMMAND_MAX).length === 0
    ? null
    : fault('self_match', 'the order would trade with one of the same participant')
}

function candidateOf(context: TradingContext, order: Order, replaces: Row): Candidate {
  const { hierarchy, market, trading } = context
  const instrument = market.instruments.row(order.instrument)
  const beside = openBeside(context, order, replaces)
  const open = added(beside, contributionOf(context, order, instrument))
  const held = trading.held(order.account, order.instrument)
  const sameSide = order.side === 'buy' ? open.bidQuantity : open.offerQuantity
  const isOpposite = order.side === 'buy' ? held < 0n : held > 0n
  return {
    order,
    account: hierarchy.accounts.row(order.account),
    instrument,
    replaces,
    open,
    isReducing: isOpposite && sameSide <= (held < 0n ? -held : held),
  }
}

/** The open orders beside this one, without the row that it takes the place of. */
function openBeside({ trading }: TradingContext, order: Order, replaces: Row): OpenSums {
  const sums = trading.openOrders.find(order.account, order.instrument) ?? NO_OPEN_ORDERS
  if (replaces === NO_ROW) return sums
  const counted = trading.openOrders.countedFor(replaces)
  return counted === null ? sums : added(sums, counted, -1n)
}

/**
 * A priced order counts at its price, a stop that waits at its stop price; one that trades at any price counts at what
 * the book asks now, level by level, and at the last of these with what it leaves to rest.
 */
function contributionOf(context: TradingContext, order: Order, instrument: Row): Contribution {
  const { openOrders } = context.trading
  const open = openQuantityOf(order)
  const isWaiting = order.stopPrice !== null && !order.isTriggered
  if (order.price !== null || isWaiting || venueOf(context, instrument) !== NO_ROW)
    return openOrders.contributionOf(instrument, order, open, true)
  const parts = levelsFor(context, order, open)
  const rest = quantity(parts.reduce((left, part) => left - part.quantity, open as bigint))
  if (order.type === 'market_to_limit' && rest > 0n)
    parts.push({ price: parts.at(-1)?.price ?? order.reservePrice, quantity: rest })
  return parts
    .map((part) =>
      openOrders.contributionOf(instrument, { ...order, reservePrice: part.price }, part.quantity, true),
    )
    .reduce(
      (sum, part) => ({
        isBid: sum.isBid,
        quantity: quantity(sum.quantity + part.quantity),
        money: amountOf(sum.money + part.money),
        fees: amountOf(sum.fees + part.fees),
        excess: amountOf(sum.excess + part.excess),
      }),
      { isBid: order.side === 'buy', quantity: NONE, money: ZERO, fees: ZERO, excess: ZERO },
    )
}

function added(
  sums: OpenSums,
  { isBid, quantity: more, money, fees, excess: beyond }: Contribution,
  sign: 1n | -1n = 1n,
): OpenSums {
  const { bidQuantity, bidCost, bidFees, offerQuantity, offerProceeds, offerFees } = sums
  const excess = amountOf(sums.excess + sign * beyond)
  return isBid
    ? {
        bidQuantity: quantity(bidQuantity + sign * more),
        bidCost: amountOf(bidCost + sign * money),
        bidFees: amountOf(bidFees + sign * fees),
        excess,
        offerQuantity,
        offerProceeds,
        offerFees,
      }
    : {
        bidQuantity,
        bidCost,
        bidFees,
        offerQuantity: quantity(offerQuantity + sign * more),
        offerProceeds: amountOf(offerProceeds + sign * money),
        offerFees: amountOf(offerFees + sign * fees),
        excess,
      }
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
