/** Scopes as bits: what a chain carries is an intersection of whole numbers, computed once and remembered. */
import { SCOPES, type Scope } from './scopes.js'

const WORD_BITS = 31
const PLACES: ReadonlyMap<string, number> = new Map(SCOPES.map((scope, place) => [scope as string, place]))
if (SCOPES.length > 2 * WORD_BITS) throw new Error(`expected at most ${2 * WORD_BITS} scopes`)

/** The place of a scope in every set; -1 for what is no scope, which no set has. */
export const placeOf = (scope: string): number => PLACES.get(scope) ?? -1

export class ScopeSet {
  static readonly EMPTY = new ScopeSet(0, 0)
  static readonly ALL = ScopeSet.of(SCOPES)

  private constructor(
    private readonly low: number,
    private readonly high: number,
  ) {}

  /** The set of those names that are scopes. */
  static of(names: Iterable<string>): ScopeSet {
    let low = 0
    let high = 0
    for (const name of names) {
      const place = placeOf(name)
      if (place < 0) continue
      if (place < WORD_BITS) low |= 1 << place
      else high |= 1 << (place - WORD_BITS)
    }
    return new ScopeSet(low, high)
  }

  hasPlace(place: number): boolean {
    if (place < 0) return false
    return place < WORD_BITS
      ? (this.low & (1 << place)) !== 0
      : (this.high & (1 << (place - WORD_BITS))) !== 0
  }

  has(scope: string): boolean {
    return this.hasPlace(placeOf(scope))
  }

  and(other: ScopeSet): ScopeSet {
    return new ScopeSet(this.low & other.low, this.high & other.high)
  }

  or(other: ScopeSet): ScopeSet {
    return new ScopeSet(this.low | other.low, this.high | other.high)
  }

  without(other: ScopeSet): ScopeSet {
    return new ScopeSet(this.low & ~other.low, this.high & ~other.high)
  }

  get isEmpty(): boolean {
    return this.low === 0 && this.high === 0
  }

  /** In the order of the catalogue. */
  names(): Scope[] {
    return SCOPES.filter((_scope, place) => this.hasPlace(place))
  }
}
