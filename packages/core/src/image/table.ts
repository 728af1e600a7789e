/**
 * Tables: rows of columns, found by id. A table knows nothing of the domain; it keeps rows, tells the log of the
 * unit of work what happened to them, and runs the hooks of the derived tables in every direction alike
 * (execute, undo, load, standby).
 */
import type { AnyField, ChangeLog, Column, Field, Plain, Row } from './column.js'
import { roomFor, widened } from './growth.js'
import { IdIndex } from './id-index.js'
import type { Id } from './ids.js'

export const NO_ROW: Row = -1

export type Fields = Readonly<Record<string, AnyField>>
type ValueOf<F> = F extends Field<infer T> ? T : never
export type Values<F> = { readonly [K in keyof F]: ValueOf<F[K]> }
type Columns<F> = { readonly [K in keyof F]: Column<ValueOf<F[K]>> }

/** A table with its columns as properties: `accounts.status.get(row)`. */
export type Table<I extends Id, F> = TableCore<I, F> & Columns<F>

/** What the derived tables hang on: called after a row came and before a row goes. */
export interface RowHook {
  inserted(row: Row): void
  removing(row: Row): void
}

/** The log of the unit of work, as a table sees it. */
export interface RowLog extends ChangeLog {
  inserted(table: AnyTable, row: Row): void
  removed(table: AnyTable, row: Row, id: Id, values: readonly unknown[]): void
}

export type AnyTable = TableCore<Id, unknown>

export class TableCore<I extends Id, F> {
  readonly columns: readonly Column<unknown>[]
  readonly hooks: RowHook[] = []
  private readonly rows = new IdIndex()
  private ids = new Float64Array(0)
  private readonly free: Row[] = []
  private rowsUsed = 0

  constructor(
    /** Beside the columns, which are properties too and one of which may be called `name`. */
    readonly tableName: string,
    /** The kind shown before an id on the native wire, e.g. `acc`. */
    readonly prefix: string,
    fields: F,
    private readonly log: RowLog,
  ) {
    this.columns = Object.entries(fields as Record<string, Field<unknown>>).map(([key, recipe]) => {
      if (key in this) throw new Error(`expected no column of ${tableName} to be called ${key}`)
      const column = recipe.make(key, this, log)
      Object.defineProperty(this, key, { value: column, enumerable: true })
      return column
    })
  }

  get size(): number {
    return this.rows.size
  }

  /** The row of `id`, or NO_ROW. */
  find(id: I): Row {
    return this.rows.find(id)
  }

  /** The row of an id that is known to be there; its absence is a broken invariant. */
  row(id: I): Row {
    const row = this.rows.find(id)
    if (row === NO_ROW) throw new Error(`expected ${this.tableName} ${id} to be in the image`)
    return row
  }

  has(id: I): boolean {
    return this.rows.find(id) !== NO_ROW
  }

  id(row: Row): I {
    return this.ids[row] as I
  }

  insert(id: I, values: Values<F>): Row {
    const row = this.place(
      id,
      this.columns.map((column) => (values as Record<string, unknown>)[column.name]),
    )
    this.log.inserted(this as AnyTable, row)
    return row
  }

  remove(row: Row): void {
    const id = this.id(row)
    const values = this.columns.map((column) => column.get(row))
    this.displace(row)
    this.log.removed(this as AnyTable, row, id, values)
  }

  /** All values of a row, by column name. */
  read(row: Row): Values<F> {
    return Object.fromEntries(this.columns.map((column) => [column.name, column.get(row)])) as Values<F>
  }

  /** The row as it is journaled: its id and the values in column order. */
  encode(row: Row): Plain[] {
    const image: Plain[] = [this.id(row)]
    for (const column of this.columns) image.push(column.encode(row))
    return image
  }

  /** Rows in no order that may be seen from outside; sort by id where it can. */
  *each(): IterableIterator<Row> {
    yield* this.rows.rows()
  }

  idsInOrder(): I[] {
    return ([...this.rows.ids()] as I[]).sort((left, right) => left - right)
  }

  /** Puts a row without log: undo of a removal, load, standby. Hooks run. */
  place(id: I, values: readonly unknown[]): Row {
    if (this.rows.find(id) !== NO_ROW)
      throw new Error(`expected ${this.tableName} ${id} not to be in the image`)
    const row = this.free.pop() ?? this.rowsUsed++
    if (row >= this.ids.length) this.grow(row + 1)
    this.ids[row] = id
    this.rows.add(id, row)
    const { columns } = this
    for (let index = 0; index < columns.length; index += 1) columns[index]?.put(row, values[index])
    for (let index = 0; index < this.hooks.length; index += 1) this.hooks[index]?.inserted(row)
    return row
  }

  /**
   * Puts rows that are not there yet, column by column, which is what makes loading millions quick: `places` says where
   * in a row each column's value stands, its id stands first. Hooks run after all of them are there, in order.
   */
  fill(rows: readonly (readonly Plain[])[], places: readonly number[]): void {
    const first = this.rowsUsed
    if (this.free.length > 0) throw new Error(`expected ${this.tableName} to be fresh`)
    this.rowsUsed += rows.length
    if (this.rowsUsed > this.ids.length) this.grow(this.rowsUsed)
    for (let index = 0; index < rows.length; index += 1) {
      const id = (rows[index] as readonly Plain[])[0] as I
      this.ids[first + index] = id
      this.rows.add(id, first + index)
    }
    const { columns, hooks } = this
    for (let index = 0; index < columns.length; index += 1) {
      columns[index]?.fill(first, rows, places[index] as number)
    }
    for (let row = first; row < this.rowsUsed; row += 1) {
      for (let index = 0; index < hooks.length; index += 1) hooks[index]?.inserted(row)
    }
  }

  /** Takes a row out without log: undo of an insertion, load, standby. Hooks run. */
  displace(row: Row): void {
    for (let index = 0; index < this.hooks.length; index += 1) this.hooks[index]?.removing(row)
    this.rows.remove(this.id(row))
    this.free.push(row)
  }

  /** Makes room for that many rows at once, where it is known how many will come. */
  reserve(rows: number): void {
    if (rows > this.ids.length) this.growTo(rows)
  }

  private grow(needed: number): void {
    this.growTo(roomFor(needed, this.ids.length))
  }

  private growTo(capacity: number): void {
    this.ids = widened(this.ids, capacity)
    for (const column of this.columns) column.grow(capacity)
  }
}
