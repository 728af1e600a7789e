/**
 * The ordering of the tree: every party stands between an opening and a closing tag, and all beneath it between
 * them, so "is A above B" is two comparisons whatever the depth. Tags are whole numbers on a linked list; where a
 * gap is used up, the smallest range around it that is sparse enough is spread again (Bender, Cole, Demaine,
 * Farach-Colton, Zito: Two simplified algorithms for maintaining order in a list, 2002), which costs O(log n)
 * a party, amortized. Derived from the owner column alone.
 */
import {
  type AnyTable,
  type Derived,
  type Id,
  NO_ROW,
  type Plain,
  type Row,
  roomFor,
  type Watched,
  widened,
} from '../image/index.js'

/** A place in the list: 2 × row for the opening of a party, 2 × row + 1 for its closing. */
type Item = number
const NONE: Item = -1

/** Several items that are linked to one another, from the opening of a party to its closing. */
interface Run {
  readonly first: Item
  readonly last: Item
  readonly length: number
}

/** Distance left between items that are appended: children in a row use the space evenly instead of halving it. */
const APPEND_STEP = 2 ** 16
const TAG_BITS = 52
const TAG_LIMIT = 2 ** TAG_BITS
const BITS_FIRST = 4
/** Room left between two items by a spreading. */
const STEP_LEAST = 4
/** A range of 2^i tags counts as sparse up to (2 / 1.3)^i items. */
const SPARSE = Array.from({ length: TAG_BITS + 1 }, (_, bits) => (2 / 1.3) ** bits)

const opening = (row: Row): Item => 2 * row
const closing = (row: Row): Item => 2 * row + 1

export class TreeOrder implements Derived {
  readonly name = 'order of the tree'
  private tags = new Float64Array(0)
  private next = new Int32Array(0)
  private previous = new Int32Array(0)
  private parents = new Int32Array(0)
  private attached = new Uint8Array(0)
  private root: Row = NO_ROW
  /** On load a party may come before its owner; it waits for it here. */
  private readonly waiting = new Map<Id, Row[]>()

  constructor(
    private readonly table: AnyTable,
    private readonly owner: Watched<Id | null>,
  ) {
    table.hooks.push({ inserted: (row) => this.enter(row), removing: (row) => this.leave(row) })
    owner.watch((row) => {
      if (this.attached[row] === 1) this.move(row)
    })
  }

  /** Whether `upper` is `lower` or one of its owners. */
  isAtOrAbove(upper: Row, lower: Row): boolean {
    const { tags } = this
    const tag = tags[2 * lower] as number
    return (tags[2 * upper] as number) <= tag && tag < (tags[2 * upper + 1] as number)
  }

  /** The root of the tree, or NO_ROW while there is none. */
  get top(): Row {
    return this.root
  }

  /** Levels of the subtree: 1 for a party without others beneath it. */
  heightOf(top: Row): number {
    let level = 0
    let height = 0
    const end = closing(top)
    for (let item = opening(top); item !== end; item = this.next[item] as Item) {
      level += item % 2 === 0 ? 1 : -1
      if (level > height) height = level
    }
    return height
  }

  /** The row of the owner, or NO_ROW for the root. */
  parent(row: Row): Row {
    return this.parents[row] as Row
  }

  /** Every party at or beneath `top`, owners before what they own. */
  *beneath(top: Row): IterableIterator<Row> {
    const end = closing(top)
    for (let item = opening(top); item !== end; item = this.next[item] as Item) {
      if (item % 2 === 0) yield item / 2
    }
  }

  *canonical(): Iterable<Plain> {
    for (const id of this.table.idsInOrder()) {
      const row = this.table.row(id)
      const owners: Id[] = []
      for (let above = this.parent(row); above !== NO_ROW; above = this.parent(above)) {
        if (this.isAtOrAbove(above, row) && !this.isAtOrAbove(row, above)) owners.push(this.table.id(above))
      }
      yield [id, owners]
    }
  }

  private enter(row: Row): void {
    if (row >= this.parents.length) this.grow(row + 1)
    this.attached[row] = 0
    const owner = this.owner.get(row)
    const parent = owner === null ? NO_ROW : this.table.find(owner)
    if (owner !== null && (parent === NO_ROW || this.attached[parent] !== 1)) {
      const others = this.waiting.get(owner)
      if (others === undefined) this.waiting.set(owner, [row])
      else others.push(row)
      return
    }
    this.attach(row, parent)
  }

  private attach(row: Row, parent: Row): void {
    this.attached[row] = 1
    this.parents[row] = parent
    if (parent === NO_ROW) {
      if (this.root !== NO_ROW) throw new Error('expected one root')
      this.root = row
      this.tags[opening(row)] = 0
      this.tags[closing(row)] = TAG_LIMIT - 1
      this.link(NONE, opening(row))
      this.link(opening(row), closing(row))
      this.link(closing(row), NONE)
    } else {
      this.link(opening(row), closing(row))
      this.insertRun({ first: opening(row), last: closing(row), length: 2 }, closing(parent))
    }
    if (this.waiting.size === 0) return
    const id = this.table.id(row)
    const children = this.waiting.get(id)
    if (children === undefined) return
    this.waiting.delete(id)
    for (const child of children) this.attach(child, row)
  }

  private leave(row: Row): void {
    if (this.attached[row] !== 1) {
      this.stopWaiting(row)
      return
    }
    this.attached[row] = 0
    if (row === this.root) this.root = NO_ROW
    const before = this.previous[opening(row)] as Item
    const first = this.next[opening(row)] as Item
    if (first !== closing(row)) throw new Error('expected a party that goes to have none beneath it')
    this.link(before, this.next[closing(row)] as Item)
  }

  private stopWaiting(row: Row): void {
    for (const [owner, rows] of this.waiting) {
      const place = rows.indexOf(row)
      if (place < 0) continue
      rows.splice(place, 1)
      if (rows.length === 0) this.waiting.delete(owner)
      return
    }
  }

  /** Everything at or beneath a party stands in one run of the list, so a move relinks two ends and tags the run anew. */
  private move(row: Row): void {
    const parent = this.table.row(this.owner.get(row) as Id)
    if (this.attached[parent] !== 1 || this.isAtOrAbove(row, parent))
      throw new Error('expected the new owner to stand outside of what moves')
    const [first, last] = [opening(row), closing(row)]
    let length = 1
    for (let item = first; item !== last; item = this.next[item] as Item) length += 1
    this.link(this.previous[first] as Item, this.next[last] as Item)
    this.parents[row] = parent
    this.insertRun({ first, last, length }, closing(parent))
  }

  /** Puts a linked run in front of `behind` and gives it tags: in the gap that is there, or in one that is made. */
  private insertRun(run: Run, behind: Item): void {
    const before = this.previous[behind] as Item
    this.link(before, run.first)
    this.link(run.last, behind)
    const low = this.tags[before] as number
    const gap = (this.tags[behind] as number) - low
    if (gap > 2 * run.length) {
      this.tagEvenly(run.first, run.last, low, Math.min(APPEND_STEP, Math.floor(gap / (run.length + 1))))
      return
    }
    this.makeRoom(before, run, behind)
  }

  /** Spreads the smallest sparse range of tags around `before`, with the run that stands untagged behind it. */
  private makeRoom(before: Item, run: Run, behind: Item): void {
    const { tags, next, previous } = this
    const tag = tags[before] as number
    let first = before
    let end = behind
    let length = run.length + 1
    for (let bits = BITS_FIRST; bits <= TAG_BITS; bits += 1) {
      const size = 2 ** bits
      const low = tag - (tag % size)
      for (let item = previous[first] as Item; item !== NONE && (tags[item] as number) >= low; length += 1) {
        first = item
        item = previous[first] as Item
      }
      while (end !== NONE && (tags[end] as number) < low + size) {
        end = next[end] as Item
        length += 1
      }
      const step = Math.floor(size / (length + 1))
      if (step < STEP_LEAST || length > (SPARSE[bits] as number)) continue
      this.tagEvenly(first, end === NONE ? NONE : (previous[end] as Item), low, step)
      return
    }
    throw new Error('expected room for another party in the order of the tree')
  }

  /** Tags from `first` to `last` in equal steps above `low`; the ends of the list keep theirs. */
  private tagEvenly(first: Item, last: Item, low: number, step: number): void {
    const end = last === NONE ? NONE : (this.next[last] as Item)
    let tag = low
    for (let item = first; item !== end; item = this.next[item] as Item) {
      tag += step
      if (this.previous[item] !== NONE && this.next[item] !== NONE) this.tags[item] = tag
    }
  }

  private link(before: Item, behind: Item): void {
    if (before !== NONE) this.next[before] = behind
    if (behind !== NONE) this.previous[behind] = before
  }

  private grow(needed: number): void {
    const room = roomFor(needed, this.parents.length)
    this.tags = widened(this.tags, 2 * room)
    this.next = widened(this.next, 2 * room)
    this.previous = widened(this.previous, 2 * room)
    this.parents = widened(this.parents, room)
    this.attached = widened(this.attached, room)
  }
}
