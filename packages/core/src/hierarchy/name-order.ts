/**
 * The rows of a table in the order of their names, for lists that are read by name page by page: blocks of rows, each
 * sorted and all before the next. Names are unique and never change. What a load brings is only noted, so that a start
 * costs nothing; it is sorted in by `settle`, piece by piece between commands.
 */
import type { AnyTable, Derived, Plain, Row } from '../image/index.js'

/** Rows of a block before it is halved. */
const BLOCK_ROWS_MAX = 512

interface Named {
  get(row: Row): string
}

export class NameOrder implements Derived {
  readonly name: string
  private readonly blocks: Row[][] = []
  /** Noted, but not yet in a block. */
  private readonly waiting: Row[] = []
  private size = 0

  constructor(
    private readonly table: AnyTable,
    private readonly names: Named,
  ) {
    this.name = `${table.tableName} in order of names`
    table.hooks.push({ inserted: (row) => this.note(row), removing: (row) => this.remove(row) })
  }

  /** Sorts in up to so many of the rows that wait; whether any are left. */
  settle(most: number): boolean {
    for (const row of this.waiting.splice(-most)) this.enter(row)
    return this.waiting.length > 0
  }

  /** The rows whose names come behind `name`; all of them where it is null. What still waits is sorted in at once. */
  *after(name: string | null): IterableIterator<Row> {
    this.settleAll()
    let at = name === null ? 0 : this.blockOf(name)
    let place = name === null ? 0 : this.placeBehind(this.blocks[at] ?? [], name)
    for (; at < this.blocks.length; at += 1) {
      const block = this.blocks[at] as Row[]
      for (; place < block.length; place += 1) yield block[place] as Row
      place = 0
    }
  }

  *canonical(): Iterable<Plain> {
    for (const row of this.after(null)) yield this.table.id(row)
  }

  /** A load puts many rows into the table before it tells of the first. */
  private note(row: Row): void {
    const isAlone = this.size + 1 === this.table.size
    this.size += 1
    if (isAlone && this.waiting.length === 0) this.enter(row)
    else this.waiting.push(row)
  }

  private remove(row: Row): void {
    this.size -= 1
    // Undo takes back the latest first.
    if (this.waiting.at(-1) === row) {
      this.waiting.pop()
      return
    }
    this.settleAll()
    const name = this.names.get(row)
    const at = this.blockOf(name)
    const block = this.blocks[at] as Row[]
    block.splice(this.placeBehind(block, name) - 1, 1)
    if (block.length === 0) this.blocks.splice(at, 1)
  }

  private settleAll(): void {
    if (this.waiting.length > 0) this.settle(this.waiting.length)
  }

  private enter(row: Row): void {
    const { blocks } = this
    const name = this.names.get(row)
    const at = this.blockOf(name)
    const block = blocks[at]
    if (block === undefined) {
      blocks.push([row])
      return
    }
    block.splice(this.placeBehind(block, name), 0, row)
    if (block.length > BLOCK_ROWS_MAX) blocks.splice(at + 1, 0, block.splice(BLOCK_ROWS_MAX / 2))
  }

  /** The last block that does not begin behind `name`, or the first. */
  private blockOf(name: string): number {
    let low = 0
    let high = this.blocks.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.names.get((this.blocks[middle] as Row[])[0] as Row) <= name) low = middle + 1
      else high = middle
    }
    return Math.max(0, low - 1)
  }

  private placeBehind(block: readonly Row[], name: string): number {
    let low = 0
    let high = block.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.names.get(block[middle] as Row) <= name) low = middle + 1
      else high = middle
    }
    return low
  }
}
