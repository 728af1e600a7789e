/** How long nothing was asked on a socket: time is counted in steps, so that a request costs no timer. */
import type { Timer } from '../../host/timer.js'

/** Nothing for so long closes a socket that follows nothing and answers no heartbeat (section 8.1). */
export const IDLE_SECONDS_MAX = 60
const STEP_SECONDS = 1

export class Idleness {
  private seconds = 0
  private readonly stop: () => void

  constructor(timer: Timer, act: () => void) {
    this.stop = timer.every(STEP_SECONDS * 1_000, () => {
      this.seconds += STEP_SECONDS
      if (this.seconds > IDLE_SECONDS_MAX) act()
    })
  }

  /** Something was asked: it is counted anew. */
  begin(): void {
    this.seconds = 0
  }

  end(): void {
    this.stop()
  }
}
