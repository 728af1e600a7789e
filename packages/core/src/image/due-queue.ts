/**
 * The due queue: what happens by itself, and when. A table enrols one column of optional instants; a row is due
 * at that time until the column says otherwise. Derived, never journaled: entries whose row has moved on are
 * dropped when they surface. Order is total (time, table by enrolment, id), so every replay agrees.
 */
import type { Row, Watched } from './column.js'
import type { Id } from './ids.js'
import type { Instant } from './instant.js'
import type { AnyTable } from './table.js'

export interface Due {
  readonly at: Instant
  readonly table: AnyTable
  readonly id: Id
}

interface Entry {
  readonly at: Instant
  readonly enrolment: number
  readonly id: Id
}

const isBefore = (left: Entry, right: Entry): boolean =>
  left.at !== right.at
    ? left.at < right.at
    : left.enrolment !== right.enrolment
      ? left.enrolment < right.enrolment
      : left.id < right.id

export class DueQueue {
  private readonly enrolments: { readonly table: AnyTable; readonly column: Watched<Instant | null> }[] = []
  private readonly heap: Entry[] = []

  enrol(table: AnyTable, column: Watched<Instant | null>): void {
    const enrolment = this.enrolments.push({ table, column }) - 1
    const enter = (row: Row): void => {
      const at = column.get(row)
      if (at !== null) this.push({ at, enrolment, id: table.id(row) })
    }
    table.hooks.push({ inserted: enter, removing: () => {} })
    column.watch(enter)
  }

  /** The earliest row that is due at or before `now`, or undefined. It stays first until its column changes. */
  next(now: Instant): Due | undefined {
    const first = this.first()
    return first !== undefined && first.at <= now ? first : undefined
  }

  /** When something is due next, or undefined: the host sets its timer by it. */
  nextAt(): Instant | undefined {
    return this.first()?.at
  }

  private first(): Due | undefined {
    for (let entry = this.heap[0]; entry !== undefined; entry = this.heap[0]) {
      const { table, column } = this.enrolments[entry.enrolment] as (typeof this.enrolments)[number]
      const row = table.find(entry.id)
      if (row >= 0 && column.get(row) === entry.at) return { at: entry.at, table, id: entry.id }
      this.pop()
    }
    return undefined
  }

  private push(entry: Entry): void {
    const { heap } = this
    let place = heap.push(entry) - 1
    while (place > 0) {
      const above = (place - 1) >> 1
      if (!isBefore(entry, heap[above] as Entry)) break
      heap[place] = heap[above] as Entry
      place = above
    }
    heap[place] = entry
  }

  private pop(): void {
    const { heap } = this
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let place = 0
    for (;;) {
      let below = 2 * place + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && isBefore(heap[below + 1] as Entry, heap[below] as Entry)) below += 1
      if (!isBefore(heap[below] as Entry, last)) break
      heap[place] = heap[below] as Entry
      place = below
    }
    heap[place] = last
  }
}
