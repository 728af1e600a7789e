/** `orders.cancel`: an open order is taken out of its book. Cancelling needs no more than the right to reduce. */
import { command } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { orderNeeds } from '../access.js'
import { removeOrder } from '../ending.js'
import type { OrderId } from '../fields.js'
import type { TradingContext } from '../trading.js'

/** States of an instrument in which nothing can be taken back (polymarket-us section 11). */
const FROZEN = new Set(['halted', 'closed'])

export const cancelOrder = command({
  name: 'orders.cancel',
  scope: 'orders:write',
  needs: (context: TradingContext, { order }: { readonly order: OrderId }) =>
    orderNeeds(context, order, 'reduce'),
  decide(context, { order }) {
    const { trading, market } = context
    const row = trading.orders.row(order)
    const state = market.state(market.instruments.row(trading.orders.instrument.get(row)))
    if (FROZEN.has(state))
      refuse('order_rejected', `the instrument is ${state}`, {
        data: { reason: 'instrument_not_open', state },
      })
    const execution = removeOrder(context, row)
    return { order, execution }
  },
})
