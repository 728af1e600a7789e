/**
 * `orders.place`: an order is judged, accepted, and trades with what is there, all in one step. What fails a business
 * check is refused, or recorded as a rejected order, as the request says.
 */
import { command, NO_ROW } from '../../image/index.js'
import { instrumentRow } from '../../market/index.js'
import { quantity } from '../../money/index.js'
import { accept } from '../accepting.js'
import { isReducing, tradeNeeds } from '../access.js'
import { type Fault, refuseFor } from '../faults.js'
import { judge, noteEntered } from '../judging.js'
import { type Linked, linkedFault, linkUp } from '../linked/linking.js'
import type { Order } from '../order.js'
import { checkFree, checkShape, newNumbers, orderOf, type PlaceOrder } from '../placing.js'
import { faultTold, report } from '../reports.js'
import { TradingSession } from '../session.js'
import type { TradingContext } from '../trading.js'

export const placeOrder = command({
  name: 'orders.place',
  scope: 'orders:write',
  needs: (context: TradingContext, input: PlaceOrder) =>
    tradeNeeds(
      input.account,
      input.quantity !== null && isReducing(context, { ...input, quantity: input.quantity })
        ? 'reduce'
        : 'trade',
    ),
  decide(context, input) {
    instrumentRow(context.market, input.instrument)
    checkShape(input, context.now)
    checkFree(context, input.account, input.clientOrderId)
    const { order, fault } = orderOf(context, input, newNumbers(context))
    const { linked, fault: wrong } = linkUp(context, input, order)
    const placed = linked?.primary ?? order
    const found = fault ?? judge(context, placed) ?? wrong ?? linkedFault(context, input)
    if (found !== null) return decline(context, order, found, input.onReject)
    if (linked !== null) hang(context, linked)
    accept(context, new TradingSession(), placed)
    if (linked !== null && isOneCancelsOther(linked)) acceptOther(context, linked)
    return { order: placed.id, state: stateOf(context, placed) }
  },
})

/** The order that others hang on is noted, and those that wait for it rest beside it. */
function hang(context: TradingContext, { primary, others }: Linked): void {
  const { orders, contingencies } = context.trading
  const { link } = primary.terms
  if (link === undefined) throw new Error('expected an order that others hang on')
  contingencies.insert(primary.id, {
    account: primary.account,
    kind: link.kind,
    condition: link.condition,
    quantity: primary.quantity,
    filled: primary.filled,
    isClosed: false,
    nextStepAt: null,
  })
  for (const order of others) {
    if (order.terms.link?.isWaiting !== true) continue
    report(context, order, 'accepted', 'new')
    orders.insert(order.id, order)
  }
}

const isOneCancelsOther = ({ primary }: Linked): boolean => (primary.terms.link?.cancels.length ?? 0) > 0

/**
 * Of two that cancel each other the second comes in behind the first, and is judged beside what of that rests. Where the
 * first has been filled already it ends before it begins.
 */
function acceptOther(context: TradingContext, { primary, others }: Linked): void {
  const { orders } = context.trading
  const [other] = others
  if (other === undefined) return
  const row = orders.find(primary.id)
  const filled = row === NO_ROW ? primary.quantity : orders.filled.get(row)
  const condition = primary.terms.link?.condition
  if (row === NO_ROW || (filled > 0n && condition === 'first_hit') || filled >= other.quantity) {
    report(context, other, 'cancelled', 'cancelled', { unsolicited: 'other_closed' })
    return
  }
  if (condition === 'incremental') other.quantity = quantity(other.quantity - filled)
  const found = judge(context, other)
  if (found !== null) refuseFor(found)
  accept(context, new TradingSession(), other)
}

function decline(context: TradingContext, order: Order, fault: Fault, onReject: PlaceOrder['onReject']) {
  if (onReject === 'refuse') refuseFor(fault)
  noteEntered(context, order)
  report(context, order, 'rejected', 'rejected', faultTold(fault))
  return { order: order.id, state: 'rejected' as const }
}

const stateOf = ({ trading }: TradingContext, { id, filled, quantity }: Order) =>
  trading.orders.has(id)
    ? trading.orders.state.get(trading.orders.row(id))
    : filled === quantity
      ? 'filled'
      : 'ended'
