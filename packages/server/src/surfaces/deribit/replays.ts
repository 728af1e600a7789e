/**
 * Signatures that were used, until they are too old to be used anyway. Clients give two requests of one millisecond the
 * same nonce, and a signature has several spellings, so what is kept is the key and a digest of the text that was signed,
 * the nonce included (section 2.4).
 */
import { type Instant, SECOND } from '@stemma/core'

export const SIGNATURE_SECONDS_MAX = 60
/** How far a client's clock may be ahead. */
export const CLOCK_AHEAD_SECONDS_MAX = 10
const KEPT_MAX = 200_000

export class Replays {
  /** Until when each is kept, oldest first. */
  private readonly used = new Map<string, Instant>()

  /** Whether a signature of that time counts now, and for the first time. */
  take(use: string, signedAt: Instant, now: Instant): boolean {
    if (signedAt < now - SIGNATURE_SECONDS_MAX * SECOND) return false
    if (signedAt > now + CLOCK_AHEAD_SECONDS_MAX * SECOND) return false
    this.forgetOld(now)
    if (this.used.has(use) || this.used.size >= KEPT_MAX) return false
    this.used.set(use, (now + (SIGNATURE_SECONDS_MAX + CLOCK_AHEAD_SECONDS_MAX) * SECOND) as Instant)
    return true
  }

  private forgetOld(now: Instant): void {
    for (const [use, until] of this.used) {
      if (until > now) return
      this.used.delete(use)
    }
  }
}
