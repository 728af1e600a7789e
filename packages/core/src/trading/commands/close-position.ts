/**
 * `positions.close`: an order that closes what an account holds of an instrument, at the market or at a limit. It may
 * reduce only: what is open on its side already counts.
 */
import type { AccountId } from '../../hierarchy/index.js'
import { command } from '../../image/index.js'
import { type InstrumentId, instrumentRow } from '../../market/index.js'
import { magnitude, NONE, type Price } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import { tradeNeeds } from '../access.js'
import { closingOrder } from '../closing-order.js'
import type { TradingContext } from '../trading.js'
import { placeOrder } from './place-order.js'

export type ClosePosition = {
  readonly account: AccountId
  readonly instrument: InstrumentId
  /** Null: at the market. */
  readonly price: Price | null
  readonly label: string | null
}

export const closePosition = command({
  name: 'positions.close',
  scope: 'orders:write',
  needs: (_context: TradingContext, { account }: ClosePosition) => tradeNeeds(account, 'reduce'),
  decide(context, input) {
    instrumentRow(context.market, input.instrument)
    const held = context.trading.held(input.account, input.instrument)
    if (held === NONE)
      refuse('order_rejected', 'there is nothing to close', { data: { reason: 'insufficient_position' } })
    const { account, instrument, price, label } = input
    const order = closingOrder({ account, instrument, held, quantity: magnitude(held), price, tags: {} })
    return placeOrder.decide(context, { ...order, label })
  },
})
