/** `orders.cancel_all`: the open orders of an account, all of them or those that are asked for. */
import type { AccountId } from '../../hierarchy/index.js'
import { command, type Row } from '../../image/index.js'
import type { InstrumentId, InstrumentKind } from '../../market/index.js'
import type { CurrencyCode } from '../../money/index.js'
import { tradeNeeds } from '../access.js'
import { cancelOpenOrder } from '../ending.js'
import type { OrderId, OrderType, Side } from '../fields.js'
import type { TradingContext } from '../trading.js'

/** Orders of one command; with more, `more` says that some are left. */
export const CANCELS_OF_COMMAND_MAX = 1_000

export type CancelOrders = {
  readonly account: AccountId
  readonly instrument: InstrumentId | null
  readonly side: Side | null
  readonly currency?: CurrencyCode | null
  readonly kinds?: readonly InstrumentKind[] | null
  readonly types?: readonly OrderType[] | null
  readonly label?: string | null
  /** Of what follows this index. */
  readonly index?: string | null
}

export const cancelOrders = command({
  name: 'orders.cancel_all',
  scope: 'orders:write',
  needs: (_context: TradingContext, { account }: CancelOrders) => tradeNeeds(account, 'cancel'),
  decide(context, input) {
    const { trading, market } = context
    const { orders } = trading
    const wanted = trading.ordersOf
      .of(input.account)
      .filter(
        (row) =>
          isAsked(context, row, input) &&
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

function isAsked(
  { trading: { orders }, market: { instruments, pairs } }: TradingContext,
  row: Row,
  { instrument, side, currency = null, kinds = null, types = null, label = null, index = null }: CancelOrders,
): boolean {
  const own = instruments.row(orders.instrument.get(row))
  return (
    (instrument === null || orders.instrument.get(row) === instrument) &&
    (side === null || orders.side.get(row) === side) &&
    (currency === null || instruments.currency.get(own) === currency || pairs.base(own) === currency) &&
    (kinds === null || kinds.includes(instruments.kind.get(own))) &&
    (types === null || types.includes(orders.type.get(row))) &&
    (index === null || instruments.derivative.get(own)?.index === index) &&
    (label === null || orders.terms.get(row).label === label)
  )
}
