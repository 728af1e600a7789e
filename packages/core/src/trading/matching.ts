/**
 * Price-time matching: an order in hand trades with what rests on the other side, best price first and in order of
 * priority at a price, always at the resting price. Also what it would find there, without trading.
 */
import type { Row } from '../image/index.js'
import { type Amount, add, type Price, type Quantity, quantity, smaller, ZERO } from '../money/index.js'
import { barredFor } from './barred.js'
import type { PriceLevel } from './book/book-side.js'
import { type Turn, turnsOf } from './book/turns.js'
import { type Fault, fault } from './faults.js'
import { opposite } from './fields.js'
import { type Order, openQuantityOf } from './order.js'
import { isStopped } from './protection/protecting.js'
import type { SelfMatch } from './self-match.js'
import { FILLS_OF_COMMAND_MAX, type TradingSession } from './session.js'
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
  while (order.filled < order.quantity && !session.isFull && !isStopped(context, order)) {
    const best = levels.level(0)
    if (best === undefined || !levels.isWithin(best.ticks, limit)) return
    const size = smaller(openQuantityOf(order), quantity(books.shownOf(best.first)))
    trade(context, session, order, best.first, size, (BigInt(best.ticks) * tick) as Price)
  }
}

/**
 * The levels of the other side that the order can reach, best first. A command trades with a bounded number of orders,
 * so what stands behind as many levels is out of its reach: nothing that is asked of a book looks further.
 */
function* levelsInReach(
  context: TradingContext,
  order: Pick<Order, 'instrument' | 'side' | 'price'>,
): IterableIterator<PriceLevel> {
  const levels = otherSide(context, order)
  const limit = limitTicks(context, order)
  for (let rank = 0; rank < FILLS_OF_COMMAND_MAX; rank += 1) {
    const level = levels.level(rank)
    if (level === undefined || !levels.isWithin(level.ticks, limit)) return
    yield level
  }
}

/** What rests there as it would be traded with, in order of priority, up to so many fills. */
function* restingInReach(
  context: TradingContext,
  order: Pick<Order, 'instrument' | 'side' | 'price'>,
  most: number,
): IterableIterator<Turn> {
  let seen = 0
  for (const level of levelsInReach(context, order)) {
    for (const turn of turnsOf(context.trading, level)) {
      if (seen === most) return
      seen += 1
      yield turn
    }
  }
}

/** Of what rests: all of it, or what the book shows. */
type Extent = 'all' | 'shown'

export interface Found {
  readonly quantity: Quantity
  /** What that is worth at the prices it would trade at. */
  readonly worth: Amount
  readonly best: Price | null
  readonly worst: Price | null
}

/** What the other side has for the order, up to `wanted` and as far as it goes: with what icebergs hide, or what is shown. */
export function find(
  context: TradingContext,
  order: Pick<Order, 'instrument' | 'side' | 'price'>,
  wanted: Quantity,
  extent: Extent = 'all',
): Found {
  const terms = context.market.termsOf(context.market.instruments.row(order.instrument))
  const parts = levelsFor(context, order, wanted, extent)
  return {
    quantity: quantity(parts.reduce((sum, part) => sum + part.quantity, 0n)),
    worth: parts.reduce((sum, part) => add(sum, terms.notional(part.price, part.quantity)), ZERO),
    best: parts[0]?.price ?? null,
    worst: parts.at(-1)?.price ?? null,
  }
}

/** How many fills it takes to fill `wanted` of the order, counted up to one more than `most`. */
export function fillsFor(
  context: TradingContext,
  order: Pick<Order, 'instrument' | 'side' | 'price'>,
  wanted: Quantity,
  most: number,
): number {
  let left: bigint = wanted
  let fills = 0
  for (const { shown } of restingInReach(context, order, most + 1)) {
    if (left <= 0n) break
    left -= shown
    fills += 1
  }
  return fills
}

/** Whether the book has `least` of the order, in no more than so many fills. */
export function canFill(
  context: TradingContext,
  order: Pick<Order, 'instrument' | 'side' | 'price'>,
  least: Quantity,
  most: number,
): boolean {
  let left: bigint = least
  for (const { shown } of restingInReach(context, order, most)) {
    left -= shown
    if (left <= 0n) return true
  }
  return false
}

/** The prices that the order would trade at, and how much at each. */
export function levelsFor(
  context: TradingContext,
  order: Pick<Order, 'instrument' | 'side' | 'price'>,
  wanted: Quantity,
  extent: Extent = 'all',
): { readonly price: Price; readonly quantity: Quantity }[] {
  const { tick } = context.market.termsOf(context.market.instruments.row(order.instrument))
  const parts: { readonly price: Price; readonly quantity: Quantity }[] = []
  let left: bigint = wanted
  for (const level of levelsInReach(context, order)) {
    if (left <= 0n) break
    const taken = smaller(
      quantity(left),
      quantity(extent === 'all' ? level.quantity + level.hidden : level.quantity),
    )
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
  const instrument = context.market.instruments.row(order.instrument)
  const terms = context.market.termsOf(instrument)
  const lot = context.market.instruments.lot.get(instrument)
  let left = cash
  let bought = 0n
  for (const level of levelsInReach(context, order)) {
    const each = locked((BigInt(level.ticks) * terms.tick) as Price)
    const there = quantity(level.quantity + level.hidden)
    const most = each <= 0n ? there : terms.quantityFor(left, each)
    const taken = smaller(quantity(most - (most % lot)), there)
    bought += taken
    left = (left - terms.notional(each, taken, 'up')) as Amount
    if (taken < there) break
  }
  return quantity(bought)
}

/** Of the first `most` resting orders in its way, its own. It trades with none behind them, whether they end or not. */
export const selfMatches = (
  context: TradingContext,
  order: Order,
  { isOwn }: SelfMatch,
  most: number,
): Row[] => inTheWay(context, order, most, isOwn)

/** Of the first `most` resting orders in its way, those that nobody may trade with any more. */
export const barred = (context: TradingContext, order: Order, most: number): Row[] =>
  inTheWay(context, order, most, (row) => barredFor(context, row) !== null)

/** The resting orders that the order would come to and may not trade with, among the first `most`. */
function inTheWay(
  context: TradingContext,
  order: Order,
  most: number,
  isMeant: (row: Row) => boolean,
): Row[] {
  const found = new Set<Row>()
  let left: bigint = openQuantityOf(order)
  for (const { row, shown } of restingInReach(context, order, most)) {
    if (left <= 0n) break
    if (isMeant(row)) found.add(row)
    else left -= shown
  }
  return [...found]
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
