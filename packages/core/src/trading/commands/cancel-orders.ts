/** `orders.cancel_all`: the open orders of an account, all of them or those that are asked for. */
import type { AccountId } from '../../hierarchy/index.js'
import { command, type Row } from '../../image/index.js'
import type { InstrumentId, InstrumentKind, Market } from '../../market/index.js'
import type { CurrencyCode } from '../../money/index.js'
import { tradeNeeds } from '../access.js'
import { cancelOpenOrder, frozenState } from '../ending.js'
import type { OrderId, OrderType, Side } from '../fields.js'
import { freezeQuotes } from '../protection/protecting.js'
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
  /** In these instruments. */
  readonly instruments?: readonly InstrumentId[] | null
  /** Quotes alone; of these, those that were quoted as this set. */
  readonly onlyQuotes?: boolean
  readonly quoteSet?: string | null
  /** No further quote is taken for a second. */
  readonly freezesQuotes?: boolean
}

export const cancelOrders = command({
  name: 'orders.cancel_all',
  scope: 'orders:write',
  needs: (_context: TradingContext, { account }: CancelOrders) => tradeNeeds(account, 'cancel'),
  decide(context, input) {
    const { orders, ordersOf } = context.trading
    // Both can be thousands: an account's orders, and the instruments that are meant.
    const instruments = input.instruments == null ? null : new Set(input.instruments)
    const wanted = ordersOf
      .of(input.account)
      .filter((row) => instruments === null || instruments.has(orders.instrument.get(row)))
      .filter((row) => isAsked(context, row, input) && frozenState(context, row) === null)
    const cancelled: OrderId[] = []
    for (const row of wanted.slice(0, CANCELS_OF_COMMAND_MAX)) {
      cancelled.push(orders.id(row))
      cancelOpenOrder(context, row)
    }
    if (input.freezesQuotes === true) freezeQuotes(context, input.account)
    return { orders: cancelled, more: wanted.length > CANCELS_OF_COMMAND_MAX }
  },
})

function isAsked(context: TradingContext, row: Row, input: CancelOrders): boolean {
  const { trading, market } = context
  const { orders } = trading
  const { instrument, side, types = null, label = null, onlyQuotes = false, quoteSet = null } = input
  const terms = orders.terms.get(row)
  const own = orders.instrument.get(row)
  return (
    (instrument === null || own === instrument) &&
    (side === null || orders.side.get(row) === side) &&
    (types === null || types.includes(orders.type.get(row))) &&
    (label === null || terms.label === label) &&
    (!onlyQuotes || terms.quote !== undefined) &&
    (quoteSet === null || terms.quote?.set === quoteSet) &&
    isOf(market, market.instruments.row(own), input)
  )
}

/** What is asked of the instrument. */
function isOf(
  { instruments, pairs }: Market,
  row: Row,
  { currency = null, kinds = null, index = null }: CancelOrders,
): boolean {
  return (
    (currency === null || instruments.currency.get(row) === currency || pairs.base(row) === currency) &&
    (kinds === null || kinds.includes(instruments.kind.get(row))) &&
    (index === null || instruments.derivative.get(row)?.index === index)
  )
}
