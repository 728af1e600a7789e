/**
 * `orders.cross`: two orders of both sides that were agreed beforehand trade with each other, all or none. They may not
 * trade through the book: nobody who offers better, or the same to the side without priority, is passed over
 * (polymarket-us section 4.1, `CROSS_TYPE_ALL_OR_NONE`).
 */
import { NOWHERE } from '../../access/index.js'
import { command } from '../../image/index.js'
import { instrumentRow } from '../../market/index.js'
import { refuse } from '../../refusals/index.js'
import { tradeNeeds } from '../access.js'
import { followUp } from '../entering.js'
import { type Fault, fault, refuseFor } from '../faults.js'
import type { Side } from '../fields.js'
import { judgeFunds, noteEntered } from '../judging.js'
import { judgeTerms } from '../judging-terms.js'
import { limitTicks } from '../matching.js'
import type { Order } from '../order.js'
import { checkFree, checkShape, newNumbers, orderOf, type PlaceOrder } from '../placing.js'
import { report } from '../reports.js'
import { TradingSession } from '../session.js'
import { tradeBetween } from '../trade.js'
import type { TradingContext } from '../trading.js'

export type CrossOrders = {
  readonly cross: string
  readonly orders: readonly [PlaceOrder, PlaceOrder]
  /** The side that counts as the one that takes. */
  readonly prioritizedSide: Side | null
}

export const crossOrders = command({
  name: 'orders.cross',
  scope: 'orders:write',
  needs: (_context: TradingContext, { orders }: Partial<CrossOrders>) =>
    orders === undefined
      ? [{ ability: 'trade', target: NOWHERE }]
      : orders.flatMap(({ account }) => tradeNeeds(account, 'trade')),
  decide(context, { cross, orders, prioritizedSide }: CrossOrders) {
    checkPair(orders)
    for (const input of orders) {
      instrumentRow(context.market, input.instrument)
      checkShape(input, context.now)
      checkFree(context, input.account, input.clientOrderId)
    }
    const made = orders.map((input) => orderOf(context, input, newNumbers(context)).order)
    for (const order of made) order.terms = { ...order.terms, cross }
    const [first, second] = made as [Order, Order]
    const taker = first.side === (prioritizedSide ?? first.side) ? first : second
    const maker = taker === first ? second : first
    const found =
      judgeTerms(context, first) ??
      judgeTerms(context, second) ??
      throughFault(context, taker, maker) ??
      judgeFunds(context, first) ??
      judgeFunds(context, second)
    if (found !== null) refuseFor(found)
    for (const order of made) noteEntered(context, order)
    for (const order of made) report(context, order, 'accepted', 'new')
    const session = new TradingSession()
    const { price, quantity } = maker
    if (price === null) throw new Error('expected a limit')
    const trade = tradeBetween(context, session, { taker, maker }, quantity, price)
    followUp(context, session)
    return { orders: made.map(({ id }) => id), trade }
  },
})

function checkPair([first, second]: CrossOrders['orders']): void {
  const isPair =
    first.instrument === second.instrument &&
    first.side !== second.side &&
    first.quantity === second.quantity &&
    first.price === second.price
  if (!isPair)
    refuse('malformed', 'expected a buy and a sell of one instrument, at one price and quantity', {
      field: '/orders',
    })
  if (![first, second].every(isPlain))
    refuse('malformed', 'expected plain limit orders', { field: '/orders' })
  if (
    first.clientOrderId !== null &&
    first.clientOrderId === second.clientOrderId &&
    first.account === second.account
  )
    refuse('client_order_id_taken', 'both orders have that client order id', { field: '/orders' })
}

/**
 * Both trade whole, at once and at the price that they name: one whose price follows something names none, and one that
 * shows a part, is protected or has others hang on it asks for what never comes.
 */
const isPlain = (order: PlaceOrder): boolean =>
  order.type === 'limit' &&
  order.pricing === 'given' &&
  order.price !== null &&
  order.cash === null &&
  !order.allOrNone &&
  !order.postOnly &&
  (order.displayQuantity ?? null) === null &&
  (order.linked ?? null) === null &&
  order.isProtected !== true

/** Whoever rests at a better price, or at this one, goes first. */
function throughFault(context: TradingContext, taker: Order, maker: Order): Fault | null {
  const { market, trading } = context
  const instrument = market.instruments.row(taker.instrument)
  if (market.state(instrument) !== 'open')
    return fault('instrument_not_open', `the instrument is ${market.state(instrument)}`, {
      state: market.state(instrument),
    })
  const book = trading.books.of(taker.instrument)
  for (const order of [taker, maker]) {
    const levels = order.side === 'buy' ? book.sell : book.buy
    const best = levels.level(0)
    if (best !== undefined && levels.isWithin(best.ticks, limitTicks(context, order)))
      return fault('would_take', 'somebody else rests at that price or a better one')
  }
  return null
}
