/** What is durable and not yet in the tables, by number, size and age only: how far the follower is behind. */
import type { Lag } from '../port.js'

interface Waiting {
  readonly batch: number
  readonly bytes: number
  readonly since: number
}

export class Backlog {
  private waiting: Waiting[] = []
  /** Those before it have been reached; they are dropped many at once. */
  private first = 0
  private bytes = 0

  add(batch: number, bytes: number, since: number): void {
    this.waiting.push({ batch, bytes, since })
    this.bytes += bytes
  }

  reached(batch: number): void {
    for (; this.first < this.waiting.length; this.first += 1) {
      const next = this.waiting[this.first] as Waiting
      if (next.batch > batch) break
      this.bytes -= next.bytes
    }
    if (this.first * 2 < this.waiting.length) return
    this.waiting = this.waiting.slice(this.first)
    this.first = 0
  }

  lag(now: number): Lag {
    const oldest = this.waiting[this.first]
    return {
      batches: this.waiting.length - this.first,
      bytes: this.bytes,
      milliseconds: oldest === undefined ? 0 : now - oldest.since,
    }
  }
}
