/** `orders.cancel`: an open order is taken out of its book. An account that may not trade any more can still do it. */
import { command } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { orderNeeds } from '../access.js'
import { cancelOpenOrder } from '../ending.js'
import type { OrderId } from '../fields.js'
import type { TradingContext } from '../trading.js'

/** States of an instrument in which nothing can be taken back (polymarket-us section 11). */
const FROZEN = new Set(['halted', 'closed'])

export const cancelOrder = command({
  name: 'orders.cancel',
  scope: 'orders:write',
  needs: (context: TradingContext, { order }: { readonly order: OrderId }) =>
    orderNeeds(context, order, 'cancel'),
  decide(context, { order }) {
    const { trading, market } = context
    const row = trading.orders.row(order)
    const instrument = market.instruments.row(trading.orders.instrument.get(row))
    const state = market.state(instrument)
    if (FROZEN.has(state))
      refuse('order_rejected', `the instrument is ${state}`, {
        data: { reason: 'instrument_not_open', state },
      })
    cancelOpenOrder(context, row)
    // What an outside venue holds is open until the venue has said that it is not.
    return { order, isPending: trading.orders.has(order) }
  },
})
