/**
 * How often a channel is told. `raw` tells of every durable change as it comes; the other intervals gather what comes in
 * a window, which the first change opens, and tell it together at its end.
 */
import type { Timer } from '../../host/timer.js'
import type { Opening } from './channel.js'

export const INTERVALS = ['raw', '100ms', 'agg2'] as const
export type Interval = (typeof INTERVALS)[number]

export const INTERVAL_MILLISECONDS: Readonly<Record<Interval, number>> = { raw: 0, '100ms': 100, agg2: 2_000 }

export const isInterval = (text: string | undefined): text is Interval =>
  (INTERVALS as readonly (string | undefined)[]).includes(text)

/** What waits for its turn to be told; a reader for whom more would wait is let go. */
export const WAITING_MAX = 10_000

export class Pace<Item> {
  private waiting: Item[] = []
  private endWindow: (() => void) | null = null

  constructor(
    private readonly timer: Timer,
    private readonly milliseconds: number,
    private readonly fail: Opening['fail'],
    private readonly deliver: (items: readonly Item[]) => void,
  ) {}

  add(item: Item): void {
    if (this.milliseconds === 0) {
      this.deliver([item])
      return
    }
    if (this.waiting.length >= WAITING_MAX) {
      this.stop()
      this.fail(new Error('expected a channel to keep up'))
      return
    }
    this.waiting.push(item)
    this.endWindow ??= this.timer.once(this.milliseconds, () => this.tell())
  }

  stop(): void {
    this.endWindow?.()
    this.endWindow = null
    this.waiting = []
  }

  private tell(): void {
    this.endWindow = null
    const items = this.waiting
    this.waiting = []
    this.deliver(items)
  }
}

/** The same where the last of what came stands for all of it: the first goes out at once. */
export class LatestPace<Item> {
  private readonly pace: Pace<null>
  private latest: { readonly item: Item } | null = null
  private isBegun = false

  constructor(
    timer: Timer,
    milliseconds: number,
    fail: Opening['fail'],
    private readonly deliver: (item: Item) => void,
  ) {
    this.pace = new Pace(timer, milliseconds, fail, () => this.tell())
  }

  add(item: Item): void {
    const isWaiting = this.latest !== null
    this.latest = { item }
    if (this.isBegun) {
      if (!isWaiting) this.pace.add(null)
      return
    }
    this.isBegun = true
    this.tell()
  }

  stop(): void {
    this.pace.stop()
    this.latest = null
  }

  private tell(): void {
    const { latest } = this
    this.latest = null
    if (latest !== null) this.deliver(latest.item)
  }
}

/** Tells one after another, in the order in which they came. */
export class Ordered<Item> {
  private last: Promise<void> = Promise.resolve()
  private waiting = 0

  constructor(
    private readonly fail: Opening['fail'],
    private readonly tell: (item: Item) => Promise<void>,
  ) {}

  add(item: Item): void {
    if (this.waiting >= WAITING_MAX) {
      this.fail(new Error('expected a channel to keep up'))
      return
    }
    this.waiting += 1
    this.last = this.last
      .then(() => this.tell(item))
      .catch(this.fail)
      .finally(() => {
        this.waiting -= 1
      })
  }
}

/** Work that is done again after it was asked for, however often that was meanwhile. */
export class Latest {
  private state: 'idle' | 'running' | 'asked' = 'idle'

  constructor(
    private readonly fail: Opening['fail'],
    private readonly work: () => Promise<void>,
  ) {}

  ask(): void {
    if (this.state === 'idle') this.run().catch(this.fail)
    else this.state = 'asked'
  }

  private async run(): Promise<void> {
    do {
      this.state = 'running'
      await this.work()
    } while (this.isAskedAgain())
    this.state = 'idle'
  }

  private isAskedAgain(): boolean {
    return this.state === 'asked'
  }
}
