/**
 * The books: what rests and can be traded with, by instrument, side, price and priority. Derived from the open orders
 * by row-change hooks, so it is the same after execute, undo and load. All-or-none orders and stops that wait are not
 * in it: they trade with what is shown here and never stand in it.
 */
import type { Derived, Plain, Row, Table } from '../../image/index.js'
import { NO_ROW } from '../../image/index.js'
import type { InstrumentId, Market } from '../../market/index.js'
import type { OrderId, orderFields, Side } from '../fields.js'
import { BookSide, type Chain, type PriceLevel } from './book-side.js'

export interface Book {
  readonly buy: BookSide
  readonly sell: BookSide
}

const OUT = 0
const BUY = 1
const SELL = 2

export class Books implements Chain, Derived {
  readonly name = 'books'
  private readonly books = new Map<InstrumentId, Book>()
  next = new Int32Array(0)
  previous = new Int32Array(0)
  priority = new Float64Array(0)
  private ticks = new Float64Array(0)
  private open = new BigInt64Array(0)
  private shown = new BigInt64Array(0)
  private side = new Uint8Array(0)

  constructor(
    private readonly orders: Table<OrderId, typeof orderFields>,
    private readonly market: Market,
  ) {
    const enter = (row: Row): void => this.enter(row)
    const leave = (row: Row): void => this.leave(row)
    orders.hooks.push({ inserted: enter, removing: leave })
    const reenter = (row: Row): void => {
      this.leave(row)
      this.enter(row)
    }
    for (const column of [
      orders.price,
      orders.stopPrice,
      orders.priority,
      orders.quantity,
      orders.state,
      orders.isTriggered,
      orders.terms,
    ])
      column.watch(reenter)
    orders.filled.watch((row) => this.restate(row))
  }

  of(instrument: InstrumentId): Book {
    const known = this.books.get(instrument)
    if (known !== undefined) return known
    const made = { buy: new BookSide(true), sell: new BookSide(false) }
    this.books.set(instrument, made)
    return made
  }

  after(row: Row): Row {
    return this.next[row] as Row
  }

  /** What a resting order has open, shown or not. */
  openOf(row: Row): bigint {
    return this.open[row] as bigint
  }

  /** What it shows of it: an iceberg its tip. */
  shownOf(row: Row): bigint {
    return this.shown[row] as bigint
  }

  /** Whether the order rests in its book. */
  isIn(row: Row): boolean {
    return (this.side[row] ?? OUT) !== OUT
  }

  *canonical(): Iterable<Plain> {
    for (const instrument of [...this.books.keys()].sort((left, right) => left - right)) {
      const { buy, sell } = this.of(instrument)
      yield* this.told(instrument, 'buy', buy)
      yield* this.told(instrument, 'sell', sell)
    }
  }

  private *told(instrument: InstrumentId, side: Side, levels: BookSide): Iterable<Plain> {
    for (let rank = 0; rank < levels.depth; rank += 1) {
      const { ticks, quantity, hidden, first } = levels.level(rank) as PriceLevel
      const rows: Plain[] = []
      for (let row = first; row !== NO_ROW; row = this.after(row)) rows.push(this.orders.id(row))
      yield [instrument, side, ticks, quantity, hidden, rows]
    }
  }

  private belongs(row: Row): boolean {
    const { orders, market } = this
    const state = orders.state.get(row)
    if (state !== 'new' && state !== 'partially_filled') return false
    const { allOrNone, link } = orders.terms.get(row)
    if (orders.price.get(row) === null || allOrNone || link?.isWaiting === true) return false
    if (orders.stopPrice.get(row) !== null && !orders.isTriggered.get(row)) return false
    return market.instruments.venue.get(market.instruments.row(orders.instrument.get(row))) === null
  }

  private enter(row: Row): void {
    if (row >= this.side.length) this.grow(row + 1)
    if (!this.belongs(row)) return
    const { orders, market } = this
    const instrument = orders.instrument.get(row)
    const price = orders.price.get(row)
    if (price === null) return
    const side = orders.side.get(row)
    const ticks = market.termsOf(market.instruments.row(instrument)).ticksOf(price)
    const { open, shown } = this.quantitiesOf(row)
    this.side[row] = side === 'buy' ? BUY : SELL
    this.ticks[row] = ticks
    this.priority[row] = orders.priority.get(row)
    this.open[row] = open
    this.shown[row] = shown
    this.of(instrument)[side].enter(this, row, ticks, shown, open - shown)
  }

  private leave(row: Row): void {
    const code = this.side[row] ?? OUT
    if (code === OUT) return
    const book = this.of(this.orders.instrument.get(row))
    const side = code === BUY ? book.buy : book.sell
    const shown = this.shownOf(row)
    side.leave(this, row, this.ticks[row] as number, shown, this.openOf(row) - shown)
    this.side[row] = OUT
  }

  /** A fill takes from the level without a change of place. */
  private restate(row: Row): void {
    const code = this.side[row] ?? OUT
    if (code === OUT) return
    const book = this.of(this.orders.instrument.get(row))
    const { open, shown } = this.quantitiesOf(row)
    const change = shown - this.shownOf(row)
    const side = code === BUY ? book.buy : book.sell
    side.restate(this.ticks[row] as number, change, open - this.openOf(row) - change)
    this.open[row] = open
    this.shown[row] = shown
  }

  private quantitiesOf(row: Row): { readonly open: bigint; readonly shown: bigint } {
    const [quantity, filled] = [this.orders.quantity.get(row), this.orders.filled.get(row)]
    const open = quantity - filled
    const { shownUntil } = this.orders.terms.get(row)
    return { open, shown: shownUntil === undefined || shownUntil > quantity ? open : shownUntil - filled }
  }

  private grow(needed: number): void {
    const capacity = Math.max(needed, 16, Math.ceil(this.side.length * 1.5))
    const widened = <T extends Int32Array | Float64Array | BigInt64Array | Uint8Array>(
      wider: T,
      old: T,
    ): T => {
      wider.set(old as never)
      return wider
    }
    this.next = widened(new Int32Array(capacity), this.next)
    this.previous = widened(new Int32Array(capacity), this.previous)
    this.priority = widened(new Float64Array(capacity), this.priority)
    this.ticks = widened(new Float64Array(capacity), this.ticks)
    this.open = widened(new BigInt64Array(capacity), this.open)
    this.shown = widened(new BigInt64Array(capacity), this.shown)
    this.side = widened(new Uint8Array(capacity), this.side)
  }
}
