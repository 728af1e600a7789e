/** The clock of a process: the one place where time comes from. Tests hand in one that they move. */
import { fromMilliseconds, type Instant } from '@stemma/core'

export interface Clock {
  /** Never goes back. */
  now(): Instant
}

/** Wall time at the start, carried on by the monotonic timer: a clock that is set back does not set it back. */
export function systemClock(): Clock {
  const origin = performance.timeOrigin
  return { now: () => fromMilliseconds(origin + performance.now()) }
}

/** A clock that stands until it is moved. */
export class ManualClock implements Clock {
  constructor(private at: Instant) {}

  now(): Instant {
    return this.at
  }

  advance(microseconds: number): void {
    if (microseconds < 0) throw new Error('expected a clock to be moved forward')
    this.at = (this.at + microseconds) as Instant
  }
}
