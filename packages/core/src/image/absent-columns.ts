/**
 * Rows that were journaled before a column was there. Records are never rewritten, so whoever reads one gives such a
 * column what its field says is meant by its absence: nothing, no, zero, or what the field declares. A field that says
 * nothing of it is not guessed at.
 */
import type { Plain } from './column.js'

/** A column as whoever reads journaled rows knows it. */
export interface ReadColumn {
  readonly name: string
  /** What a row has that was written without the column; undefined: no such row is read. */
  readonly absent: Plain | undefined
}

type JournaledRow = readonly Plain[]

/** How rows of one table that were written with the columns `names` are read as the table is now. */
export class RowReading {
  /** Where in a completed row the value of each column stands; the id stands first. */
  readonly places: readonly number[]
  private readonly lacking: Plain[] = []

  /** Throws where rows lack a column of which no absence is declared: this version cannot read them. */
  constructor(table: string, columns: readonly ReadColumn[], names: readonly string[]) {
    this.places = columns.map(({ name, absent }) => {
      const place = names.indexOf(name)
      if (place >= 0) return place + 1
      if (absent === undefined)
        throw new Error(`expected the rows of ${table} to have a ${name}, or its field to declare a default`)
      this.lacking.push(absent)
      return names.length + this.lacking.length
    })
  }

  /** The row with what it lacks behind what it has. */
  completed(row: JournaledRow): JournaledRow {
    return this.lacking.length === 0 ? row : [...row, ...this.lacking]
  }

  completedAll(rows: readonly JournaledRow[]): readonly JournaledRow[] {
    return this.lacking.length === 0 ? rows : rows.map((row) => this.completed(row))
  }
}
