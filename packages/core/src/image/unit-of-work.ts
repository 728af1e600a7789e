/**
 * The unit of work: the log of old values that makes a command atomic. A refusal at any depth undoes to the
 * mark where its command began; a success keeps its changes, events and effects for the batch.
 */
import type { Column, Row } from './column.js'
import type { Id } from './ids.js'
import { type AnyTable, NO_ROW, type RowLog } from './table.js'

type Change =
  | { readonly kind: 'updated'; readonly column: Column<unknown>; readonly row: Row; readonly old: unknown }
  | { readonly kind: 'inserted'; readonly table: AnyTable; readonly row: Row }
  | {
      readonly kind: 'removed'
      readonly table: AnyTable
      readonly row: Row
      readonly id: Id
      readonly values: readonly unknown[]
    }

/** A place in the log to undo to. */
export type Mark = number

export class UnitOfWork implements RowLog {
  private changes: Change[] = []
  private isUndoing = false

  updated(column: Column<unknown>, row: Row, old: unknown): void {
    this.changes.push({ kind: 'updated', column, row, old })
  }

  inserted(table: AnyTable, row: Row): void {
    this.changes.push({ kind: 'inserted', table, row })
  }

  removed(table: AnyTable, row: Row, id: Id, values: readonly unknown[]): void {
    this.changes.push({ kind: 'removed', table, row, id, values })
  }

  mark(): Mark {
    return this.changes.length
  }

  /** Restores everything changed since `mark`, last first; derived tables follow by their hooks. */
  undoTo(mark: Mark): void {
    if (this.isUndoing) throw new Error('expected no change while undoing')
    this.isUndoing = true
    while (this.changes.length > mark) this.undo(this.changes.pop() as Change)
    this.isUndoing = false
  }

  private undo(change: Change): void {
    switch (change.kind) {
      case 'updated': {
        const current = change.column.get(change.row)
        change.column.put(change.row, change.old)
        change.column.changed(change.row, current)
        return
      }
      case 'inserted':
        change.table.displace(change.row)
        return
      case 'removed': {
        // Undo runs last-first and free places are reused last-first, so the row returns to where it was.
        const row = change.table.place(change.id, change.values)
        if (row !== change.row)
          throw new Error(`expected ${change.table.tableName} ${change.id} to return to its row`)
        return
      }
    }
  }

  /** Ends the unit of work: hands out which rows changed or, as NO_ROW, went, and forgets the old values. */
  finish(touched: (table: AnyTable, id: Id, row: Row) => void): void {
    for (const change of this.changes) {
      switch (change.kind) {
        case 'updated':
          touched(
            change.column.table as AnyTable,
            (change.column.table as AnyTable).id(change.row),
            change.row,
          )
          break
        case 'inserted':
          touched(change.table, change.table.id(change.row), change.row)
          break
        case 'removed':
          touched(change.table, change.id, NO_ROW)
          break
      }
    }
    this.changes = []
  }
}
