/**
 * The auction: orders that were collected trade together at one price, that at which most changes hands; of equal ones
 * the price that leaves least over, then the one nearest to the reference, then the lower. It is carried out in bounded
 * steps, best price first and in order of priority, and the instrument changes its state when no two orders meet any more.
 */
import type { Row } from '../image/index.js'
import { type Price, quantity, smaller } from '../money/index.js'
import { barredFor, endBarred } from './barred.js'
import { cancelOpenOrder } from './ending.js'
import { refreshTip } from './iceberg.js'
import { orderAt } from './order.js'
import { referencePrice } from './reference-price.js'
import { type SelfMatch, selfMatchOf } from './self-match.js'
import type { TradingSession } from './session.js'
import { followFill, tradeBetween } from './trade.js'
import type { TradingContext } from './trading.js'

/**
 * The price of the auction, or null where no bid reaches an offer. As the price rises less is wanted and more is offered,
 * so what is wanted beyond what is offered only falls: what is sought is where it passes zero, and each question is
 * answered by halving. However deep the book, that is some hundred looks at two sums.
 */
export function auctionPrice(context: TradingContext, instrument: Row): Price | null {
  const { trading, market } = context
  const { buy, sell } = trading.books.of(market.instruments.id(instrument))
  const [bid, offer] = [buy.level(0), sell.level(0)]
  if (bid === undefined || offer === undefined || bid.ticks < offer.ticks) return null
  const { tick } = market.termsOf(instrument)
  const reference = referencePrice(context, instrument)
  const target = reference === null ? null : Number(reference / tick)
  const willing = { demand: buy.standing(), supply: sell.standing() }
  const chosen = bestTicks(willing, { low: offer.ticks, high: bid.ticks }, target)
  return (BigInt(chosen) * tick) as Price
}

/** What is wanted at a price or above it, and offered at it or below. */
interface Willing {
  readonly demand: (ticks: number) => bigint
  readonly supply: (ticks: number) => bigint
}

/** Prices in ticks, both ends included. */
interface Range {
  readonly low: number
  readonly high: number
}

function bestTicks({ demand, supply }: Willing, range: Range, target: number | null): number {
  const beyond = (ticks: number): bigint => demand(ticks) - supply(ticks)
  const ranges: Range[] = []
  // The highest price at which all that is offered is wanted, and those below at which as much is, by as many.
  const wanted = lastOf(range, (ticks) => beyond(ticks) >= 0n)
  if (wanted !== null) {
    const [offered, left] = [supply(wanted), beyond(wanted)]
    const isAlike = (ticks: number): boolean => supply(ticks) === offered && beyond(ticks) === left
    ranges.push({ low: firstOf({ low: range.low, high: wanted }, isAlike) ?? wanted, high: wanted })
  }
  // The lowest at which all that is wanted is offered, and those above that are alike.
  const offered = firstOf(range, (ticks) => beyond(ticks) <= 0n)
  if (offered !== null) {
    const [asked, left] = [demand(offered), beyond(offered)]
    const isAlike = (ticks: number): boolean => demand(ticks) === asked && beyond(ticks) === left
    ranges.push({ low: offered, high: lastOf({ low: offered, high: range.high }, isAlike) ?? offered })
  }
  const outcomes = ranges.map(({ low, high }): Outcome => {
    const ticks = Math.min(Math.max(target ?? low, low), high)
    const [wants, offers] = [demand(ticks), supply(ticks)]
    return {
      ticks,
      volume: wants < offers ? wants : offers,
      left: wants > offers ? wants - offers : offers - wants,
    }
  })
  return outcomes.reduce((best, other) => (isBetter(other, best, target) ? other : best)).ticks
}

/** The lowest price at which something is so that stays so above; null where it never is. */
function firstOf({ low, high }: Range, isSo: (ticks: number) => boolean): number | null {
  if (!isSo(high)) return null
  let [not, so] = [low - 1, high]
  while (so - not > 1) {
    const middle = not + Math.floor((so - not) / 2)
    if (isSo(middle)) so = middle
    else not = middle
  }
  return so
}

/** The highest price at which something is so that is so below. */
function lastOf({ low, high }: Range, isSo: (ticks: number) => boolean): number | null {
  if (!isSo(low)) return null
  let [so, not] = [low, high + 1]
  while (not - so > 1) {
    const middle = so + Math.floor((not - so) / 2)
    if (isSo(middle)) so = middle
    else not = middle
  }
  return so
}

interface Outcome {
  readonly ticks: number
  readonly volume: bigint
  readonly left: bigint
}

function isBetter(one: Outcome, other: Outcome, target: number | null): boolean {
  if (one.volume !== other.volume) return one.volume > other.volume
  if (one.left !== other.left) return one.left < other.left
  if (target === null) return one.ticks < other.ticks
  const [near, far] = [Math.abs(one.ticks - target), Math.abs(other.ticks - target)]
  return near === far ? one.ticks < other.ticks : near < far
}

/** Trades at the auction's price until nothing meets or the step is full; true when it is through. */
export function tradeAuction(
  context: TradingContext,
  session: TradingSession,
  instrument: Row,
  price: Price,
): boolean {
  const { trading, market } = context
  const { books, orders } = trading
  const { buy, sell } = books.of(market.instruments.id(instrument))
  const ticks = market.termsOf(instrument).ticksOf(price)
  for (;;) {
    const [bid, offer] = [buy.level(0), sell.level(0)]
    if (bid === undefined || offer === undefined || bid.ticks < ticks || offer.ticks > ticks) return true
    if (session.isFull) return false
    const [buyer, seller] = [bid.first, offer.first]
    const size = smaller(quantity(books.openOf(buyer)), quantity(books.openOf(seller)))
    const isBuyerLater = orders.priority.get(buyer) > orders.priority.get(seller)
    const rows = { taker: isBuyerLater ? buyer : seller, maker: isBuyerLater ? seller : buyer }
    const idle = [buyer, seller].filter((row) => barredFor(context, row) !== null)
    if (idle.length > 0) {
      for (const row of idle) endBarred(context, session, row)
      continue
    }
    const prevention = selfMatchOf(context, orderAt(orders, rows.taker))
    if (prevention?.isOwn(rows.maker)) part(context, session, rows, prevention)
    else meet(context, session, rows, size, price)
  }
}

interface Pair {
  readonly taker: Row
  readonly maker: Row
}

/** Two orders that may not trade with each other: what the later one is kept by says which of them goes. */
function part(
  context: TradingContext,
  session: TradingSession,
  { taker, maker }: Pair,
  { instruction }: SelfMatch,
): void {
  if (instruction !== 'reject_aggressor') cancelOpenOrder(context, maker, 'self_match')
  if (instruction !== 'cancel_resting') cancelOpenOrder(context, taker, 'self_match')
  // It takes its share of the step, as a trade does.
  session.fills += 1
}

/** Two resting orders trade; whoever came later counts as the one that takes. */
function meet(
  context: TradingContext,
  session: TradingSession,
  rows: Pair,
  size: Parameters<typeof tradeBetween>[3],
  price: Price,
): void {
  const { orders } = context.trading
  const inHand = { taker: orderAt(orders, rows.taker), maker: orderAt(orders, rows.maker) }
  tradeBetween(context, session, inHand, size, price)
  for (const [row, order] of [
    [rows.taker, inHand.taker],
    [rows.maker, inHand.maker],
  ] as const) {
    orders.filled.set(row, order.filled)
    if (order.filled === order.quantity) {
      orders.remove(row)
      continue
    }
    orders.cost.set(row, order.cost)
    orders.fees.set(row, order.fees)
    orders.feeExact.set(row, order.feeExact)
    orders.takerFees.set(row, order.takerFees)
    orders.updatedAt.set(row, order.updatedAt)
    orders.state.set(row, 'partially_filled')
    refreshTip(context, row)
  }
  followFill(context, [inHand.taker, inHand.maker], { quantity: size, price })
}
