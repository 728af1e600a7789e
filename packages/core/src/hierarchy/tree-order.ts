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
  type Watched,
} from '../image/index.js'

/** A place in the list: 2 × row for the opening of a party, 2 × row + 1 for its closing. */
type Item = number
const NONE: Item = -1

/** Distance left behind a party that is appended: children in a row use the space evenly instead of halving it. */
const APPEND_STEP = 2 ** 16
const TAG_LIMIT = 2 ** 52
/** A range of 2^i tags counts as sparse below (2 / 1.3)^i items. */
const SPARSE_BASE = 2 / 1.3

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

  /** The root, or NO_ROW while there is none. */
  get top(): Row {
    return this.root
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
      this.waiting.set(owner, [...(this.waiting.get(owner) ?? []), row])
      return
    }
    this.attach(row, parent)
  }

  private attach(row: Row, parent: Row): void {
    this.attached[row] = 1
    this.parents[row] = parent
    if (parent === NO_ROW) {
      this.root = row
      this.tags[opening(row)] = 0
      this.tags[closing(row)] = TAG_LIMIT - 1
      this.link(opening(row), NONE, NONE)
      this.link(closing(row), opening(row), NONE)
    } else {
      this.insertBehind(opening(row), this.previous[closing(parent)] as Item)
      this.insertBehind(closing(row), opening(row))
    }
    const id = this.table.id(row)
    const children = this.waiting.get(id)
    if (children === undefined) return
    this.waiting.delete(id)
    for (const child of children) this.attach(child, row)
  }

  private leave(row: Row): void {
    if (this.attached[row] !== 1) return
    this.attached[row] = 0
    if (row === this.root) this.root = NO_ROW
    this.unlink(opening(row))
    this.unlink(closing(row))
  }

  private move(row: Row): void {
    const items: Item[] = []
    for (let item = opening(row); item !== closing(row); item = this.next[item] as Item) items.push(item)
    items.push(closing(row))
    for (const item of items) this.unlink(item)
    const parent = this.table.row(this.owner.get(row) as Id)
    this.parents[row] = parent
    let behind = this.previous[closing(parent)] as Item
    for (const item of items) {
      this.insertBehind(item, behind)
      behind = item
    }
  }

  private insertBehind(item: Item, before: Item): void {
    this.link(item, before, this.next[before] as Item)
    if (this.gapBehind(before, item) < 2) this.spreadAround(before, item)
    const gap = this.gapBehind(before, item)
    this.tags[item] = (this.tags[before] as number) + Math.min(APPEND_STEP, Math.floor(gap / 2))
  }

  /** Tags free between `before` and what follows `item`, which stands between them without a tag yet. */
  private gapBehind(before: Item, item: Item): number {
    return (this.tags[this.next[item] as Item] as number) - (this.tags[before] as number)
  }

  /** Spreads the tags of the smallest sparse range around `before`; `untagged` stands right behind it and is skipped. */
  private spreadAround(before: Item, untagged: Item): void {
    const { tags, next, previous } = this
    const tag = tags[before] as number
    for (let bits = 4; bits <= 52; bits += 1) {
      const size = 2 ** bits
      const low = Math.floor(tag / size) * size
      const items: Item[] = []
      let first = before
      for (
        let item = previous[first] as Item;
        item !== NONE && (tags[item] as number) >= low;
        item = previous[first] as Item
      )
        first = item
      for (let item = first; item !== NONE; item = next[item] as Item) {
        if (item === untagged) continue
        if ((tags[item] as number) >= low + size) break
        items.push(item)
      }
      if (items.length + 2 > SPARSE_BASE ** bits && bits < 52) continue
      const step = Math.floor(size / (items.length + 1))
      if (step < 4) continue
      // The root's tags are the ends of the whole range and stay where they are.
      items.forEach((item, index) => {
        if (previous[item] !== NONE && next[item] !== NONE)
          tags[item] = low + step * index + (low === 0 ? 1 : 0)
      })
      return
    }
    throw new Error('expected room for another party in the order of the tree')
  }

  private link(item: Item, before: Item, behind: Item): void {
    this.previous[item] = before
    this.next[item] = behind
    if (before !== NONE) this.next[before] = item
    if (behind !== NONE) this.previous[behind] = item
  }

  private unlink(item: Item): void {
    const before = this.previous[item] as Item
    const behind = this.next[item] as Item
    if (before !== NONE) this.next[before] = behind
    if (behind !== NONE) this.previous[behind] = before
  }

  private grow(needed: number): void {
    const capacity = Math.max(needed, 16, Math.ceil(this.parents.length * 1.5))
    const wider = <A extends Float64Array | Int32Array | Uint8Array>(fresh: A, old: A): A => {
      fresh.set(old)
      return fresh
    }
    this.tags = wider(new Float64Array(2 * capacity), this.tags)
    this.next = wider(new Int32Array(2 * capacity), this.next)
    this.previous = wider(new Int32Array(2 * capacity), this.previous)
    this.parents = wider(new Int32Array(capacity), this.parents)
    this.attached = wider(new Uint8Array(capacity), this.attached)
  }
}
