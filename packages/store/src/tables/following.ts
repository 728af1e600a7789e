/**
 * Keeps the tables behind the journal: sends the follower after what is durable, one run at a time, and knows how far
 * it is. The follower itself runs in a thread of its own.
 */
import type { Lag } from '../port.js'
import { Backlog } from './backlog.js'

/** How long the tables may stand still behind the journal so that the follower takes more at a time. */
const FOLLOW_AFTER_MILLISECONDS = 250

export class Following {
  private readonly backlog = new Backlog()
  private last = 0
  private reached = 0
  private running: Promise<void> | null = null
  private cause: Error | null = null
  private timer: NodeJS.Timeout | null = null

  /** `follow` lets the tables follow until the journal has nothing more, and gives the record they have reached. */
  constructor(private readonly follow: () => Promise<number>) {}

  /** Begins where the tables are at one record of a journal, and the journal at another. */
  begin(reached: number, last: number): void {
    this.reached = reached
    this.last = last
    for (let behind = reached + 1; behind <= last; behind += 1) this.backlog.add(behind, 0, performance.now())
    this.run()
  }

  appended(batch: number, bytes: number): void {
    this.last = batch
    this.backlog.add(batch, bytes, performance.now())
    this.runSoon()
  }

  hasReached(reached: number): void {
    if (reached <= this.reached) return
    this.reached = reached
    this.backlog.reached(reached)
  }

  lag(): Lag {
    return this.backlog.lag(performance.now())
  }

  /** Why the tables do not follow any more. */
  failure(): Error | null {
    return this.cause
  }

  /** Resolves when the tables have reached what was appended so far. */
  async settled(): Promise<void> {
    while (this.reached < this.last) {
      if (this.cause !== null) throw this.cause
      this.run()
      await this.running
    }
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer)
  }

  /** Lets some batches come together first: a transaction and the waking of a thread cost much the same for one as for many. */
  private runSoon(): void {
    if (this.timer !== null || this.reached >= this.last) return
    this.timer = setTimeout(() => {
      this.timer = null
      this.run()
    }, FOLLOW_AFTER_MILLISECONDS)
    this.timer.unref()
  }

  /** One run at a time, and another when more came meanwhile. */
  private run(): void {
    if (this.running !== null || this.cause !== null || this.reached >= this.last) return
    this.running = this.follow()
      .then((reached) => this.hasReached(reached))
      .catch((error: Error) => {
        this.cause = error
      })
      .finally(() => {
        this.running = null
        this.runSoon()
      })
  }
}
