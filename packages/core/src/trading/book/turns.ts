/** In which order, and how much at a time, the orders of a level are traded with: icebergs come back with their next tip. */
import { NO_ROW, type Row, type Table } from '../../image/index.js'
import type { OrderId, orderFields } from '../fields.js'
import type { PriceLevel } from './book-side.js'
import type { Books } from './books.js'

export interface Turn {
  readonly row: Row
  /** What it trades with in this turn, at most. */
  readonly shown: bigint
}

export function* turnsOf(
  { books, orders }: { readonly books: Books; readonly orders: Table<OrderId, typeof orderFields> },
  level: PriceLevel,
): IterableIterator<Turn> {
  const again: { row: Row; hidden: bigint }[] = []
  for (let row = level.first; row !== NO_ROW; row = books.after(row)) {
    const shown = books.shownOf(row)
    yield { row, shown }
    const hidden = books.openOf(row) - shown
    if (hidden > 0n) again.push({ row, hidden })
  }
  // Whoever has shown a tip waits behind all that were there.
  for (let next = again.shift(); next !== undefined; next = again.shift()) {
    const { row, hidden } = next
    const tip = orders.terms.get(row).displayQuantity ?? hidden
    const shown = tip < hidden ? tip : hidden
    yield { row, shown }
    if (hidden > shown) again.push({ row, hidden: hidden - shown })
  }
}
