/**
 * One side of a book: price levels, best last, each with the open quantity and its orders in order of priority. The
 * orders are chained by arrays that all books share, so that a resting order costs no object. The levels lie in shelves
 * of bounded length that know their sum, so that a level in the middle of a long side comes and goes as quickly as at
 * its end, and what stands up to a price is a sum of shelves.
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
  /** What is shown; and what icebergs hide behind it. */
  quantity: bigint
  hidden: bigint
  orders: number
}

/** Levels of one shelf; a full one is parted into two. */
const LEVELS_OF_SHELF_MAX = 128

interface Shelf {
  /** From worst to best. */
  levels: PriceLevel[]
  /** Shown or not. */
  quantity: bigint
}

export class BookSide {
  /** From worst to best; none is empty. */
  private readonly shelves: Shelf[] = []
  private levelCount = 0

  constructor(private readonly isBid: boolean) {}

  get depth(): number {
    return this.levelCount
  }

  /** The nth best level, 0 the best. */
  level(rank: number): PriceLevel | undefined {
    let left = rank
    for (let place = this.shelves.length - 1; place >= 0; place -= 1) {
      const { levels } = this.shelves[place] as Shelf
      if (left < levels.length) return levels[levels.length - 1 - left]
      left -= levels.length
    }
    return undefined
  }

  /** Whether a level at `ticks` trades with an order of the other side that goes as far as `limit`. */
  isWithin(ticks: number, limit: number | null): boolean {
    return limit === null || (this.isBid ? ticks >= limit : ticks <= limit)
  }

  /** What stands at `ticks` or better, shown or not, for as many prices as are asked while nothing changes. */
  standing(): (ticks: number) => bigint {
    const better = new Array<bigint>(this.shelves.length + 1).fill(0n)
    for (let place = this.shelves.length - 1; place >= 0; place -= 1)
      better[place] = (better[place + 1] as bigint) + (this.shelves[place] as Shelf).quantity
    return (ticks) => {
      const place = this.shelfOf(ticks)
      const shelf = this.shelves[place]
      let sum = better[place + 1] ?? 0n
      for (let at = (shelf?.levels.length ?? 0) - 1; at >= 0; at -= 1) {
        const level = shelf?.levels[at] as PriceLevel
        if (!this.isWithin(level.ticks, ticks)) break
        sum += level.quantity + level.hidden
      }
      return sum
    }
  }

  enter(chain: Chain, row: Row, ticks: number, quantity: bigint, hidden: bigint): void {
    const shelf = this.shelfFor(ticks)
    const place = this.placeIn(shelf.levels, ticks)
    let level = shelf.levels[place]
    if (level?.ticks !== ticks) {
      level = { ticks, first: NO_ROW, last: NO_ROW, quantity: 0n, hidden: 0n, orders: 0 }
      shelf.levels.splice(place, 0, level)
      this.levelCount += 1
    }
    level.quantity += quantity
    level.hidden += hidden
    level.orders += 1
    shelf.quantity += quantity + hidden
    link(chain, level, row)
    if (shelf.levels.length > LEVELS_OF_SHELF_MAX) this.part(shelf)
  }

  leave(chain: Chain, row: Row, ticks: number, quantity: bigint, hidden: bigint): void {
    const at = this.shelfOf(ticks)
    const shelf = this.shelves[at]
    const place = shelf === undefined ? 0 : this.placeIn(shelf.levels, ticks)
    const level = shelf?.levels[place]
    if (shelf === undefined || level?.ticks !== ticks) throw new Error(`expected a level at ${ticks} ticks`)
    level.quantity -= quantity
    level.hidden -= hidden
    level.orders -= 1
    shelf.quantity -= quantity + hidden
    unlink(chain, level, row)
    if (level.orders > 0) return
    shelf.levels.splice(place, 1)
    this.levelCount -= 1
    if (shelf.levels.length === 0) this.shelves.splice(at, 1)
  }

  /** A fill takes from a level, and a replacement may add, without a change of place. */
  restate(ticks: number, change: bigint, hiddenChange: bigint): void {
    const shelf = this.shelves[this.shelfOf(ticks)]
    const level = shelf?.levels[this.placeIn(shelf.levels, ticks)]
    if (shelf === undefined || level?.ticks !== ticks) throw new Error(`expected a level at ${ticks} ticks`)
    level.quantity += change
    level.hidden += hiddenChange
    shelf.quantity += change + hiddenChange
  }

  /** Where a level of `ticks` belongs: what is better than all goes to the last. */
  private shelfFor(ticks: number): Shelf {
    const found = this.shelves[this.shelfOf(ticks)] ?? this.shelves.at(-1)
    if (found !== undefined) return found
    const first: Shelf = { levels: [], quantity: 0n }
    this.shelves.push(first)
    return first
  }

  private part(shelf: Shelf): void {
    const best = shelf.levels.splice(shelf.levels.length >> 1)
    const quantity = best.reduce((sum, level) => sum + level.quantity + level.hidden, 0n)
    shelf.quantity -= quantity
    this.shelves.splice(this.shelves.indexOf(shelf) + 1, 0, { levels: best, quantity })
  }

  private isWorse(ticks: number, than: number): boolean {
    return this.isBid ? ticks < than : ticks > than
  }

  /** The first shelf whose best level is no worse than `ticks`; behind the last where there is none. */
  private shelfOf(ticks: number): number {
    const { shelves } = this
    let low = 0
    let high = shelves.length
    while (low < high) {
      const middle = (low + high) >> 1
      const { levels } = shelves[middle] as Shelf
      if (this.isWorse((levels[levels.length - 1] as PriceLevel).ticks, ticks)) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Where the level of `ticks` is among those of a shelf, or would go. */
  private placeIn(levels: readonly PriceLevel[], ticks: number): number {
    let low = 0
    let high = levels.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.isWorse((levels[middle] as PriceLevel).ticks, ticks)) low = middle + 1
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
