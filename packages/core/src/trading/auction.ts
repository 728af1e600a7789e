/**
 * The auction: orders that were collected trade together at one price, that at which most changes hands; of equal ones
 * the price that leaves least over, then the one nearest to the reference, then the lower. It is carried out in bounded
 * steps, best price first and in order of priority, and the instrument changes its state when no two orders meet any more.
 */
import type { Row } from '../image/index.js'
import { type Price, quantity, smaller } from '../money/index.js'
import { barredFor, endBarred } from './barred.js'
import type { BookSide, PriceLevel } from './book/book-side.js'
import { cancelOpenOrder } from './ending.js'
import { referencePrice } from './judging.js'
import { orderAt } from './order.js'
import { type SelfMatch, selfMatchOf } from './self-match.js'
import type { TradingSession } from './session.js'
import { tradeBetween } from './trade.js'
import type { TradingContext } from './trading.js'

/** The price of the auction, or null where no bid reaches an offer. */
export function auctionPrice(context: TradingContext, instrument: Row): Price | null {
  const { trading, market } = context
  const { buy, sell } = trading.books.of(market.instruments.id(instrument))
  const [bid, offer] = [buy.level(0), sell.level(0)]
  if (bid === undefined || offer === undefined || bid.ticks < offer.ticks) return null
  const { tick } = market.termsOf(instrument)
  const reference = referencePrice(context, instrument)
  const target = reference === null ? null : Number(reference / tick)
  const [bids, offers] = [levelsWithin(buy, offer.ticks), levelsWithin(sell, bid.ticks)]
  const prices = [...candidateTicks(bids, offers, target)]
  // Either list is used up from its lowest price.
  offers.reverse()
  let demand = bids.reduce((sum, { quantity }) => sum + quantity, 0n)
  let supply = 0n
  let chosen: Outcome | null = null
  for (const ticks of prices) {
    while ((bids.at(-1)?.ticks ?? ticks) < ticks) demand -= bids.pop()?.quantity ?? 0n
    while ((offers.at(-1)?.ticks ?? Number.POSITIVE_INFINITY) <= ticks) supply += offers.pop()?.quantity ?? 0n
    const volume = demand < supply ? demand : supply
    const candidate = { ticks, volume, left: demand > supply ? demand - supply : supply - demand }
    if (chosen === null || isBetter(candidate, chosen, target)) chosen = candidate
  }
  return chosen === null ? null : ((BigInt(chosen.ticks) * tick) as Price)
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

/** The levels of a side that the best of the other side reaches, best first. */
function levelsWithin(side: BookSide, limit: number): PriceLevel[] {
  const levels: PriceLevel[] = []
  for (let rank = 0; ; rank += 1) {
    const level = side.level(rank)
    if (level === undefined || !side.isWithin(level.ticks, limit)) return levels
    levels.push(level)
  }
}

/**
 * The prices that may be best, from the lowest: those at which somebody stands, and of those between two of them, which
 * leave the same over, the one nearest to the reference, else the lowest.
 */
function* candidateTicks(
  bids: readonly PriceLevel[],
  offers: readonly PriceLevel[],
  target: number | null,
): Iterable<number> {
  const standing = standingTicks(bids, offers)
  for (const [place, ticks] of standing.entries()) {
    yield ticks
    const next = standing[place + 1]
    if (next === undefined || next === ticks + 1) continue
    yield Math.min(Math.max(target ?? 0, ticks + 1), next - 1)
  }
}

/** Where somebody stands on either side, from the lowest: both lists begin with their best and are merged. */
function standingTicks(bids: readonly PriceLevel[], offers: readonly PriceLevel[]): number[] {
  const ticks: number[] = []
  let [bid, offer] = [bids.length - 1, 0]
  while (bid >= 0 || offer < offers.length) {
    const lowestBid = bids[bid]?.ticks ?? Number.POSITIVE_INFINITY
    const lowestOffer = offers[offer]?.ticks ?? Number.POSITIVE_INFINITY
    ticks.push(Math.min(lowestBid, lowestOffer))
    if (lowestBid <= lowestOffer) bid -= 1
    if (lowestOffer <= lowestBid) offer += 1
  }
  return ticks
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
  }
}
