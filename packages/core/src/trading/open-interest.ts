/**
 * Open interest: how much of each instrument all accounts that are long hold together. In a contract the shorts hold as
 * much; of a security it is what has come into the book. Derived from the positions by row-change hooks, so that it goes
 * down as settlement closes them.
 */
import type { Derived, Plain, Row, Table } from '../image/index.js'
import type { InstrumentId } from '../market/index.js'
import { NONE, type Quantity, quantity } from '../money/index.js'
import type { PositionId, positionFields } from './fields.js'

export class OpenInterest implements Derived {
  readonly name = 'open interest'
  private readonly sums = new Map<InstrumentId, Quantity>()

  constructor(private readonly positions: Table<PositionId, typeof positionFields>) {
    positions.hooks.push({
      inserted: (row) => this.change(row, NONE, positions.quantity.get(row)),
      removing: (row) => this.change(row, positions.quantity.get(row), NONE),
    })
    positions.quantity.watch((row, old) => this.change(row, old, positions.quantity.get(row)))
  }

  of(instrument: InstrumentId): Quantity {
    return this.sums.get(instrument) ?? NONE
  }

  *canonical(): Iterable<Plain> {
    for (const [instrument, sum] of [...this.sums].sort(([left], [right]) => left - right))
      yield [instrument, sum]
  }

  private change(row: Row, before: Quantity, after: Quantity): void {
    const change = longOf(after) - longOf(before)
    if (change === 0n) return
    const instrument = this.positions.instrument.get(row)
    const sum = quantity(this.of(instrument) + change)
    if (sum === NONE) this.sums.delete(instrument)
    else this.sums.set(instrument, sum)
  }
}

const longOf = (held: Quantity): bigint => (held > 0n ? held : 0n)
