/**
 * The lease of a writer where others stand by: it answers anything only while its last proof that it still writes, an
 * append or a renewal, was sent less than two seconds ago. A standby takes over only when it saw no proof for that long
 * and a margin, so by then nobody else answers.
 */
import type { Store } from '@stemma/store'
import type { Timer } from './timer.js'

export const LEASE_MILLISECONDS = 2_000
/** How much longer a standby waits: for clocks that do not run alike. */
export const LEASE_MARGIN_MILLISECONDS = 1_000
const RENEWED_AFTER_MILLISECONDS = LEASE_MILLISECONDS / 4

/** Milliseconds of a clock that never goes back and does not stand still. */
export type Monotonic = () => number

export class Lease {
  private provenAt = Number.NEGATIVE_INFINITY
  private renewing: Promise<void> | null = null

  constructor(
    private readonly store: Pick<Store, 'renew'>,
    readonly monotonic: Monotonic,
    /** Somebody else writes, or nobody can tell: the process has to stop. */
    private readonly onLost: (error: Error) => void,
  ) {}

  get isHeld(): boolean {
    return this.age < LEASE_MILLISECONDS
  }

  /** What was sent at `sentAt` has succeeded: it counts from then, not from its answer. */
  prove(sentAt: number): void {
    this.provenAt = Math.max(this.provenAt, sentAt)
  }

  /** Resolves when it is held, by a renewal where it has run out; never where it is lost. */
  async hold(): Promise<void> {
    while (!this.isHeld) await this.renew()
  }

  /** Renews it while nothing else proves it, until the answer is called. */
  keepUp(timer: Timer): () => void {
    return timer.every(RENEWED_AFTER_MILLISECONDS, () => {
      if (this.age >= RENEWED_AFTER_MILLISECONDS) void this.renew()
    })
  }

  private get age(): number {
    return this.monotonic() - this.provenAt
  }

  private renew(): Promise<void> {
    const sentAt = this.monotonic()
    this.renewing ??= this.store.renew().then(
      () => {
        this.prove(sentAt)
        this.renewing = null
      },
      (error: Error) => {
        this.onLost(error)
        return new Promise(() => {})
      },
    )
    return this.renewing
  }
}
