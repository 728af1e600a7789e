/**
 * One quote: each side takes the place of the one that is open, becomes a new order where none is, or goes. The sides are
 * judged one by one; one that does not pass leaves none standing on its side, since its maker did not want the old one any
 * more (deribit, mass quotes).
 */
import { NO_ROW, type Row } from '../../image/index.js'
import { accept } from '../accepting.js'
import { priceBehind } from '../behind.js'
import { cancelOpenOrder, frozenState } from '../ending.js'
import { type Fault, fault } from '../faults.js'
import type { OrderId, OrderTerms, Side } from '../fields.js'
import { judge, noteEntered } from '../judging.js'
import { type Order, orderAt } from '../order.js'
import { newNumbers, orderOf } from '../placing.js'
import { PLAIN_LIMIT } from '../plain-limit.js'
import { keepsPriority, requeue, restate } from '../replacing.js'
import type { UnsolicitedReason } from '../reports.js'
import type { TradingSession } from '../session.js'
import type { TradingContext } from '../trading.js'
import type { PlaceQuotes, QuoteAsked, SideAsked } from './fields.js'
import { crossedFault, sidesInOrder } from './pairing.js'

/** What became of one side: its order, null where there is none; and what stood against it, null where nothing did. */
export type SideSettled = {
  readonly instrument: QuoteAsked['instrument']
  readonly side: Side
  readonly order: OrderId | null
  readonly fault: FaultTold | null
}
type FaultTold = {
  readonly code: Fault['code']
  readonly text: string
  readonly data: NonNullable<Fault['data']> | null
}

interface Settled {
  readonly order: OrderId | null
  readonly fault: Fault | null
}

/** A side on its way: whose it is, and the open row that it takes the place of. */
interface Quoting {
  readonly message: PlaceQuotes
  readonly quote: QuoteAsked
  readonly side: Side
  readonly asked: SideAsked
  readonly row: Row
}

export function settleQuote(
  context: TradingContext,
  session: TradingSession,
  message: PlaceQuotes,
  quote: QuoteAsked,
): SideSettled[] {
  const { trading } = context
  const { account, group } = message
  const { instrument } = quote
  const rowOf = (side: Side): Row => trading.openQuotes.find({ account, group, instrument, side })
  const crossed = crossedFault(trading.orders, quote, rowOf)
  const settled = sidesInOrder(trading.orders, quote, rowOf).flatMap((side) => {
    const asked = side === 'buy' ? quote.bid : quote.ask
    if (asked === null) return []
    // The other side may have ended it meanwhile: it trades, and may trigger the protection.
    const quoting = { message, quote, side, asked, row: rowOf(side) }
    const { order, fault: found } = settleSide(context, session, quoting, crossed)
    session.instruments.clear()
    return [{ instrument, side, order, fault: told(found) }]
  })
  // The bid is told before the ask, whichever went first.
  return settled[0]?.side === 'sell' ? settled.reverse() : settled
}

const told = (found: Fault | null): FaultTold | null =>
  found === null ? null : { code: found.code, text: found.text, data: found.data ?? null }

function settleSide(
  context: TradingContext,
  session: TradingSession,
  quoting: Quoting,
  crossed: Fault | null,
): Settled {
  const { row, asked } = quoting
  const { orders } = context.trading
  if (asked.quantity === 0n) return takenAway(context, row)
  const made = row === NO_ROW ? placed(context, quoting) : changed(context, quoting)
  const found = crossed ?? made.fault ?? judge(context, made.order, row)
  if (found !== null) {
    const reason = found.code === 'would_take' ? found.code : 'quote_rejected'
    return { order: takenAway(context, row, reason).order, fault: found }
  }
  if (row === NO_ROW) accept(context, session, made.order)
  else {
    noteEntered(context, made.order)
    if (staysInPlace(orderAt(orders, row), made.order)) restate(context, session, row, made.order)
    else requeue(context, session, row, made.order)
  }
  return { order: made.order.id, fault: null }
}

/** Ends what is open, unless the instrument is in a state in which nothing can be taken back. */
function takenAway(context: TradingContext, row: Row, reason: UnsolicitedReason | null = null): Settled {
  if (row === NO_ROW) return { order: null, fault: null }
  const order = context.trading.orders.id(row)
  const state = frozenState(context, row)
  if (state !== null)
    return { order, fault: fault('instrument_not_open', `the instrument is ${state}`, { state }) }
  cancelOpenOrder(context, row, reason)
  return { order, fault: null }
}

type Made = { readonly order: Order; readonly fault: Fault | null }

function placed(context: TradingContext, { message, quote, side, asked }: Quoting): Made {
  const made = orderOf(
    context,
    {
      ...PLAIN_LIMIT,
      account: message.account,
      instrument: quote.instrument,
      side,
      quantity: asked.quantity,
      price: asked.price,
      postOnly: asked.postOnly,
      reprices: asked.reprices,
      isProtected: true,
    },
    newNumbers(context),
  )
  made.order.terms = quotedTerms(made.order.terms, message, quote)
  const isPart = asked.price === null || asked.quantity === null
  return isPart ? { ...made, fault: fault('quote_missing', 'there is no such quote to change') } : made
}

function changed(context: TradingContext, { message, quote, asked, row }: Quoting): Made {
  const before = orderAt(context.trading.orders, row)
  const after: Order = {
    ...before,
    price: asked.price ?? before.price,
    quantity: asked.quantity ?? before.quantity,
    terms: quotedTerms(
      { ...before.terms, postOnly: asked.postOnly, reprices: asked.reprices },
      message,
      quote,
    ),
    enteredAt: context.now,
    updatedAt: context.now,
  }
  after.price = priceBehind(context, after)
  after.reservePrice = after.price ?? after.reservePrice
  return { order: after, fault: null }
}

/** The message that changed it last names it, and its connection ends it. */
function quotedTerms(
  { connection: _before, ...terms }: OrderTerms,
  { group, quoteId, connection = null }: PlaceQuotes,
  { quoteSet }: QuoteAsked,
): OrderTerms {
  const quote = { group, id: quoteId, set: quoteSet }
  return connection === null ? { ...terms, quote } : { ...terms, connection, quote }
}

/** One that is sent again as it stands goes to the end: else it could be sent for ever without a reason. */
function staysInPlace(before: Order, after: Order): boolean {
  const isSame = before.quantity === after.quantity && before.terms.quote?.set === after.terms.quote?.set
  return keepsPriority(before, after) && !isSame
}
