/**
 * Whether the rows of a history table are those that the events of the journal make. A row that a later event replaces
 * differs until that event has come, so what differs is kept until the end; that is little, since events of a row come
 * together.
 */
import type { Event } from '@stemma/core/image'
import type { Damage } from '../port.js'
import type { SqlValue } from '../tables/row-values.js'
import type { KeptRow, KeptRows } from './kept-rows.js'

interface Differing {
  readonly expected: KeptRow
  /** Null: there is none. */
  readonly found: KeptRow | null
}

export class Comparison {
  private readonly differing = new Map<string, Differing>()

  constructor(readonly kept: KeptRows) {}

  /** The rows that events make, by their keys: of rows with the same key the last one counts. */
  expected(events: readonly Event[]): ReadonlyMap<string, KeptRow> {
    const expected = new Map<string, KeptRow>()
    for (const event of events) for (const row of this.kept.of(event)) expected.set(this.keyOf(row), row)
    return expected
  }

  /** Takes the rows that the table has under the keys of those that are expected. */
  compare(expected: ReadonlyMap<string, KeptRow>, rows: readonly KeptRow[]): void {
    const found = new Map(rows.map((row) => [this.keyOf(row), row]))
    for (const [key, row] of expected) {
      const there = found.get(key) ?? null
      if (there !== null && this.isSame(row, there)) this.differing.delete(key)
      else this.differing.set(key, { expected: row, found: there })
    }
  }

  /** When all events were taken: each row that is not what they make of it. */
  damage(file: string): readonly Damage[] {
    return [...this.differing.values()].map(({ expected, found }) =>
      this.kept.damageOf(file, expected, this.saysOf(found)),
    )
  }

  /** By how much the sum of all digests is less than it was for what is named already. */
  get missing(): bigint {
    let missing = 0n
    for (const { expected, found } of this.differing.values())
      missing +=
        wholeOf(this.kept.digestOf(expected)) - (found === null ? 0n : wholeOf(this.kept.digestOf(found)))
    return missing
  }

  private saysOf(found: KeptRow | null): string {
    if (found === null) return 'is missing'
    return this.kept.isWhole(found)
      ? 'is not what the events of the journal make of it'
      : 'does not have its digest'
  }

  private isSame(expected: KeptRow, found: KeptRow): boolean {
    return (
      wholeOf(this.kept.digestOf(found)) === wholeOf(this.kept.digestOf(expected)) && this.kept.isWhole(found)
    )
  }

  private keyOf(row: KeptRow): string {
    return this.kept.keyOf(row).map(String).join('\u0000')
  }
}

/** A digest that was damaged may be anything; it then counts for nothing. */
const wholeOf = (digest: SqlValue): bigint => {
  const text = String(digest)
  return /^-?\d+$/.test(text) ? BigInt(text) : 0n
}

/** Damage where the digests of a table's rows do not add up to what was kept with them. */
export function sumDamage(
  file: string,
  { kept, missing }: Comparison,
  sums: { readonly kept: bigint; readonly found: bigint },
): readonly Damage[] {
  if (sums.found + missing === sums.kept) return []
  const table = kept.nameShown
  const message = `${file}: the digests of the rows of ${table} are not those that were kept with them: rows were added, lost or changed`
  return [{ file, table, message }]
}
