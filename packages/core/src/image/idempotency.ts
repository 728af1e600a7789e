/**
 * Which idempotency keys were used: (owner, operation, key) → the sequence of the command that used it first. Only
 * that is in memory, for at least `KEPT_FOR`; the results themselves are in the store. Refusals are not kept.
 *
 * A use is 24 bytes in typed arrays: the owner (32 bits, exact), a hash of operation and key (64 bits), a hash of the
 * body (32 bits) and the sequence. Owners never meet; two keys of one owner are taken for the same with a chance of
 * n²/2^65 among n uses in a day (a million a day: 1 in 37 million), and even then the second is refused as a reused
 * key unless the bodies' hashes agree too (2^-32). Another body under the same key passes as a repeat with 2^-32.
 * Whoever answers a repeat reads the stored result by the sequence and compares owner, operation and key once more.
 *
 * Uses are kept by generations of half a day; a generation is dropped whole once its youngest use is old enough, so
 * nothing is ever deleted singly but by undo.
 */
import { counterOf, type Id } from './ids.js'
import { DAY, type Instant } from './instant.js'
import { KeyHash } from './key-hash.js'
import { KeyUses } from './key-uses.js'

export const KEY_LENGTH_MAX = 255
export const KEPT_FOR = DAY
const GENERATION = DAY / 2

export interface KeyUse {
  readonly sequence: number
  readonly bodyHash: string
}

/** A use as it was kept: of the body only whether another one is the same can be told. */
export interface KeptUse {
  readonly sequence: number
  isSameBody(bodyHash: string): boolean
}

interface Generation {
  readonly uses: KeyUses
  readonly beganAt: Instant
  youngestAt: Instant
}

export class IdempotencyKeys {
  /** Oldest first. */
  private readonly generations: Generation[] = []
  private readonly hash = new KeyHash()

  find(owner: Id, operation: string, key: string): KeptUse | undefined {
    const hash = this.hashOf(owner, operation, key)
    for (let index = this.generations.length - 1; index >= 0; index -= 1) {
      const { uses } = this.generations[index] as Generation
      const place = uses.find(hash)
      if (place < 0) continue
      const body = uses.body(place)
      return { sequence: uses.sequence(place), isSameBody: (text) => this.hash.ofBody(text) === body }
    }
    return undefined
  }

  keep(owner: Id, operation: string, key: string, use: KeyUse, at: Instant): void {
    const body = this.hash.ofBody(use.bodyHash)
    this.generationAt(at).uses.put(this.hashOf(owner, operation, key), body, use.sequence)
  }

  /** Takes back the last uses: the commands were undone. */
  forget(owner: Id, operation: string, key: string): void {
    const hash = this.hashOf(owner, operation, key)
    for (const { uses } of this.generations) uses.remove(hash)
  }

  get size(): number {
    return this.generations.reduce((sum, { uses }) => sum + uses.size, 0)
  }

  /** Memory of the typed arrays. */
  get bytes(): number {
    return this.generations.reduce((sum, { uses }) => sum + uses.bytes, 0)
  }

  private hashOf(owner: Id, operation: string, key: string): KeyHash {
    return this.hash.set(counterOf(owner) >>> 0, operation, key)
  }

  private generationAt(at: Instant): Generation {
    const { generations } = this
    while (generations[0] !== undefined && generations[0].youngestAt + KEPT_FOR < at) generations.shift()
    let current = generations.at(-1)
    if (current === undefined || current.beganAt + GENERATION <= at) {
      current?.uses.settle()
      current = { uses: new KeyUses(), beganAt: at, youngestAt: at }
      generations.push(current)
    }
    if (at > current.youngestAt) current.youngestAt = at
    return current
  }
}
