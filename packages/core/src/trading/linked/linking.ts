/** From what is asked to orders that hang together: shapes, and the orders in hand. */
import type { Id } from '../../image/index.js'
import { instrumentRow } from '../../market/index.js'
import { type Fault, fault } from '../faults.js'
import type { OrderId } from '../fields.js'
import { judgeTerms } from '../judging-terms.js'
import type { Order } from '../order.js'
import { checkShape, orderOf, type PlaceOrder } from '../placing.js'
import { PLAIN_LIMIT } from '../plain-limit.js'
import type { TradingContext } from '../trading.js'
import { LINKED_ORDERS_MAX, type Link, type LinkedOrder } from './fields.js'

/** The order that is asked for, as one of its own. */
export const asPlaced = (input: PlaceOrder, linked: LinkedOrder): PlaceOrder => ({
  ...PLAIN_LIMIT,
  account: input.account,
  instrument: input.instrument,
  expiresAt: linked.timeInForce === 'gtd' ? input.expiresAt : null,
  selfMatchId: input.selfMatchId,
  selfMatchInstruction: input.selfMatchInstruction,
  onReject: input.onReject,
  ...(input.connection === undefined ? {} : { connection: input.connection }),
  ...linked,
})

/** How many an account may have, whatever they are. */
export function linkedFault({ trading }: TradingContext, input: PlaceOrder): Fault | null {
  if ((input.linked ?? null) === null) return null
  return trading.contingenciesOf.of(input.account).length >= LINKED_ORDERS_MAX
    ? fault('linked_orders_limit', `an account has at most ${LINKED_ORDERS_MAX} orders that others hang on`, {
        limit: LINKED_ORDERS_MAX,
      })
    : null
}

/** A stop that trails begins to follow when it is live. */
const unfollowing = (order: Order): Order =>
  order.type === 'trailing_stop' ? { ...order, stopPrice: null } : order

export interface Linked {
  readonly primary: Order
  readonly others: readonly Order[]
}

/** The orders with their links, or what is wrong with the first of them that cannot be. Funds are asked when it is live. */
export function linkUp(
  context: TradingContext,
  input: PlaceOrder,
  primary: Order,
): { readonly linked: Linked | null; readonly fault: Fault | null } {
  const asked = input.linked ?? null
  if (asked === null) return { linked: null, fault: null }
  const { image, market } = context
  if (market.instruments.venue.get(instrumentRow(market, input.instrument)) !== null)
    return { linked: null, fault: fault('order_type_invalid', 'an outside venue takes no linked orders') }
  const others: Order[] = []
  for (const each of asked.orders) {
    const numbers = { id: image.newId<OrderId>(), priority: image.newId<Id>() as number }
    const placed = asPlaced(input, each)
    checkShape(placed, context.now)
    const { order, fault: wrong } = orderOf(context, placed, numbers)
    const found = wrong ?? judgeTerms(context, order)
    if (found !== null) return { linked: null, fault: found }
    others.push(order)
  }
  const ids = others.map(({ id }) => id)
  const isOco = asked.kind === 'one_cancels_other'
  const base = { kind: asked.kind, condition: asked.condition, primary: primary.id }
  const link = (order: Order, more: Pick<Link, 'triggers' | 'cancels' | 'isWaiting'>): Order => ({
    ...order,
    terms: { ...order.terms, link: { ...base, ...more, asked: order.quantity } },
  })
  return {
    linked: {
      primary: link(primary, { triggers: isOco ? [] : ids, cancels: isOco ? ids : [], isWaiting: false }),
      others: others.map((order) =>
        link(isOco ? order : unfollowing(order), {
          triggers: [],
          cancels: isOco ? [primary.id] : ids.filter((id) => id !== order.id),
          isWaiting: !isOco,
        }),
      ),
    },
    fault: null,
  }
}
