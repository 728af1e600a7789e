/** The subscriptions of one socket: at most a hundred, those that are being opened counted, and none that outlives it. */
import { refuse } from '@stemma/core'
import type { Subscription } from '../../services.js'

export const SUBSCRIPTIONS_MAX = 100

type Reason = Awaited<Subscription['closed']>

export class SocketSubscriptions {
  private readonly known = new Map<string, Subscription>()
  private opening = 0
  private count = 0
  private isOver = false

  /** `ended` is told which one has ended, and why. */
  constructor(private readonly ended: (name: string, reason: Reason) => void) {}

  /** Opens one under a name of its own, which is the answer. Refused where there are too many. */
  async add(open: (name: string) => Promise<Subscription>): Promise<string> {
    if (this.known.size + this.opening >= SUBSCRIPTIONS_MAX)
      refuse('limit_reached', `a socket can have ${SUBSCRIPTIONS_MAX} subscriptions`)
    this.count += 1
    const name = `sub_${this.count}`
    this.opening += 1
    try {
      this.keep(name, await open(name))
    } finally {
      this.opening -= 1
    }
    return name
  }

  /** Refused where there is none of that name. */
  close(name: string): void {
    const subscription = this.known.get(name)
    if (subscription === undefined)
      refuse('not_visible', 'the socket has no such subscription', { field: '/unsubscribe/subscription' })
    subscription.close()
  }

  /** The socket is gone: what was still being opened ends as soon as it is there. */
  closeAll(): void {
    this.isOver = true
    for (const subscription of this.known.values()) subscription.close()
  }

  private keep(name: string, subscription: Subscription): void {
    this.known.set(name, subscription)
    void subscription.closed.then((reason) => {
      this.known.delete(name)
      this.ended(name, reason)
    })
    if (this.isOver) subscription.close()
  }
}
