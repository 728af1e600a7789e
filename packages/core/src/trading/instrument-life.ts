/**
 * The life of an instrument as its orders and positions feel it: opening and the end of an auction trade it, closing
 * ends day orders, expiring and terminating end all of them. What is more than one step's work goes on by itself, step
 * by step, while other traffic runs in between.
 */
import { after, type Id, type Instant, type Row, STEP_PAUSE } from '../image/index.js'
import { type InstrumentId, type InstrumentState, recordInstrument } from '../market/index.js'
import { auctionPrice, tradeAuction } from './auction.js'
import { cancelOpenOrder, expireOpenOrder } from './ending.js'
import { followUp } from './entering.js'
import { TradingSession } from './session.js'
import { fixSettlement, startSettlement } from './settling.js'
import type { TradingContext } from './trading.js'

/** Where each state can go. What is expired is only taken off. */
export const TRANSITIONS: Readonly<Record<InstrumentState, readonly InstrumentState[]>> = {
  pending: ['preopen', 'open', 'terminated'],
  preopen: ['open', 'suspended', 'halted', 'closed'],
  open: ['auction', 'suspended', 'halted', 'closed', 'expired'],
  auction: ['open', 'suspended', 'halted', 'closed'],
  suspended: ['preopen', 'open', 'halted', 'closed', 'expired'],
  halted: ['preopen', 'open', 'suspended', 'closed', 'expired'],
  closed: ['preopen', 'open', 'expired'],
  expired: ['terminated'],
  terminated: [],
}

/** Orders that one step ends. */
const ORDERS_OF_STEP = 500

/**
 * Brings an instrument into a state, or on the way there. What was collected trades as an auction first: when the
 * instrument opens, also after a pause, so that no crossed book is ever open, and when a closing auction closes. What
 * was collected before an opening that does not come about is not traded: day orders end, the others wait for the next.
 */
export function changeState(context: TradingContext, row: Row, to: InstrumentState): void {
  const { instruments } = context.market
  const isTraded = to === 'open' || (to === 'closed' && instruments.state.get(row) === 'auction')
  const price = isTraded ? auctionPrice(context, row) : null
  if (price === null) {
    arrive(context, row, to)
    return
  }
  instruments.auctionPrice.set(row, price)
  instruments.stateAfter.set(row, to)
  continueAuction(context, row)
}

function arrive(context: TradingContext, row: Row, to: InstrumentState): void {
  const { instruments } = context.market
  const before = instruments.state.get(row)
  instruments.state.set(row, to)
  instruments.auctionPrice.set(row, null)
  instruments.stateAfter.set(row, null)
  instruments.updatedAt.set(row, context.now)
  recordInstrument(context, row, 'state_changed', { before, after: to })
  if (to === 'expired') deliver(context, row)
  if (to === 'open') continueTrading(context, row)
  else endOrders(context, row)
}

/** A derivative that expires is delivered at what its index stands at; without one the operator says the price. */
function deliver(context: TradingContext, row: Row): void {
  const price = context.market.indexPrice(row)
  if (price === null || context.market.instruments.settledAt.get(row) !== null) return
  fixSettlement(context, row, price)
  startSettlement(context, row, price)
}

function continueAuction(context: TradingContext, row: Row): void {
  const { instruments } = context.market
  const price = instruments.auctionPrice.get(row)
  const to = instruments.stateAfter.get(row)
  if (price === null || to === null) throw new Error('expected an auction under way')
  const session = new TradingSession()
  const isThrough = tradeAuction(context, session, row, price)
  followUp(context, session)
  if (isThrough) arrive(context, row, to)
  else goOn(context, row)
}

/** Ends what the state does not let stand, a bounded number at a time. */
function endOrders(context: TradingContext, row: Row): void {
  const { trading, market } = context
  const state = market.state(row)
  const id = market.instruments.id(row)
  const which = isOver(state) ? 'all' : state === 'closed' ? 'day' : null
  const ending = which === null ? [] : trading.ending.first(id, which, ORDERS_OF_STEP + 1)
  for (const order of ending.slice(0, ORDERS_OF_STEP)) {
    if (state === 'terminated') cancelOpenOrder(context, order, 'instrument_state')
    else expireOpenOrder(context, order)
  }
  if (ending.length > ORDERS_OF_STEP) goOn(context, row)
  else market.instruments.nextStepAt.set(row, expiryOf(context, row))
}

const goOn = ({ market, horizon }: TradingContext, row: Row): void =>
  market.instruments.nextStepAt.set(row, after(horizon, STEP_PAUSE))

const isOver = (state: InstrumentState): boolean => state === 'expired' || state === 'terminated'

function expiryOf({ market, now, horizon }: TradingContext, row: Row): Instant | null {
  const expiresAt = market.instruments.expiresAt.get(row)
  if (isOver(market.state(row)) || expiresAt === null) return null
  // It may have passed while an auction or the end of orders took several steps.
  return expiresAt <= now ? after(horizon, STEP_PAUSE) : expiresAt
}

/** The step of an instrument that is due: an auction, its expiry, or orders that are left to end or to trigger. */
export function stepInstrument(context: TradingContext, id: Id): void {
  const { market } = context
  const row = market.instruments.row(id as InstrumentId)
  if (market.instruments.stateAfter.get(row) !== null) continueAuction(context, row)
  else if (isExpiring(context, row)) arrive(context, row, 'expired')
  else if (market.state(row) === 'open') continueTrading(context, row)
  else endOrders(context, row)
}

function isExpiring({ market, now }: TradingContext, row: Row): boolean {
  const expiresAt = market.instruments.expiresAt.get(row)
  return expiresAt !== null && expiresAt <= now && !isOver(market.state(row))
}

/** Stops that the last price reached while nothing could trade, and all-or-none orders that the book can fill by now. */
function continueTrading(context: TradingContext, row: Row): void {
  const { instruments } = context.market
  instruments.nextStepAt.set(row, expiryOf(context, row))
  const session = new TradingSession()
  session.instruments.add(instruments.id(row))
  followUp(context, session)
}
