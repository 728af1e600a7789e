/**
 * What reach an order takes. Who may only reduce may give exactly the orders that cannot open anything; for everybody
 * else it makes no difference, as a full level allows both.
 */
import { NOWHERE } from '../access/index.js'
import type { AccountId } from '../hierarchy/index.js'
import { type Ability, type Need, NO_ROW } from '../image/index.js'
import type { InstrumentId } from '../market/index.js'
import type { OrderId, Side } from './fields.js'
import type { TradingContext } from './trading.js'

/** With the account's other open orders on its side, the order cannot exceed the open quantity. */
export function isReducing(
  { trading }: TradingContext,
  {
    account,
    instrument,
    side,
    quantity,
  }: {
    readonly account: AccountId
    readonly instrument: InstrumentId
    readonly side: Side
    readonly quantity: bigint
  },
): boolean {
  const held = trading.held(account, instrument)
  if (side === 'buy' ? held >= 0n : held <= 0n) return false
  const beside = trading.openOrders.find(account, instrument)
  const open = beside === null ? 0n : side === 'buy' ? beside.bidQuantity : beside.offerQuantity
  return open + quantity <= (held < 0n ? -held : held)
}

export const tradeNeeds = (account: AccountId, ability: Ability): readonly Need[] => [
  { ability, target: { account } },
]

/** Reaching an open order takes reaching its account; an order that is not open is nowhere. */
export function orderNeeds({ trading }: TradingContext, order: OrderId, ability: Ability): readonly Need[] {
  const row = trading.orders.find(order)
  return row === NO_ROW
    ? [{ ability, target: NOWHERE }]
    : tradeNeeds(trading.orders.account.get(row), ability)
}
