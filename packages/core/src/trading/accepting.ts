/** An order that was judged comes in: it is told of, goes to its venue or into the book, and all that follows, follows. */
import { NO_ROW } from '../image/index.js'
import { enter, followUp, limitRemainder } from './entering.js'
import { noteEntered } from './judging.js'
import { find } from './matching.js'
import { type Order, openQuantityOf } from './order.js'
import { report } from './reports.js'
import type { TradingSession } from './session.js'
import type { TradingContext } from './trading.js'
import { route, venueOf } from './venues/index.js'

/** Says that the order was accepted, and lets it enter with all that follows. */
export function accept(context: TradingContext, session: TradingSession, order: Order): void {
  noteEntered(context, order)
  const venue = venueOf(context, context.market.instruments.row(order.instrument))
  if (venue !== NO_ROW) {
    route(context, venue, order)
    return
  }
  // Where nobody is there to trade with, it stands at the reference at once.
  if (order.type === 'market_to_limit' && find(context, order, openQuantityOf(order)).quantity === 0n)
    limitRemainder(context, order)
  report(context, order, 'accepted', 'new')
  enter(context, session, order)
  followUp(context, session)
}
