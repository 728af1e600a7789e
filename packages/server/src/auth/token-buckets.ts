/**
 * Token buckets by key: volatile state of the process, refilled by the host's time. The least recently used bucket
 * goes first when there are too many; a full bucket is the same as none.
 */
import { type Instant, SECOND } from '@stemma/core'

export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

interface Bucket {
  level: number
  at: Instant
}

const BUCKETS_MAX = 100_000

export class TokenBuckets {
  private readonly buckets = new Map<string, Bucket>()

  constructor(private readonly most = BUCKETS_MAX) {}

  /** Takes one token; otherwise the whole seconds after which there is one again. */
  take(key: string, rate: Rate, now: Instant): number | null {
    const seconds = this.wait(key, rate, now)
    if (seconds === null) this.spend(key, rate, now)
    return seconds
  }

  /** Null where there are so many tokens to take; otherwise the whole seconds after which there are. */
  wait(key: string, rate: Rate, now: Instant, tokens = 1): number | null {
    const { level } = this.refilled(key, rate, now)
    return level < tokens ? Math.max(1, Math.ceil((tokens - level) / rate.perSecond)) : null
  }

  /** Takes tokens that may not be there yet: those who were let in together wait longer for the next. */
  spend(key: string, rate: Rate, now: Instant, tokens = 1): void {
    this.refilled(key, rate, now).level -= tokens
  }

  private refilled(key: string, { perSecond, burst }: Rate, now: Instant): Bucket {
    const bucket = this.buckets.get(key) ?? { level: burst, at: now }
    const seconds = Math.max(0, now - bucket.at) / SECOND
    bucket.level = Math.min(burst, bucket.level + seconds * perSecond)
    bucket.at = now
    this.buckets.delete(key)
    this.buckets.set(key, bucket)
    this.makeRoom()
    return bucket
  }

  private makeRoom(): void {
    for (const key of this.buckets.keys()) {
      if (this.buckets.size <= this.most) break
      this.buckets.delete(key)
    }
  }
}
