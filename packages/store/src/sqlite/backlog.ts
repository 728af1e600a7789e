/** What is durable and not yet in the tables, by number and age only: how far the follower is behind. */
import type { Lag } from '../port.js'

interface Waiting {
  readonly batch: number
  readonly since: number
}

export class Backlog {
  private waiting: Waiting[] = []
  /** Those before it have been reached; they are dropped many at once. */
  private first = 0

  add(batch: number, since: number): void {
    this.waiting.push({ batch, since })
  }

  reached(batch: number): void {
    while (this.first < this.waiting.length && (this.waiting[this.first] as Waiting).batch <= batch) {
      this.first += 1
    }
    if (this.first * 2 < this.waiting.length) return
    this.waiting = this.waiting.slice(this.first)
    this.first = 0
  }

  lag(now: number): Lag {
    const oldest = this.waiting[this.first]
    return {
      batches: this.waiting.length - this.first,
      milliseconds: oldest === undefined ? 0 : now - oldest.since,
    }
  }
}
