/**
 * From ids to rows, for tables of millions: open addressing in one typed array, id and row side by side, so that a
 * look-up costs one place in memory and no object.
 */
import type { Row } from './column.js'

const EMPTY = 0
/** Half full at most: probes stay short. */
const FILL_MAX = 0.5
const CAPACITY_FIRST = 16

export class IdIndex {
  size = 0
  private slots = new Float64Array(2 * CAPACITY_FIRST)
  private mask = CAPACITY_FIRST - 1

  /** The row of `id`, or -1. */
  find(id: number): Row {
    const { slots, mask } = this
    for (let slot = place(id) & mask; ; slot = (slot + 1) & mask) {
      const key = slots[2 * slot]
      if (key === EMPTY) return -1
      if (key === id) return slots[2 * slot + 1] as Row
    }
  }

  /** Enters an id that is not in it yet. */
  add(id: number, row: Row): void {
    if (this.size >= (this.mask + 1) * FILL_MAX) this.grow()
    this.put(id, row)
    this.size += 1
  }

  /** Takes an id out and closes the gap, so that no probe ends too early. */
  remove(id: number): void {
    const { slots, mask } = this
    let slot = place(id) & mask
    while (slots[2 * slot] !== id) {
      if (slots[2 * slot] === EMPTY) return
      slot = (slot + 1) & mask
    }
    this.size -= 1
    let gap = slot
    for (let next = (gap + 1) & mask; slots[2 * next] !== EMPTY; next = (next + 1) & mask) {
      const home = place(slots[2 * next] as number) & mask
      // What probes from behind the gap stays where it is.
      if (((next - home) & mask) < ((next - gap) & mask)) continue
      slots[2 * gap] = slots[2 * next] as number
      slots[2 * gap + 1] = slots[2 * next + 1] as number
      gap = next
    }
    slots[2 * gap] = EMPTY
  }

  *ids(): IterableIterator<number> {
    const { slots } = this
    for (let slot = 0; slot < slots.length; slot += 2) if (slots[slot] !== EMPTY) yield slots[slot] as number
  }

  *rows(): IterableIterator<Row> {
    const { slots } = this
    for (let slot = 0; slot < slots.length; slot += 2) if (slots[slot] !== EMPTY) yield slots[slot + 1] as Row
  }

  private put(id: number, row: Row): void {
    const { slots, mask } = this
    let slot = place(id) & mask
    while (slots[2 * slot] !== EMPTY) slot = (slot + 1) & mask
    slots[2 * slot] = id
    slots[2 * slot + 1] = row
  }

  private grow(): void {
    const former = this.slots
    this.slots = new Float64Array(2 * former.length)
    this.mask = former.length - 1
    for (let slot = 0; slot < former.length; slot += 2)
      if (former[slot] !== EMPTY) this.put(former[slot] as number, former[slot + 1] as Row)
  }
}

/**
 * Runs of eight ids stay together, because what was created together is asked for together; the runs are scattered
 * (Fibonacci hashing), because ids of one table can come at any stride.
 */
function place(id: number): number {
  const low = id | 0
  const high = (id / 2 ** 32) | 0
  const mixed = Math.imul((low >>> 3) ^ (high << 7), 0x9e3779b1)
  return ((mixed ^ (mixed >>> 15)) << 3) + (low & 7)
}
