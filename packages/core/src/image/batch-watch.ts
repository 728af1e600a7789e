import type { Row } from './column.js'
import type { Event } from './event.js'
import type { AnyTable } from './table.js'

/** Told of all that joins the next batch, so that whoever takes batches takes one before it is too large. */
export interface BatchWatch {
  /** A due step on a row of that table is about to begin; a batch may be taken now. */
  beginning(table: string): void
  /** A row was written, and stands as it will be journaled. One that was written twice may be told twice. */
  row(table: AnyTable, row: Row): void
  event(event: Event): void
  /** A command or a step is finished; a batch may be taken now. */
  finished(): void
}
