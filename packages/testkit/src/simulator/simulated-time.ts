/**
 * Simulated time: one queue of what happens next, on which the network, the disk and every process wait. It passes only
 * when a run lets it. The wall clock is the same time with an offset that may jump; timers do not feel a jump.
 */
import { type Instant, MILLISECOND } from '@stemma/core'
import type { Clock, Timer } from '@stemma/server'
import type { Frost } from './frost.js'

const START = 1_760_000_000_000_000
/** Turns of the loop after each thing that happened: enough for a flush to be planned, made and handed on. */
const TURNS = 3

interface Entry {
  readonly at: number
  readonly act: () => void
}

export class SimulatedTime implements Clock {
  private passed = 0
  private offset = 0
  /** By time; what is for the same time stands in the order in which it was asked for. */
  private readonly queue: Entry[] = []

  /** The wall clock. */
  now(): Instant {
    return (START + this.passed + this.offset) as Instant
  }

  /** Milliseconds that have passed, whatever the wall clock says. */
  get monotonic(): number {
    return this.passed / MILLISECOND
  }

  /** Sets the wall clock forward or back. */
  jump(milliseconds: number): void {
    this.offset += milliseconds * MILLISECOND
  }

  after(milliseconds: number, act: () => void): () => void {
    const entry = { at: this.passed + Math.max(0, milliseconds) * MILLISECOND, act }
    const place = this.queue.findIndex(({ at }) => at > entry.at)
    this.queue.splice(place < 0 ? this.queue.length : place, 0, entry)
    return () => {
      const at = this.queue.indexOf(entry)
      if (at >= 0) this.queue.splice(at, 1)
    }
  }

  /** Lets so many milliseconds pass, with everything that happens in them. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.passed + milliseconds * MILLISECOND
    for (let first = this.queue[0]; first !== undefined && first.at <= end; first = this.queue[0]) {
      this.queue.shift()
      this.passed = Math.max(this.passed, first.at)
      first.act()
      await turns()
    }
    this.passed = end
    await turns()
  }
}

/** The timer of one process: what it waits for ends with it, and waits while it is frozen. */
export class SimulatedTimer implements Timer {
  private readonly cancels = new Set<() => void>()
  private isStopped = false

  constructor(
    private readonly time: SimulatedTime,
    private readonly frost: Frost,
  ) {}

  once(milliseconds: number, act: () => void): () => void {
    if (this.isStopped) return () => {}
    let isCancelled = false
    const fire = (): void => {
      this.cancels.delete(cancel)
      if (!isCancelled) act()
    }
    const stop = this.time.after(milliseconds, () => this.frost.run(fire))
    const cancel = (): void => {
      isCancelled = true
      this.cancels.delete(cancel)
      stop()
    }
    this.cancels.add(cancel)
    return cancel
  }

  every(milliseconds: number, act: () => void): () => void {
    let stop = (): void => {}
    const again = (): void => {
      stop = this.once(milliseconds, () => {
        again()
        act()
      })
    }
    again()
    return () => stop()
  }

  stop(): void {
    this.isStopped = true
    for (const cancel of this.cancels) cancel()
    this.cancels.clear()
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
