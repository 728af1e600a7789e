/** Books, best prices and settlement prices (section 11). */
import {
  type Amount,
  type BookLevel,
  type BookView,
  formatInstant,
  type Instant,
  type InstrumentView,
  type Price,
} from '@stemma/core'
import type { Call } from '../call.js'
import { answered } from '../errors.js'
import { Fields } from '../fields.js'
import { findInstrument, type Listed } from '../instruments.js'
import type { Scales } from '../trading/scales.js'
import { INSTRUMENT_STATES } from '../trading/words.js'

const DEPTH_DEFAULT = 3
const DEPTH_MAX = 10

const symbolIn = ({ incoming }: Call): string => (incoming.params as { readonly symbol: string }).symbol

export const levelShown = (scales: Scales, { price, quantity }: BookLevel) => ({
  px: scales.price(price),
  qty: String(quantity),
})

export async function orderBook(call: Call): Promise<unknown> {
  const fields = Fields.ofQuery(call.incoming.query)
  const depth = fields.whole('depth', DEPTH_DEFAULT)
  if (depth < 1 || depth > DEPTH_MAX) throw fields.fault('depth', `expected 1 to ${DEPTH_MAX}`)
  const listed = await findInstrument(call, symbolIn(call))
  const { scales, view } = listed
  const input = { instrument: view.id, depth }
  const book = answered(await call.host.read<BookView>('books.get', call.actor, input))
  return {
    symbol: view.symbol,
    bids: book.bids.map((each) => levelShown(scales, each)),
    offers: book.offers.map((each) => levelShown(scales, each)),
    ...stateOf(call, book),
    stats: statsOf(listed),
    priceScale: String(scales.priceScale),
    fractionalQuantityScale: String(scales.quantityScale),
  }
}

const stateOf = ({ host }: Call, { state }: BookView) => ({
  state: INSTRUMENT_STATES.shown(state),
  transactTime: formatInstant(host.now()),
})

/** A side without an order has no best price, and then there is neither a spread nor a middle. */
export async function bbo(call: Call): Promise<unknown> {
  const { view, scales } = await findInstrument(call, symbolIn(call))
  const book = answered(await call.host.read<BookView>('quotes.get', call.actor, { instrument: view.id }))
  const [[bid], [offer]] = [book.bids, book.offers]
  const isTwoSided = bid !== undefined && offer !== undefined
  return {
    symbol: view.symbol,
    bestBid: bid === undefined ? null : levelShown(scales, bid),
    bestOffer: offer === undefined ? null : levelShown(scales, offer),
    spread: isTwoSided ? scales.price((offer.price - bid.price) as Price) : null,
    // Half-even where the middle is between two ticks.
    midPrice: isTwoSided ? scales.price(((offer.price + bid.price) / 2n) as Price) : null,
    ...stateOf(call, book),
    priceScale: String(scales.priceScale),
    fractionalQuantityScale: String(scales.quantityScale),
  }
}

/** The figures of the business day; what the instrument never had is left out. */
export function statsOf({ view, scales }: Listed): Readonly<Record<string, string>> {
  const { statistics } = view
  const prices: Readonly<Record<string, Price | null>> = {
    openPx: statistics?.open ?? null,
    closePx: statistics?.close ?? null,
    lowPx: statistics?.low ?? null,
    highPx: statistics?.high ?? null,
    lastTradePx: statistics?.last ?? null,
    settlementPx: view.settlementPrice,
  }
  const known = Object.entries(prices).flatMap(([name, price]) =>
    price === null ? [] : [[name, scales.price(price)] as const],
  )
  return {
    ...Object.fromEntries(known),
    ...(statistics?.lastQuantity == null ? {} : { lastTradeQty: String(statistics.lastQuantity) }),
    sharesTraded: String(statistics?.volume ?? 0n),
    openInterest: String(view.openInterest),
    notionalTraded: scales.notional((statistics?.notional ?? 0n) as Amount),
  }
}

/** Without a final price there are no figures; zero is a price. */
export async function settlement(call: Call): Promise<unknown> {
  const { view, scales } = await findInstrument(call, symbolIn(call))
  return {
    symbol: view.symbol,
    priceScale: String(scales.priceScale),
    ...(view.settlementPrice === null ? {} : { stats: settledStats(view, scales) }),
  }
}

const settledStats = ({ settlementPrice, settledAt }: InstrumentView, scales: Scales) => ({
  settlementPx: scales.price(settlementPrice as Price),
  settlementPreliminary: false,
  settlementPriceCalculationMethod: 'SETTLEMENT_PRICE_CALCULATION_METHOD_MANUAL',
  settlementPriceCalculationText: 'Set at resolution',
  ...(settledAt === null ? {} : { settlementSetTime: formatInstant(settledAt as Instant) }),
})
