/**
 * Index prices: what derivatives follow, each under a name of its own that the first price of it makes. Which
 * instruments follow an index is derived from the instruments that are not settled yet; a pair follows its own.
 */
import {
  count,
  type Derived,
  exact,
  type Id,
  type Image,
  NO_ROW,
  type Plain,
  type Row,
  type Table,
  text,
  time,
  UniqueIndex,
} from '../image/index.js'
import type { Price } from '../money/index.js'
import type { InstrumentId, instrumentFields } from './fields.js'
import type { Pairs } from './pairs.js'

export type IndexId = Id<'index'>

/** Names that a book may have: each stays once it was published. */
export const INDEXES_MAX = 1_000

const indexFields = {
  name: text(),
  price: exact<Price>(),
  pricedAt: time(),
  /** The sequence at which the price changed last. */
  sequence: count(),
}

export class Indexes implements Derived {
  readonly name = 'instruments by index'
  readonly table: Table<IndexId, typeof indexFields>
  readonly byName: UniqueIndex<string>
  private readonly followers = new Map<string, Set<InstrumentId>>()

  constructor(
    image: Image,
    private readonly instruments: Table<InstrumentId, typeof instrumentFields>,
    { table: pairs }: Pairs,
  ) {
    this.table = image.table('indexes', 'idx', indexFields)
    this.byName = new UniqueIndex(this.table, this.table.name)
    image.derived(this.byName)
    image.derived(this)
    const enter = (row: Row): void => this.enter(row)
    const leave = (row: Row): void => this.leave(row)
    instruments.hooks.push({ inserted: enter, removing: leave })
    instruments.settledAt.watch((row, before) => {
      if (before === null) this.leave(row)
      this.enter(row)
    })
    pairs.hooks.push({
      inserted: (row) => this.follow(pairs.index.get(row), pairs.id(row)),
      removing: (row) => this.followers.get(pairs.index.get(row))?.delete(pairs.id(row)),
    })
  }

  price(name: string): Price | null {
    const row = this.byName.find(name)
    return row === NO_ROW ? null : this.table.price.get(row)
  }

  /** The sequence at which the price of that name changed last; 0 before there is one. */
  sequence(name: string): number {
    const row = this.byName.find(name)
    return row === NO_ROW ? 0 : this.table.sequence.get(row)
  }

  /** Instruments that follow it and are not settled, in order of ids. */
  followersOf(name: string): readonly InstrumentId[] {
    return [...(this.followers.get(name) ?? [])].sort((left, right) => left - right)
  }

  *canonical(): Iterable<Plain> {
    for (const name of [...this.followers.keys()].sort()) {
      const ids = this.followersOf(name)
      if (ids.length > 0) yield [name, ...ids]
    }
  }

  private enter(row: Row): void {
    const index = this.instruments.derivative.get(row)?.index
    if (index === undefined || this.instruments.settledAt.get(row) !== null) return
    this.follow(index, this.instruments.id(row))
  }

  private follow(index: string, instrument: InstrumentId): void {
    const known = this.followers.get(index)
    if (known === undefined) this.followers.set(index, new Set([instrument]))
    else known.add(instrument)
  }

  private leave(row: Row): void {
    const index = this.instruments.derivative.get(row)?.index
    if (index !== undefined) this.followers.get(index)?.delete(this.instruments.id(row))
  }
}
