/**
 * The image: all live state of a book in typed tables, with the head (sequence, time, id counter) that the next
 * command continues from. Primary tables are journaled as after-images; derived tables hang on hooks.
 */
import { RowReading } from './absent-columns.js'
import type { BatchWatch } from './batch-watch.js'
import type { Plain, Watched } from './column.js'
import { DueQueue } from './due-queue.js'
import type { Event } from './event.js'
import { type Id, makeId } from './ids.js'
import type { Instant } from './instant.js'
import { type AnyTable, type Fields, NO_ROW, type Table, TableCore } from './table.js'
import { UnitOfWork } from './unit-of-work.js'

/** Where the book stands. The next batch continues from it. */
export interface Head {
  readonly sequence: number
  readonly time: Instant
  readonly idCounter: number
}

/** After-images of one table: rows as [id, ...values in the order of `columns`], and ids of rows that went. */
export interface TableImages {
  readonly table: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Plain[])[]
  readonly removed: readonly Id[]
}

/** Derived state: how to say what it holds, independent of the order in which it came about. */
export interface Derived {
  readonly name: string
  canonical(): Iterable<Plain>
}

export class Image {
  readonly work = new UnitOfWork()
  readonly due = new DueQueue()
  private readonly tables = new Map<string, AnyTable>()
  private readonly derivedTables: Derived[] = []
  private readonly ownerColumns = new Map<AnyTable, string>()
  private readonly touched = new Map<AnyTable, Set<Id>>()
  head: Head = { sequence: 0, time: 0 as Instant, idCounter: 0 }

  constructor(readonly book = 0) {}

  /** Declares a primary table. `prefix` shows the kind of its ids on the native wire. */
  table<I extends Id, const F extends Fields>(name: string, prefix: string, fields: F): Table<I, F> {
    const table = new TableCore<I, F>(name, prefix, fields, this.work)
    if (this.tables.has(name)) throw new Error(`expected one table named ${name}`)
    this.tables.set(name, table)
    this.touched.set(table, new Set())
    return table as Table<I, F>
  }

  derived(derived: Derived): void {
    this.derivedTables.push(derived)
  }

  /**
   * Says that rows of a table stand beneath one another by a column. After-images are then applied owners first, so
   * that no state in between has a row under one that is not there yet, or under itself.
   */
  ownersFirst(table: AnyTable, owner: { readonly name: string }): void {
    this.ownerColumns.set(table, owner.name)
  }

  enrolDue(table: AnyTable, column: Watched<Instant | null>): void {
    this.due.enrol(table, column)
  }

  newId<I extends Id>(): I {
    const { sequence, time } = this.head
    const idCounter = this.head.idCounter + 1
    this.head = { sequence, time, idCounter }
    return makeId(this.book, idCounter) as I
  }

  /** Ends a command that succeeded: its rows join the batch that the next `seal` hands out. */
  finishWork(watch?: Pick<BatchWatch, 'row'>): void {
    this.work.finish((table, id, row) => {
      this.touched.get(table)?.add(id)
      // A row that was written and then went is told of by an id that it does not have any more.
      if (watch !== undefined && row !== NO_ROW && table.find(id) === row) watch.row(table, row)
    })
  }

  /** The after-images of every row that changed since the last seal, each once. */
  seal(): TableImages[] {
    const sealed: TableImages[] = []
    for (const [table, ids] of this.touched) {
      if (ids.size === 0) continue
      sealed.push(imagesOf(table, ids))
      ids.clear()
    }
    return sealed
  }

  /**
   * Fills a table of a fresh image with `count` rows as `apply` takes them, which come as they are read, some hundreds
   * at a time.
   */
  fill(
    name: string,
    columns: readonly string[],
    rows: Iterable<readonly (readonly Plain[])[]>,
    count: number,
  ): void {
    const table = this.tableOf(name)
    const reading = new RowReading(name, table.columns, columns)
    const owner = this.ownerPlace(table, reading)
    table.reserve(count)
    if (owner === undefined) {
      for (const some of rows) table.fill(reading.completedAll(some), reading.places)
      return
    }
    for (const row of ownersBeforeOwned(reading.completedAll([...rows].flat()), owner))
      table.fill([row], reading.places)
  }

  /** Applies journaled after-images: load, replay, standby. */
  apply(images: readonly TableImages[], head: Head): void {
    for (const { table: name, columns, rows, removed } of images) {
      const table = this.tableOf(name)
      const reading = new RowReading(name, table.columns, columns)
      const owner = this.ownerPlace(table, reading)
      const whole = reading.completedAll(rows)
      const ordered = owner === undefined ? whole : ownersBeforeOwned(whole, owner)
      for (const row of ordered) applyRow(table, reading.places, row)
      for (const id of removed) if (table.has(id)) table.displace(table.row(id))
    }
    this.head = head
  }

  /** Where in rows that are read so the one above each is named, in a table whose rows stand beneath one another. */
  private ownerPlace(table: AnyTable, { places }: RowReading): number | undefined {
    const owner = this.ownerColumns.get(table)
    return owner === undefined ? undefined : places[table.columns.findIndex(({ name }) => name === owner)]
  }

  private tableOf(name: string): AnyTable {
    const table = this.tables.get(name)
    if (table === undefined) throw new Error(`expected a table that this version knows, was ${name}`)
    return table
  }

  primaryTables(): readonly AnyTable[] {
    return [...this.tables.values()]
  }

  derivations(): readonly Derived[] {
    return this.derivedTables
  }
}

function imagesOf(table: AnyTable, ids: ReadonlySet<Id>): TableImages {
  const rows: Plain[][] = []
  const removed: Id[] = []
  for (const id of ids) {
    const row = table.find(id)
    if (row < 0) removed.push(id)
    else rows.push(table.encode(row))
  }
  return { table: table.tableName, columns: table.columns.map((column) => column.name), rows, removed }
}

/** The rows with every owner among them before what it owns; otherwise in their order. */
function ownersBeforeOwned(rows: TableImages['rows'], place: number): TableImages['rows'] {
  const byId = new Map(rows.map((row) => [row[0], row]))
  const ordered: (readonly Plain[])[] = []
  for (const start of rows) {
    const pending: (readonly Plain[])[] = []
    for (
      let row: readonly Plain[] | undefined = start;
      row !== undefined;
      row = byId.get(row[place] ?? null)
    ) {
      if (!byId.delete(row[0])) break
      pending.push(row)
    }
    while (pending.length > 0) ordered.push(pending.pop() as readonly Plain[])
  }
  return ordered
}

function applyRow(table: AnyTable, places: readonly number[], row: readonly Plain[]): void {
  const id = row[0] as Id
  const values: unknown[] = []
  for (let index = 0; index < places.length; index += 1) {
    values.push(table.columns[index]?.decode(row[places[index] as number] as Plain))
  }
  const present = table.find(id)
  if (present < 0) {
    table.place(id, values)
    return
  }
  table.columns.forEach((column, index) => {
    const old = column.get(present)
    if (old === values[index]) return
    column.put(present, values[index])
    column.changed(present, old)
  })
}

export type { Event }
