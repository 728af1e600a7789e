/**
 * Price-time matching: an order in hand trades with what rests on the other side, best price first and in order of
 * priority at a price, always at the resting price. Also what it would find there, without trading.
 */
import { NO_ROW, type Row } from '../image/index.js'
import { type Amount, add, type Price, plus, type Quantity, quantity, smaller, ZERO } from '../money/index.js'
import { type Fault, fault } from './faults.js'
import { opposite } from './fields.js'
import { type Order, openQuantityOf } from './order.js'
import type { TradingSession } from './session.js'
import { trade } from './trade.js'
import type { TradingContext } from './trading.js'

/** How far an order goes: its limit in ticks, or null for any price. */
export function limitTicks(
  { market }: TradingContext,
  order: Pick<Order, 'instrument' | 'price'>,
): number | null {
  return order.price === null
    ? null
    : market.termsOf(market.instruments.row(order.instrument)).ticksOf(order.price)
}

const otherSide = ({ trading }: TradingContext, { instrument, side }: Pick<Order, 'instrument' | 'side'>) =>
  trading.books.of(instrument)[opposite(side)]

/** Trades as much as there is, as far as the order goes. */
export function match(context: TradingContext, session: TradingSession, order: Order): void {
  const levels = otherSide(context, order)
  const limit = limitTicks(context, order)
  const { books } = context.trading
  const { tick } = context.market.termsOf(context.market.instruments.row(order.instrument))
  while (order.filled < order.quantity && !session.isFull) {
    const best = levels.level(0)
    if (best === undefined || !levels.isWithin(best.ticks, limit)) return
    const size = smaller(openQuantityOf(order), quantity(books.openOf(best.first)))
    trade(context, session, order, best.first, size, (BigInt(best.ticks) * tick) as Price)
  }
}

export interface Found {
  readonly quantity: Quantity
  /** What that is worth at the prices it would trade at. */
  readonly worth: Amount
  readonly best: Price | null
  readonly worst: Price | null
}

/** What the other side has for the order, up to `wanted` and as far as it goes. */
export function find(
  context: TradingContext,
  order: Pick<Order, 'instrument' | 'side' | 'price'>,
  wanted: Quantity,
): Found {
  const levels = otherSide(context, order)
  const limit = limitTicks(context, order)
  const terms = context.market.termsOf(context.market.instruments.row(order.instrument))
  let found = {
    quantity: 0n as Quantity,
    worth: ZERO,
    best: null as Price | null,
    worst: null as Price | null,
  }
  for (let rank = 0; found.quantity < wanted; rank += 1) {
    const level = levels.level(rank)
    if (level === undefined || !levels.isWithin(level.ticks, limit)) break
    const price = (BigInt(level.ticks) * terms.tick) as Price
    const taken = smaller(quantity(wanted - found.quantity), quantity(level.quantity))
    found = {
      quantity: plus(found.quantity, taken),
      worth: add(found.worth, terms.notional(price, taken)),
      best: found.best ?? price,
      worst: price,
    }
  }
  return found
}

/** How many resting orders it takes to fill `wanted` of the order, counted up to one more than `most`. */
export function fillsFor(
  context: TradingContext,
  order: Pick<Order, 'instrument' | 'side' | 'price'>,
  wanted: Quantity,
  most: number,
): number {
  const { books } = context.trading
  const levels = otherSide(context, order)
  const limit = limitTicks(context, order)
  let left: bigint = wanted
  let fills = 0
  for (let rank = 0; left > 0n && fills <= most; rank += 1) {
    const level = levels.level(rank)
    if (level === undefined || !levels.isWithin(level.ticks, limit)) break
    for (let row = level.first; row !== NO_ROW && left > 0n && fills <= most; row = books.after(row)) {
      left -= books.openOf(row)
      fills += 1
    }
  }
  return fills
}

/** The prices that the order would trade at, and how much at each. */
export function levelsFor(
  context: TradingContext,
  order: Pick<Order, 'instrument' | 'side' | 'price'>,
  wanted: Quantity,
): { readonly price: Price; readonly quantity: Quantity }[] {
  const levels = otherSide(context, order)
  const limit = limitTicks(context, order)
  const { tick } = context.market.termsOf(context.market.instruments.row(order.instrument))
  const parts: { readonly price: Price; readonly quantity: Quantity }[] = []
  let left: bigint = wanted
  for (let rank = 0; left > 0n; rank += 1) {
    const level = levels.level(rank)
    if (level === undefined || !levels.isWithin(level.ticks, limit)) break
    const taken = smaller(quantity(left), quantity(level.quantity))
    parts.push({ price: (BigInt(level.ticks) * tick) as Price, quantity: taken })
    left -= taken
  }
  return parts
}

/** The quantity that `cash` pays for at the prices of the other side; a sale counts what the short would lock. */
export function quantityForCash(
  context: TradingContext,
  order: Pick<Order, 'instrument' | 'side' | 'price'>,
  cash: Amount,
  locked: (price: Price) => Price,
): Quantity {
  const levels = otherSide(context, order)
  const limit = limitTicks(context, order)
  const instrument = context.market.instruments.row(order.instrument)
  const terms = context.market.termsOf(instrument)
  const lot = context.market.instruments.lot.get(instrument)
  let left = cash
  let bought = 0n
  for (let rank = 0; ; rank += 1) {
    const level = levels.level(rank)
    if (level === undefined || !levels.isWithin(level.ticks, limit)) break
    const each = locked((BigInt(level.ticks) * terms.tick) as Price)
    const most = each <= 0n ? quantity(level.quantity) : terms.quantityFor(left, each)
    const taken = smaller(quantity(most - (most % lot)), quantity(level.quantity))
    bought += taken
    left = (left - terms.notional(each, taken, 'up')) as Amount
    if (taken < level.quantity) break
  }
  return quantity(bought)
}

/** The resting orders that it would trade with and that are of the same participant and self-match prevention id. */
export function selfMatches(context: TradingContext, order: Order): Row[] {
  if (order.terms.selfMatchId === null) return []
  const { books, orders } = context.trading
  const levels = otherSide(context, order)
  const limit = limitTicks(context, order)
  const own: Row[] = []
  let left: bigint = openQuantityOf(order)
  for (let rank = 0; left > 0n; rank += 1) {
    const level = levels.level(rank)
    if (level === undefined || !levels.isWithin(level.ticks, limit)) break
    for (let row = level.first; row !== NO_ROW && left > 0n; row = books.after(row)) {
      if (
        orders.user.get(row) === order.user &&
        orders.terms.get(row).selfMatchId === order.terms.selfMatchId
      )
        own.push(row)
      else left -= books.openOf(row)
    }
  }
  return own
}

/**
 * The resting orders in its way whose accounts may not deal any more: suspended, blocked, or beneath an owner that is.
 * They are never traded with; they leave the book when somebody reaches them.
 */
export function notDealing(context: TradingContext, order: Order): Row[] {
  const { access, hierarchy, trading } = context
  const { books, orders } = trading
  const levels = otherSide(context, order)
  const limit = limitTicks(context, order)
  const idle: Row[] = []
  let left: bigint = openQuantityOf(order)
  for (let rank = 0; left > 0n; rank += 1) {
    const level = levels.level(rank)
    if (level === undefined || !levels.isWithin(level.ticks, limit)) break
    for (let row = level.first; row !== NO_ROW && left > 0n; row = books.after(row)) {
      if (access.mayDeal(hierarchy.accounts.row(orders.account.get(row)))) left -= books.openOf(row)
      else idle.push(row)
    }
  }
  return idle
}

/** Whether an order that may only rest, or only trade at its very limit, would do otherwise. */
export function takingFault(context: TradingContext, order: Order): Fault | null {
  const { postOnly, strictLimit } = order.terms
  if (!postOnly && !strictLimit) return null
  const levels = otherSide(context, order)
  const best = levels.level(0)
  const limit = limitTicks(context, order)
  if (best === undefined || !levels.isWithin(best.ticks, limit)) return null
  if (postOnly) return fault('would_take', 'the order may rest only, and would trade at once')
  return best.ticks === limit
    ? null
    : fault(
        'would_not_trade_at_limit',
        'the order may trade at its limit only, and would trade at a better price',
      )
}
