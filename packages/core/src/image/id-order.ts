/**
 * The ids of a table in order: of all its rows, for lists that are read page by page, or of the rows of each owner, for
 * work that goes through them place by place in several steps.
 */
import type { Plain, Row } from './column.js'
import { IdList } from './id-list.js'
import type { Id } from './ids.js'
import type { Derived } from './image.js'
import type { AnyTable } from './table.js'

export class IdOrder<I extends Id> implements Derived {
  readonly name: string
  private readonly ids = new IdList<I>()

  constructor(table: AnyTable) {
    this.name = `${table.tableName} in order`
    table.hooks.push({
      inserted: (row) => this.ids.append(table.id(row) as I),
      removing: (row) => this.ids.remove(table.id(row) as I),
    })
  }

  /** The ids behind `id` in ascending order; all of them where it is null. */
  after(id: I | null): IterableIterator<I> {
    return this.ids.after(id)
  }

  *canonical(): Iterable<Plain> {
    yield* this.after(null)
  }
}

/** Of rows that never change their owner. */
export class OwnedIdOrder<O extends Id, I extends Id> implements Derived {
  readonly name: string
  private readonly lists = new Map<O, IdList<I>>()

  constructor(table: AnyTable, owner: { readonly name: string; get(row: Row): O }) {
    this.name = `${table.tableName} of ${owner.name} in order`
    table.hooks.push({
      inserted: (row) => {
        const known = this.lists.get(owner.get(row))
        const list = known ?? new IdList<I>()
        if (known === undefined) this.lists.set(owner.get(row), list)
        list.append(table.id(row) as I)
      },
      removing: (row) => {
        const list = this.lists.get(owner.get(row))
        list?.remove(table.id(row) as I)
        if (list?.size === 0) this.lists.delete(owner.get(row))
      },
    })
  }

  /** How many an owner has. */
  count(owner: O): number {
    return this.lists.get(owner)?.size ?? 0
  }

  /** The one at a place, the smallest at 0. */
  at(owner: O, place: number): I | undefined {
    return this.lists.get(owner)?.at(place)
  }

  *canonical(): Iterable<Plain> {
    for (const owner of [...this.lists.keys()].sort((left, right) => left - right))
      yield [owner, ...(this.lists.get(owner)?.after(null) ?? [])]
  }
}
