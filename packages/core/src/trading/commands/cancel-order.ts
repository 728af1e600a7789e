/** `orders.cancel`: an open order is taken out of its book. An account that may not trade any more can still do it. */
import { command } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { orderNeeds } from '../access.js'
import { cancelOpenOrder, frozenState } from '../ending.js'
import type { OrderId } from '../fields.js'
import type { TradingContext } from '../trading.js'

export const cancelOrder = command({
  name: 'orders.cancel',
  scope: 'orders:write',
  needs: (context: TradingContext, { order }: { readonly order: OrderId }) =>
    orderNeeds(context, order, 'cancel'),
  decide(context, { order }) {
    const { trading } = context
    const row = trading.orders.row(order)
    const state = frozenState(context, row)
    if (state !== null)
      refuse('order_rejected', `the instrument is ${state}`, {
        data: { reason: 'instrument_not_open', state },
      })
    cancelOpenOrder(context, row)
    // What an outside venue holds is open until the venue has said that it is not.
    return { order, isPending: trading.orders.has(order) }
  },
})
