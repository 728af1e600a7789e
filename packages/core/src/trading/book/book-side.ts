/**
 * One side of a book: price levels, best last, each with the open quantity and its orders in order of priority. The
 * orders are chained by arrays that all books share, so that a resting order costs no object.
 */
import { NO_ROW, type Row } from '../../image/index.js'

/** How the orders of all books hang together, and what each has open. */
export interface Chain {
  readonly next: Int32Array
  readonly previous: Int32Array
  readonly priority: Float64Array
}

export interface PriceLevel {
  readonly ticks: number
  first: Row
  last: Row
  quantity: bigint
  orders: number
}

export class BookSide {
  /** Levels from worst to best. */
  private readonly levels: PriceLevel[] = []

  constructor(private readonly isBid: boolean) {}

  get depth(): number {
    return this.levels.length
  }

  /** The nth best level, 0 the best. */
  level(rank: number): PriceLevel | undefined {
    return this.levels[this.levels.length - 1 - rank]
  }

  /** Whether a level at `ticks` trades with an order of the other side that goes as far as `limit`. */
  isWithin(ticks: number, limit: number | null): boolean {
    return limit === null || (this.isBid ? ticks >= limit : ticks <= limit)
  }

  levelAt(ticks: number): PriceLevel | undefined {
    const found = this.levels[this.placeOf(ticks)]
    return found?.ticks === ticks ? found : undefined
  }

  enter(chain: Chain, row: Row, ticks: number, quantity: bigint): void {
    const place = this.placeOf(ticks)
    let level = this.levels[place]
    if (level?.ticks !== ticks) {
      level = { ticks, first: NO_ROW, last: NO_ROW, quantity: 0n, orders: 0 }
      this.levels.splice(place, 0, level)
    }
    level.quantity += quantity
    level.orders += 1
    link(chain, level, row)
  }

  leave(chain: Chain, row: Row, ticks: number, quantity: bigint): void {
    const place = this.placeOf(ticks)
    const level = this.levels[place]
    if (level?.ticks !== ticks) throw new Error(`expected a level at ${ticks} ticks`)
    level.quantity -= quantity
    level.orders -= 1
    unlink(chain, level, row)
    if (level.orders === 0) this.levels.splice(place, 1)
  }

  /** Where the level of `ticks` is, or would go. */
  private placeOf(ticks: number): number {
    let low = 0
    let high = this.levels.length
    while (low < high) {
      const middle = (low + high) >> 1
      const at = (this.levels[middle] as PriceLevel).ticks
      if (this.isBid ? at < ticks : at > ticks) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Puts a row where its priority belongs: nearly always last, and first when an undo brings it back. */
function link({ next, previous, priority }: Chain, level: PriceLevel, row: Row): void {
  const own = priority[row] as number
  let before = level.last
  if (level.first !== NO_ROW && own < (priority[level.first] as number)) before = NO_ROW
  else while (before !== NO_ROW && (priority[before] as number) > own) before = previous[before] as Row
  const behind = before === NO_ROW ? level.first : (next[before] as Row)
  previous[row] = before
  next[row] = behind
  if (before === NO_ROW) level.first = row
  else next[before] = row
  if (behind === NO_ROW) level.last = row
  else previous[behind] = row
}

function unlink({ next, previous }: Chain, level: PriceLevel, row: Row): void {
  const before = previous[row] as Row
  const behind = next[row] as Row
  if (before === NO_ROW) level.first = behind
  else next[before] = behind
  if (behind === NO_ROW) level.last = before
  else previous[behind] = before
}
