/**
 * The ids of a table in order, for lists that are read page by page. New ids are the largest, so they are appended;
 * an id that comes out of turn (load, undo of a removal) is sorted in when somebody reads.
 */
import type { Plain } from './column.js'
import { roomFor, widened } from './growth.js'
import type { Id } from './ids.js'
import type { Derived } from './image.js'
import type { AnyTable } from './table.js'

export class IdOrder<I extends Id> implements Derived {
  readonly name: string
  private ids = new Float64Array(0)
  private size = 0
  private isSorted = true

  constructor(table: AnyTable) {
    this.name = `${table.tableName} in order`
    table.hooks.push({
      inserted: (row) => this.append(table.id(row)),
      removing: (row) => this.remove(table.id(row)),
    })
  }

  /** The ids behind `id` in ascending order; all of them where it is null. */
  *after(id: I | null): IterableIterator<I> {
    this.sort()
    for (let place = id === null ? 0 : this.placeBehind(id); place < this.size; place += 1)
      yield this.ids[place] as I
  }

  *canonical(): Iterable<Plain> {
    yield* this.after(null)
  }

  private append(id: Id): void {
    if (this.size === this.ids.length) this.ids = widened(this.ids, roomFor(this.size + 1, this.size))
    if (this.size > 0 && (this.ids[this.size - 1] as number) > id) this.isSorted = false
    this.ids[this.size++] = id
  }

  private remove(id: Id): void {
    // Undo takes back the latest first, so the id is nearly always the last.
    if (this.ids[this.size - 1] !== id) {
      this.sort()
      const place = this.placeBehind(id) - 1
      this.ids.copyWithin(place, place + 1, this.size)
    }
    this.size -= 1
  }

  /** The first place with a larger id. */
  private placeBehind(id: Id): number {
    let low = 0
    let high = this.size
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.ids[middle] as number) <= id) low = middle + 1
      else high = middle
    }
    return low
  }

  private sort(): void {
    if (this.isSorted) return
    this.ids.subarray(0, this.size).sort()
    this.isSorted = true
  }
}
