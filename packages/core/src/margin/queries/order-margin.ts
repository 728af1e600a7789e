/**
 * `margin.of_quantity` and `margin.of_order`: the initial margin that an order would add by itself, or that an open one
 * does, to what the position of its instrument requires. What reduces adds nothing; fees are left out.
 */
import { NOWHERE } from '../../access/index.js'
import type { AccountId } from '../../hierarchy/index.js'
import { NO_ROW, query, type Row } from '../../image/index.js'
import { type InstrumentId, instrumentRow } from '../../market/index.js'
import {
  type Amount,
  type CurrencyCode,
  type Price,
  type Quantity,
  quantity as quantityOf,
} from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import { NO_OPEN_ORDERS, type OpenSums, type OrderId, type Side } from '../../trading/index.js'
import type { MarginContext } from '../margin.js'
import { ordersRequirement } from '../standard/open-orders.js'
import { checkLots } from './what-if-checks.js'

export type QuantityMargin = {
  readonly account: AccountId
  readonly instrument: InstrumentId
  readonly quantity: Quantity
  readonly price: Price
}

export interface MarginOfSides {
  readonly currency: CurrencyCode
  readonly buy: Amount
  readonly sell: Amount
}

export const marginOfQuantity = query({
  name: 'margin.of_quantity',
  scope: 'orders:read',
  needs: (_context: MarginContext, { account }: QuantityMargin) => [{ ability: 'read', target: { account } }],
  read(context, { account, instrument, quantity, price }): MarginOfSides {
    const row = instrumentRow(context.market, instrument)
    if (quantity <= 0n) refuse('malformed', 'expected a quantity above zero', { field: '/quantity' })
    checkLots(context, row, quantity, '/quantity')
    if (price <= 0n) refuse('malformed', 'expected a price above zero', { field: '/price' })
    const of = (side: Side): Amount => marginOf(context, account, row, { side, quantity, price })
    return { currency: context.market.instruments.currency.get(row), buy: of('buy'), sell: of('sell') }
  },
})

export interface OrderMargin {
  readonly currency: CurrencyCode
  readonly initialMargin: Amount
}

export const marginOfOrder = query({
  name: 'margin.of_order',
  scope: 'orders:read',
  needs: ({ trading }: MarginContext, { order }: { readonly order: OrderId }) => {
    const row = trading.orders.find(order)
    const target = row === NO_ROW ? NOWHERE : { account: trading.orders.account.get(row) }
    return [{ ability: 'read', target }]
  },
  read(context, { order }): OrderMargin {
    const { orders } = context.trading
    const at = orders.row(order)
    const row = context.market.instruments.row(orders.instrument.get(at))
    return {
      currency: context.market.instruments.currency.get(row),
      initialMargin: marginOf(context, orders.account.get(at), row, {
        side: orders.side.get(at),
        quantity: quantityOf(orders.quantity.get(at) - orders.filled.get(at)),
        price: orders.reservePrice.get(at),
      }),
    }
  },
})

function marginOf(
  { market, trading }: MarginContext,
  account: AccountId,
  instrument: Row,
  { side, quantity, price }: { readonly side: Side; readonly quantity: Quantity; readonly price: Price },
): Amount {
  const terms = market.termsOf(instrument)
  const open: OpenSums =
    side === 'buy'
      ? { ...NO_OPEN_ORDERS, bidQuantity: quantity, bidCost: terms.notional(price, quantity, 'up') }
      : { ...NO_OPEN_ORDERS, offerQuantity: quantity, offerProceeds: terms.notional(price, quantity, 'down') }
  const held = trading.held(account, market.instruments.id(instrument))
  const required = ordersRequirement(market, instrument, held, open)
  return (
    required ??
    refuse('order_rejected', 'a price is missing that the margin follows from', {
      data: { reason: 'no_reference_price' },
    })
  )
}
