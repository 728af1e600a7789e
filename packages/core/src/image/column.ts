/**
 * Columns: where the values of the image are. Numbers live in typed arrays, amounts as two 64-bit halves,
 * the rest in plain arrays; all are read with `get` and changed with `set`, which logs the old value for undo
 * and runs the hooks that keep derived tables.
 */
import type { Amount } from '../money/index.js'
import { widened } from './growth.js'
import type { Id } from './ids.js'
import type { Instant } from './instant.js'

export type Row = number

/** What a row-change hook is told: the row, and the value that the column had before. */
export type ColumnHook<T> = (row: Row, old: T) => void

/** The log of the unit of work, as a column sees it. */
export interface ChangeLog {
  updated(column: Column<unknown>, row: Row, old: unknown): void
}

/** Plain data that can be encoded: the values of `value` columns and of journal records. */
export type Plain =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Plain[]
  | { readonly [key: string]: Plain }

/** How a column's values look outside the image: what a store makes of them. */
export type ColumnKind = 'number' | 'flag' | 'text' | 'amount' | 'json'

/** Whether a number names a row of another table. */
export type ColumnMeaning = 'reference' | 'value'

/** A column as a derived table sees it: read it, and be told when a row changes. */
export interface Watched<T> {
  readonly name: string
  get(row: Row): T
  watch(hook: ColumnHook<T>): void
}

export abstract class Column<T> implements Watched<T> {
  abstract readonly kind: ColumnKind
  /** What a row has that was journaled before the column was there; undefined: the column is as old as its table. */
  absent: Plain | undefined = undefined
  private readonly hooks: ColumnHook<T>[] = []

  constructor(
    readonly name: string,
    readonly table: object,
    private readonly log: ChangeLog,
    readonly meaning: ColumnMeaning = 'value',
  ) {}

  abstract get(row: Row): T
  /** An amount as a number, where that is exact; else NaN. Sums that are kept beside the rows read it so. */
  number(_row: Row): number {
    return Number.NaN
  }
  /** Writes without log and hooks: for insertion, undo and load. */
  abstract put(row: Row, value: T): void
  abstract grow(capacity: number): void
  /** The value as it is journaled, and back. */
  abstract encode(row: Row): Plain
  abstract decode(plain: Plain): T

  /** Writes `rows` from place `first` on, each with what stands at `place` of it: a load. Without log and hooks. */
  fill(first: Row, rows: readonly (readonly Plain[])[], place: number): void {
    for (let index = 0; index < rows.length; index += 1) {
      this.put(first + index, this.decode((rows[index] as readonly Plain[])[place] as Plain))
    }
  }

  set(row: Row, value: T): void {
    const old = this.get(row)
    if (old === value) return
    this.log.updated(this as Column<unknown>, row, old)
    this.put(row, value)
    this.changed(row, old)
  }

  watch(hook: ColumnHook<T>): void {
    this.hooks.push(hook)
  }

  changed(row: Row, old: T): void {
    const { hooks } = this
    for (let index = 0; index < hooks.length; index += 1) hooks[index]?.(row, old)
  }
}

/** Absent numbers are kept as 0. */
function fillNumbers(
  values: Float64Array,
  first: Row,
  rows: readonly (readonly Plain[])[],
  place: number,
): void {
  for (let index = 0; index < rows.length; index += 1) {
    values[first + index] = ((rows[index] as readonly Plain[])[place] as number | null) ?? 0
  }
}

/** Ids, instants, counts: whole numbers within 53 bits. */
class NumberColumn extends Column<number> {
  readonly kind = 'number'
  private values = new Float64Array(0)
  get(row: Row): number {
    return this.values[row] as number
  }
  put(row: Row, value: number): void {
    this.values[row] = value
  }
  override fill(first: Row, rows: readonly (readonly Plain[])[], place: number): void {
    fillNumbers(this.values, first, rows, place)
  }
  grow(capacity: number): void {
    this.values = widened(this.values, capacity)
  }
  encode(row: Row): Plain {
    return this.get(row)
  }
  decode(plain: Plain): number {
    return Number(plain)
  }
}

/** Ids and instants that may be absent; 0 is neither an id nor a time of this product, so it stands for null. */
class OptionalNumberColumn extends Column<number | null> {
  readonly kind = 'number'
  private values = new Float64Array(0)
  get(row: Row): number | null {
    const value = this.values[row] as number
    return value === 0 ? null : value
  }
  put(row: Row, value: number | null): void {
    this.values[row] = value ?? 0
  }
  override fill(first: Row, rows: readonly (readonly Plain[])[], place: number): void {
    fillNumbers(this.values, first, rows, place)
  }
  grow(capacity: number): void {
    this.values = widened(this.values, capacity)
  }
  encode(row: Row): Plain {
    return this.get(row)
  }
  decode(plain: Plain): number | null {
    return plain === null ? null : Number(plain)
  }
}

class FlagColumn extends Column<boolean> {
  readonly kind = 'flag'
  private values = new Uint8Array(0)
  get(row: Row): boolean {
    return this.values[row] === 1
  }
  put(row: Row, value: boolean): void {
    this.values[row] = value ? 1 : 0
  }
  grow(capacity: number): void {
    this.values = widened(this.values, capacity)
  }
  encode(row: Row): Plain {
    return this.get(row)
  }
  decode(plain: Plain): boolean {
    return plain === true || plain === 1
  }
}

/** One of a closed list of names, kept as its place in the list and journaled as the name. */
class ChoiceColumn<T extends string> extends Column<T> {
  readonly kind = 'text'
  private values = new Uint8Array(0)
  constructor(
    name: string,
    table: object,
    log: ChangeLog,
    readonly choices: readonly T[],
  ) {
    super(name, table, log)
  }
  get(row: Row): T {
    return this.choices[this.values[row] as number] as T
  }
  put(row: Row, value: T): void {
    const place = this.choices.indexOf(value)
    if (place < 0)
      throw new Error(`expected ${this.name} to be one of ${this.choices.join(', ')}, was ${value}`)
    this.values[row] = place
  }
  grow(capacity: number): void {
    this.values = widened(this.values, capacity)
  }
  encode(row: Row): Plain {
    return this.get(row)
  }
  decode(plain: Plain): T {
    return plain as T
  }
}

const WIDE_LIMIT = 2n ** 127n

/** Which half of a 64-bit place is the lower one on this machine. */
const LOWER = new Int32Array(new BigInt64Array([1n]).buffer)[0] === 1 ? 0 : 1
const UPPER = 1 - LOWER

/** Amounts whose lower 64 bits have an upper half within these are whole numbers that a float holds. */
const UPPER_MAX = 2 ** 20

/**
 * Amounts of up to 128 bits, in two places of 64. Which of them matter is seen by their 32-bit halves, so that no
 * bigint is made only to be looked at.
 */
class AmountColumn extends Column<Amount> {
  readonly kind = 'amount'
  private low = new BigInt64Array(0)
  private high = new BigInt64Array(0)
  private lowHalves = new Int32Array(0)
  private highHalves = new Int32Array(0)
  get(row: Row): Amount {
    const sign = (this.lowHalves[2 * row + UPPER] as number) >> 31
    const low = this.low[row] as bigint
    if (this.highHalves[2 * row] === sign && this.highHalves[2 * row + 1] === sign) return low as Amount
    return (((this.high[row] as bigint) << 64n) | BigInt.asUintN(64, low)) as Amount
  }
  override number(row: Row): number {
    const upper = this.lowHalves[2 * row + UPPER] as number
    const sign = upper >> 31
    const isExact =
      upper < UPPER_MAX &&
      upper >= -UPPER_MAX &&
      this.highHalves[2 * row] === sign &&
      this.highHalves[2 * row + 1] === sign
    return isExact ? upper * 2 ** 32 + ((this.lowHalves[2 * row + LOWER] as number) >>> 0) : Number.NaN
  }
  put(row: Row, value: Amount): void {
    this.low[row] = value
    if (BigInt.asIntN(64, value) === value) {
      const sign = (this.lowHalves[2 * row + UPPER] as number) >> 31
      this.highHalves[2 * row] = sign
      this.highHalves[2 * row + 1] = sign
      return
    }
    this.high[row] = value >> 64n
    if (value >= WIDE_LIMIT || value < -WIDE_LIMIT)
      throw new Error(`expected ${this.name} within 128 bits, was ${value}`)
  }
  /** Most amounts come as numbers, whose halves need no bigint to be made of them. */
  override fill(first: Row, rows: readonly (readonly Plain[])[], place: number): void {
    const { lowHalves, highHalves } = this
    for (let index = 0; index < rows.length; index += 1) {
      const plain = (rows[index] as readonly Plain[])[place] as Plain
      const row = first + index
      if (typeof plain !== 'number') {
        this.put(row, this.decode(plain))
        continue
      }
      const upper = Math.floor(plain / 2 ** 32)
      lowHalves[2 * row + LOWER] = plain | 0
      lowHalves[2 * row + UPPER] = upper
      highHalves[2 * row] = upper < 0 ? -1 : 0
      highHalves[2 * row + 1] = upper < 0 ? -1 : 0
    }
  }
  grow(capacity: number): void {
    this.low = widened(this.low, capacity)
    this.high = widened(this.high, capacity)
    this.lowHalves = new Int32Array(this.low.buffer)
    this.highHalves = new Int32Array(this.high.buffer)
  }
  encode(row: Row): Plain {
    return this.get(row)
  }
  decode(plain: Plain): Amount {
    return BigInt(plain as bigint | number) as Amount
  }
}

/** Structured values: replaced whole, never changed in place. */
class ValueColumn<T extends Plain> extends Column<T> {
  readonly kind: ColumnKind = 'json'
  private readonly values: T[] = []
  get(row: Row): T {
    return this.values[row] as T
  }
  put(row: Row, value: T): void {
    this.values[row] = value
  }
  grow(): void {
    // A plain array grows by itself.
  }
  encode(row: Row): Plain {
    return this.get(row)
  }
  decode(plain: Plain): T {
    return plain as T
  }
}

/** Exact numbers that may be absent: few rows have them, so they are kept as they come. */
class OptionalExactColumn<T extends bigint> extends ValueColumn<T | null> {
  override readonly kind = 'amount'
  override decode(plain: Plain): T | null {
    return plain === null ? null : (BigInt(plain as bigint | number) as T)
  }
}

class TextColumn<T extends string | null> extends ValueColumn<T> {
  override readonly kind = 'text'
}

/** What a table is declared with: a recipe for each of its columns. */
export interface Field<T> {
  make(name: string, table: object, log: ChangeLog): Column<T>
}

/** A field of whatever type: what a table needs to know of it to be declared. */
export interface AnyField {
  make(name: string, table: object, log: ChangeLog): unknown
}

const field = <T>(
  Kind: new (name: string, table: object, log: ChangeLog, meaning: ColumnMeaning) => Column<never>,
  meaning: ColumnMeaning = 'value',
): Field<T> => ({
  make: (name, table, log) => new Kind(name, table, log, meaning) as unknown as Column<T>,
})

/**
 * A field that came to its table later: rows that were journaled before have `absent`. It is never changed afterwards,
 * since a book would then be another one by its journal than by its tables.
 */
export const withDefault = <T extends Plain>(recipe: Field<T>, absent: NoInfer<T>): Field<T> => ({
  make(name, table, log) {
    const column = recipe.make(name, table, log)
    column.absent = absent
    return column
  },
})

export const ref = <T extends Id>(): Field<T> => field<T>(NumberColumn as never, 'reference')
export const refOrNull = <T extends Id>(): Field<T | null> =>
  withDefault(field<T | null>(OptionalNumberColumn as never, 'reference'), null)
export const time = (): Field<Instant> => field<Instant>(NumberColumn as never)
export const timeOrNull = (): Field<Instant | null> =>
  withDefault(field<Instant | null>(OptionalNumberColumn as never), null)
export const count = (): Field<number> => withDefault(field<number>(NumberColumn as never), 0)
export const flag = (): Field<boolean> => withDefault(field<boolean>(FlagColumn as never), false)
export const money = (): Field<Amount> => field<Amount>(AmountColumn as never)
/** Other exact numbers of up to 128 bits: prices and quantities. */
export const exact = <T extends bigint>(): Field<T> => field<T>(AmountColumn as never)
export const exactOrNull = <T extends bigint>(): Field<T | null> =>
  withDefault(field<T | null>(OptionalExactColumn as never), null as T | null)
export const text = <T extends string = string>(): Field<T> => field<T>(TextColumn as never)
export const textOrNull = <T extends string = string>(): Field<T | null> =>
  withDefault(field<T | null>(TextColumn as never), null as T | null)
export const value = <T extends Plain>(): Field<T> => field<T>(ValueColumn as never)
export const choice = <const T extends string>(choices: readonly T[]): Field<T> => ({
  make: (name, table, log) => new ChoiceColumn<T>(name, table, log, choices),
})
