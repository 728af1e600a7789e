/**
 * Which idempotency keys were used: (owner, operation, key) → the sequence of the command that used it first. Only
 * that is in memory, for at least `KEPT_FOR`; the results themselves are in the store. Refusals are not kept.
 */
import type { Id } from './ids.js'
import { DAY, type Instant } from './instant.js'

export const KEY_LENGTH_MAX = 255
export const KEPT_FOR = DAY

export interface KeyUse {
  readonly sequence: number
  readonly bodyHash: string
}

interface Kept extends KeyUse {
  readonly at: Instant
}

export class IdempotencyKeys {
  /** In order of first use, which is order of time: the oldest are dropped from the front. */
  private readonly uses = new Map<string, Kept>()

  find(owner: Id, operation: string, key: string): KeyUse | undefined {
    return this.uses.get(place(owner, operation, key))
  }

  keep(owner: Id, operation: string, key: string, use: KeyUse, at: Instant): void {
    this.uses.set(place(owner, operation, key), { ...use, at })
    for (const [oldest, kept] of this.uses) {
      if (kept.at + KEPT_FOR >= at) break
      this.uses.delete(oldest)
    }
  }

  /** Takes back the last uses: the commands were undone. */
  forget(owner: Id, operation: string, key: string): void {
    this.uses.delete(place(owner, operation, key))
  }

  get size(): number {
    return this.uses.size
  }
}

const place = (owner: Id, operation: string, key: string): string => `${owner} ${operation} ${key}`
