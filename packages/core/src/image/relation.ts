/**
 * Derived indexes over a primary table: unique names, and one-to-many relations kept as chains through typed
 * arrays, so that a million accounts cost a few bytes each and no object.
 */
import type { Plain, Row, Watched } from './column.js'
import { roomFor, widened } from './growth.js'
import type { Id } from './ids.js'
import type { Derived } from './image.js'
import { type AnyTable, NO_ROW } from './table.js'

/** The one row with a given text, or NO_ROW. Rows whose column is null are not in it. */
export class UniqueIndex<T extends string> implements Derived {
  readonly name: string
  private readonly rows = new Map<T, Row>()

  constructor(
    private readonly table: AnyTable,
    column: Watched<T | null>,
  ) {
    this.name = `${table.tableName} by ${column.name}`
    const enter = (row: Row): void => {
      const key = column.get(row)
      if (key !== null) this.rows.set(key, row)
    }
    const leave = (key: T | null, row: Row): void => {
      if (key !== null && this.rows.get(key) === row) this.rows.delete(key)
    }
    table.hooks.push({ inserted: enter, removing: (row) => leave(column.get(row), row) })
    column.watch((row, old) => {
      leave(old, row)
      enter(row)
    })
  }

  find(key: T): Row {
    return this.rows.get(key) ?? NO_ROW
  }

  has(key: T): boolean {
    return this.rows.has(key)
  }

  *canonical(): Iterable<Plain> {
    for (const key of [...this.rows.keys()].sort()) yield [key, this.table.id(this.rows.get(key) as Row)]
  }
}

/** The rows that point at an owner by id: accounts of a party, balances of an account, bindings of a user. */
export class Relation<O extends Id> implements Derived {
  readonly name: string
  private readonly first = new Map<O, Row>()
  private next = new Int32Array(0)
  private previous = new Int32Array(0)
  /** How many rows an owner has, kept at the first of them. */
  private sizes = new Int32Array(0)

  constructor(
    private readonly table: AnyTable,
    column: Watched<O | null>,
  ) {
    this.name = `${table.tableName} of ${column.name}`
    table.hooks.push({
      inserted: (row) => this.enter(row, column.get(row)),
      removing: (row) => this.leave(row, column.get(row)),
    })
    column.watch((row, old) => {
      this.leave(row, old)
      this.enter(row, column.get(row))
    })
  }

  /** The latest row of `owner`, or NO_ROW; go on with `after`. */
  head(owner: O): Row {
    return this.first.get(owner) ?? NO_ROW
  }

  after(row: Row): Row {
    return this.next[row] as Row
  }

  /** The rows of `owner` in order of id. */
  of(owner: O): Row[] {
    const rows: Row[] = []
    for (let row = this.head(owner); row !== NO_ROW; row = this.after(row)) rows.push(row)
    return rows.sort((left, right) => this.table.id(left) - this.table.id(right))
  }

  /** How many rows `owner` has, in constant time. */
  count(owner: O): number {
    const head = this.head(owner)
    return head === NO_ROW ? 0 : (this.sizes[head] as number)
  }

  /** Whether one of the rows of `owner` is as asked; stops at the first. */
  some(owner: O, isAsked: (row: Row) => boolean): boolean {
    for (let row = this.head(owner); row !== NO_ROW; row = this.after(row)) if (isAsked(row)) return true
    return false
  }

  isEmpty(owner: O): boolean {
    return !this.first.has(owner)
  }

  *canonical(): Iterable<Plain> {
    for (const owner of [...this.first.keys()].sort((left, right) => left - right)) {
      yield [owner, this.count(owner), ...this.of(owner).map((row) => this.table.id(row))]
    }
  }

  private enter(row: Row, owner: O | null): void {
    if (owner === null) return
    if (row >= this.next.length) this.grow(row + 1)
    const second = this.head(owner)
    this.next[row] = second
    this.previous[row] = NO_ROW
    this.sizes[row] = 1 + (second === NO_ROW ? 0 : (this.sizes[second] as number))
    if (second !== NO_ROW) this.previous[second] = row
    this.first.set(owner, row)
  }

  private leave(row: Row, owner: O | null): void {
    if (owner === null) return
    const before = this.previous[row] as Row
    const behind = this.next[row] as Row
    const size = this.count(owner) - 1
    if (behind !== NO_ROW) this.previous[behind] = before
    if (before !== NO_ROW) this.next[before] = behind
    else if (behind !== NO_ROW) this.first.set(owner, behind)
    else this.first.delete(owner)
    const head = this.head(owner)
    if (head !== NO_ROW) this.sizes[head] = size
  }

  private grow(needed: number): void {
    const room = roomFor(needed, this.next.length)
    this.next = widened(this.next, room)
    this.previous = widened(this.previous, room)
    this.sizes = widened(this.sizes, room)
  }
}
