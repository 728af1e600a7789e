/** The two sides of a quote: a bid stands below the own ask of its group, and does not meet it on its way. */
import { NO_ROW, type Row } from '../../image/index.js'
import type { Price } from '../../money/index.js'
import { type Fault, fault } from '../faults.js'
import type { Side } from '../fields.js'
import type { Orders } from '../order.js'
import type { QuoteAsked, SideAsked } from './fields.js'

/** Where a side will stand, or stands. */
function priceAfter(orders: Orders, asked: SideAsked | null, row: Row): Price | null {
  if (asked?.quantity === 0n) return null
  return asked?.price ?? (row === NO_ROW ? null : orders.price.get(row))
}

/** A maker's bid stands below their own ask of the same group. */
export function crossedFault(
  orders: Orders,
  { bid, ask }: QuoteAsked,
  rowOf: (side: Side) => Row,
): Fault | null {
  const low = priceAfter(orders, bid, rowOf('buy'))
  const high = priceAfter(orders, ask, rowOf('sell'))
  return low !== null && high !== null && low >= high
    ? fault('quote_crossed', 'the bid would stand at the ask of the same group, or above it')
    : null
}

/**
 * Of a pair that moves up the ask goes first, and wherever the bid would meet where the ask stands now; else the bid, so
 * that neither meets the other on its way.
 */
export function sidesInOrder(
  orders: Orders,
  { bid }: QuoteAsked,
  rowOf: (side: Side) => Row,
): readonly Side[] {
  const priceNow = (row: Row): Price | null => (row === NO_ROW ? null : orders.price.get(row))
  const [low, high] = [priceNow(rowOf('buy')), priceNow(rowOf('sell'))]
  const wanted = priceAfter(orders, bid, rowOf('buy'))
  const isAskFirst = wanted !== null && ((low !== null && wanted > low) || (high !== null && wanted >= high))
  return isAskFirst ? ['sell', 'buy'] : ['buy', 'sell']
}
