/** `books.get`: what can be traded with, level by level, and the figures of the day. Only sums: nobody's order is shown. */
import { query } from '../../image/index.js'
import { type InstrumentId, type InstrumentState, instrumentRow } from '../../market/index.js'
import { type Price, type Quantity, quantity } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import type { BookSide } from '../book/book-side.js'
import type { TradingContext } from '../trading.js'

export const BOOK_DEPTH_MAX = 1_000

export interface BookLevel {
  readonly price: Price
  readonly quantity: Quantity
  readonly orders: number
}

export interface BookView {
  readonly instrument: InstrumentId
  readonly symbol: string
  readonly state: InstrumentState
  /** Best first. */
  readonly bids: readonly BookLevel[]
  readonly offers: readonly BookLevel[]
}

const read = (context: TradingContext, instrument: InstrumentId, depth: number): BookView => {
  const row = instrumentRow(context.market, instrument)
  if (!Number.isInteger(depth) || depth < 1 || depth > BOOK_DEPTH_MAX)
    refuse('malformed', `expected a depth of 1 to ${BOOK_DEPTH_MAX}`, { field: '/depth' })
  return bookView(context, row, depth)
}

/** The whole depth. */
export const getBook = query({
  name: 'books.get',
  scope: 'l2marketdata:read',
  needs: () => [],
  read: (
    context: TradingContext,
    { instrument, depth }: { readonly instrument: InstrumentId; readonly depth: number },
  ) => read(context, instrument, depth),
})

/** The best price of each side alone. */
export const getQuote = query({
  name: 'quotes.get',
  scope: 'marketdata:read',
  needs: () => [],
  read: (context: TradingContext, { instrument }: { readonly instrument: InstrumentId }) =>
    read(context, instrument, 1),
})

export function bookView(
  { trading, market }: Pick<TradingContext, 'trading' | 'market'>,
  row: number,
  depth: number,
): BookView {
  const instrument = market.instruments.id(row)
  const { buy, sell } = trading.books.of(instrument)
  const { tick } = market.termsOf(row)
  return {
    instrument,
    symbol: market.instruments.symbol.get(row),
    state: market.state(row),
    bids: levelsOf(buy, tick, depth),
    offers: levelsOf(sell, tick, depth),
  }
}

function levelsOf(side: BookSide, tick: Price, depth: number): BookLevel[] {
  const levels: BookLevel[] = []
  for (let rank = 0; rank < depth; rank += 1) {
    const level = side.level(rank)
    if (level === undefined) break
    levels.push({
      price: (BigInt(level.ticks) * tick) as Price,
      quantity: quantity(level.quantity),
      orders: level.orders,
    })
  }
  return levels
}
