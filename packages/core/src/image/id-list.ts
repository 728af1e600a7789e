/**
 * Ids in ascending order, eight bytes each. New ids are the largest, so they are appended; one that comes out of turn
 * (load, undo of a removal) is sorted in when somebody reads.
 */
import { roomFor, widened } from './growth.js'
import type { Id } from './ids.js'

export class IdList<I extends Id> {
  private ids = new Float64Array(0)
  private count = 0
  private isSorted = true

  get size(): number {
    return this.count
  }

  /** The id at a place, the smallest at 0. */
  at(place: number): I | undefined {
    this.sort()
    return place < this.count ? (this.ids[place] as I) : undefined
  }

  /** The ids behind `id`; all of them where it is null. */
  *after(id: I | null): IterableIterator<I> {
    this.sort()
    for (let place = id === null ? 0 : this.placeBehind(id); place < this.count; place += 1)
      yield this.ids[place] as I
  }

  append(id: I): void {
    if (this.count === this.ids.length) this.ids = widened(this.ids, roomFor(this.count + 1, this.count))
    if (this.count > 0 && (this.ids[this.count - 1] as number) > id) this.isSorted = false
    this.ids[this.count++] = id
  }

  remove(id: I): void {
    // Undo takes back the latest first, so the id is nearly always the last.
    if (this.ids[this.count - 1] !== id) {
      this.sort()
      const place = this.placeBehind(id) - 1
      this.ids.copyWithin(place, place + 1, this.count)
    }
    this.count -= 1
  }

  /** The first place with a larger id. */
  private placeBehind(id: I): number {
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.ids[middle] as number) <= id) low = middle + 1
      else high = middle
    }
    return low
  }

  private sort(): void {
    if (this.isSorted) return
    this.ids.subarray(0, this.count).sort()
    this.isSorted = true
  }
}
