/** Wakes the engine when something falls due: one timer, for the next of it. */
import type { Engine, Instant } from '@stemma/core'
import type { Timer } from './timer.js'

/** Node's timers reach 2^31 - 1 ms. */
const TIMER_MILLISECONDS_MAX = 2 ** 31 - 1

export class DueWake {
  private stopWaiting: () => void = () => {}

  constructor(
    private readonly engine: Pick<Engine, 'nextDueAt'>,
    private readonly timer: Timer,
    private readonly now: () => Instant,
    private readonly onDue: () => void,
  ) {}

  /** Anew, since what is due next may have changed. */
  plan(): void {
    this.stop()
    const at = this.engine.nextDueAt()
    if (at === undefined) return
    const milliseconds = Math.min(Math.max(0, Math.ceil((at - this.now()) / 1_000)), TIMER_MILLISECONDS_MAX)
    this.stopWaiting = this.timer.once(milliseconds, this.onDue)
  }

  stop(): void {
    this.stopWaiting()
  }
}
