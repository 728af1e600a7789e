/** `orders.cancel_all`: the open orders of an account, all of them or those in one instrument or on one side. */
import type { AccountId } from '../../hierarchy/index.js'
import { command } from '../../image/index.js'
import type { InstrumentId } from '../../market/index.js'
import { tradeNeeds } from '../access.js'
import { cancelOpenOrder } from '../ending.js'
import type { OrderId, Side } from '../fields.js'
import type { TradingContext } from '../trading.js'

/** Orders of one command; with more, `more` says that some are left. */
export const CANCELS_OF_COMMAND_MAX = 1_000

export type CancelOrders = {
  readonly account: AccountId
  readonly instrument: InstrumentId | null
  readonly side: Side | null
}

export const cancelOrders = command({
  name: 'orders.cancel_all',
  scope: 'orders:write',
  needs: (_context: TradingContext, { account }: CancelOrders) => tradeNeeds(account, 'cancel'),
  decide(context, { account, instrument, side }) {
    const { trading, market } = context
    const { orders } = trading
    const wanted = trading.ordersOf
      .of(account)
      .filter(
        (row) =>
          (instrument === null || orders.instrument.get(row) === instrument) &&
          (side === null || orders.side.get(row) === side) &&
          !['halted', 'closed'].includes(market.state(market.instruments.row(orders.instrument.get(row)))),
      )
    const cancelled: OrderId[] = []
    for (const row of wanted.slice(0, CANCELS_OF_COMMAND_MAX)) {
      cancelled.push(orders.id(row))
      cancelOpenOrder(context, row)
    }
    return { orders: cancelled, more: wanted.length > CANCELS_OF_COMMAND_MAX }
  },
})
