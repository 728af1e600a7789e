/**
 * The auction: orders that were collected trade together at one price, that at which most changes hands; of equal ones
 * the price that leaves least over, then the one nearest to the reference, then the lower. It is carried out in bounded
 * steps, best price first and in order of priority, and the instrument changes its state when no two orders meet any more.
 */
import { NO_ROW, type Row } from '../image/index.js'
import { type Price, quantity, smaller } from '../money/index.js'
import type { BookSide, PriceLevel } from './book/book-side.js'
import { referencePrice } from './judging.js'
import { orderAt } from './order.js'
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
  let chosen: { readonly ticks: number; readonly volume: bigint; readonly left: bigint } | null = null
  for (const ticks of crossingTicks(buy, sell, bid.ticks, offer.ticks)) {
    const demand = quantityWithin(buy, (level) => level.ticks >= ticks)
    const supply = quantityWithin(sell, (level) => level.ticks <= ticks)
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
  const [near, far] = [target, target].map((wanted, index) =>
    Math.abs((index === 0 ? one : other).ticks - (wanted ?? 0)),
  )
  return target !== null && near !== far ? (near as number) < (far as number) : one.ticks < other.ticks
}

/** Only prices at which somebody stands can be best. */
function* crossingTicks(buy: BookSide, sell: BookSide, high: number, low: number): Iterable<number> {
  const seen = new Set<number>()
  for (const side of [buy, sell]) {
    for (let rank = 0; rank < side.depth; rank += 1) {
      const { ticks } = side.level(rank) as PriceLevel
      if (ticks < low || ticks > high) break
      seen.add(ticks)
    }
  }
  yield* [...seen].sort((left, right) => left - right)
}

function quantityWithin(side: BookSide, isWithin: (level: PriceLevel) => boolean): bigint {
  let sum = 0n
  for (let rank = 0; rank < side.depth; rank += 1) {
    const level = side.level(rank) as PriceLevel
    if (!isWithin(level)) break
    sum += level.quantity
  }
  return sum
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
    meet(
      context,
      session,
      { taker: isBuyerLater ? buyer : seller, maker: isBuyerLater ? seller : buyer },
      size,
      price,
    )
  }
}

/** Two resting orders trade; whoever came later counts as the one that takes. */
function meet(
  context: TradingContext,
  session: TradingSession,
  rows: { readonly taker: Row; readonly maker: Row },
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
    if (row === NO_ROW) continue
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
