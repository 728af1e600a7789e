/**
 * Icebergs: a limit order of which the book shows a tip at a time. When the tip is filled the next one goes to the end of
 * the queue at its price (deribit section 6.1). What is hidden can be traded with like the rest, behind all that is shown.
 */
import type { Id, Row } from '../image/index.js'
import { formatQuantity, type Quantity, quantity, smaller } from '../money/index.js'
import { type Fault, fault } from './faults.js'
import type { Order } from './order.js'
import type { TradingContext } from './trading.js'

/** The least tip, in lots of the instrument, and what is hidden for each that is shown: less than this (deribit section 6.1). */
export const DISPLAY_LOTS_MIN = 100
export const DISPLAY_RATIO_MAX = 100

/** What is wrong with the tip that an order asks for, or null. */
export function displayFault({ market }: TradingContext, order: Order, instrument: Row): Fault | null {
  const tip = order.terms.displayQuantity
  if (tip === undefined) return null
  const { timeInForce, terms } = order
  const rests = timeInForce === 'day' || timeInForce === 'gtc' || timeInForce === 'gtd'
  if (order.price === null || !rests || terms.allOrNone)
    return fault('order_type_invalid', 'only a limit order that can rest may show a part of itself')
  const { lot, quantityScale } = market.instruments
  const least = quantity(lot.get(instrument) * BigInt(DISPLAY_LOTS_MIN))
  if (tip < least)
    return fault(
      'display_quantity_invalid',
      `expected to show at least ${formatQuantity(least, quantityScale.get(instrument))}`,
    )
  if (tip % lot.get(instrument) !== 0n || order.quantity - tip >= tip * BigInt(DISPLAY_RATIO_MAX))
    return fault(
      'display_quantity_invalid',
      `expected to show whole lots, and to hide less than ${DISPLAY_RATIO_MAX} times as much`,
    )
  return null
}

/** As it comes to rest, it begins with a whole tip. */
export function withTip<Resting extends Pick<Order, 'filled' | 'terms'>>(order: Resting): Resting {
  const { displayQuantity } = order.terms
  if (displayQuantity === undefined) return order
  return { ...order, terms: { ...order.terms, shownUntil: quantity(order.filled + displayQuantity) } }
}

/** After a fill of what rests: a tip that is used up makes room for the next, which goes to the end of the queue. */
export function refreshTip({ trading: { orders }, image }: TradingContext, row: Row): void {
  const terms = orders.terms.get(row)
  const [filled, whole] = [orders.filled.get(row), orders.quantity.get(row)]
  if (terms.displayQuantity === undefined || terms.shownUntil === undefined || filled < terms.shownUntil)
    return
  const shownUntil = smaller(quantity(filled + terms.displayQuantity), whole as Quantity)
  orders.priority.set(row, image.newId<Id>() as number)
  orders.terms.set(row, { ...terms, shownUntil })
}
