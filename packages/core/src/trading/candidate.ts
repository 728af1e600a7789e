/** An order as it is judged: with the open orders beside it, and what it would add to them. */
import { NO_ROW, type Row } from '../image/index.js'
import { amount as amountOf, NONE, type Quantity, quantity, ZERO } from '../money/index.js'
import { type Contribution, contributionOf } from './contribution.js'
import type { Candidate } from './faults.js'
import type { OpenSums } from './kinds/kind.js'
import { canFill, levelsFor } from './matching.js'
import { NO_OPEN_ORDERS } from './open-orders.js'
import { type Order, openQuantityOf } from './order.js'
import { remainderPrice } from './reference-price.js'
import { FILLS_OF_COMMAND_MAX } from './session.js'
import type { TradingContext } from './trading.js'
import { venueOf } from './venues/messages.js'

export function candidateOf(context: TradingContext, order: Order, replaces: Row): Candidate {
  const { hierarchy, market, trading } = context
  const instrument = market.instruments.row(order.instrument)
  const beside = openBeside(context, order, replaces)
  const open = added(beside, asBookStands(context, order, instrument))
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
 * the book asks now, level by level, and at the last of these with what it leaves to rest. One that has to wait whole will
 * stand at the reference.
 */
function asBookStands(context: TradingContext, order: Order, instrument: Row): Contribution {
  const { market } = context
  const open = openQuantityOf(order)
  const isWaiting = order.stopPrice !== null && !order.isTriggered
  if (order.price !== null || isWaiting || venueOf(context, instrument) !== NO_ROW)
    return contributionOf(market, instrument, order, open, true)
  const parts = waitsWhole(context, order, open) ? [] : levelsFor(context, order, open)
  const rest = quantity(parts.reduce((left, part) => left - part.quantity, open as bigint))
  if (order.type === 'market_to_limit' && rest > 0n)
    parts.push({
      price: parts.at(-1)?.price ?? remainderPrice(context, order) ?? order.reservePrice,
      quantity: rest,
    })
  return parts
    .map((part) =>
      contributionOf(market, instrument, { ...order, reservePrice: part.price }, part.quantity, true),
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

/** It rests, and may not trade as little as the book has for it now. */
function waitsWhole(context: TradingContext, order: Order, open: Quantity): boolean {
  const { type, timeInForce, terms } = order
  if (type !== 'market_to_limit' || timeInForce === 'ioc' || timeInForce === 'fok') return false
  const least = terms.allOrNone ? open : terms.minimumQuantity
  return least > 0n && !canFill(context, order, least, FILLS_OF_COMMAND_MAX)
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
