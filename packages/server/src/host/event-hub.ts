/**
 * The event hub: durable events to whoever follows them, in order, from any sequence on, without gap or repeat. A
 * follower catches up from history and then goes live; it is dropped when its buffer is full, and closed at once when
 * what it was let in by is taken away.
 */
import { type Access, EVENTS, type Event, type HistoryRow, type Instant, type Permit } from '@stemma/core'
import type { Store } from '@stemma/store'
import type { Subscription } from '../services.js'

export interface Place {
  readonly sequence: number
  readonly index: number
}

export type Ending = Awaited<Subscription['closed']>

interface Following {
  readonly permit: Permit
  readonly matches: (event: Event) => boolean
  readonly deliver: (event: Event) => boolean
  readonly drained: () => Promise<void>
  isLive: boolean
  after: Place
}

const PAGE = 500

export class EventHub {
  private readonly followings = new Map<Following, (ending: Ending) => void>()
  private checkedVersion: number

  constructor(
    private readonly store: Store,
    private readonly access: Pick<Access, 'version' | 'isStillAllowed'>,
    private published: number,
    /** Called when a follower could not be told what comes next, history that cannot be read among the causes. */
    private readonly onFailed: (error: Error) => void,
  ) {
    this.checkedVersion = access.version
  }

  get size(): number {
    return this.followings.size
  }

  /** Lets in whoever holds the permit. `after` null: from now on. The next page of history waits for `drained`. */
  follow(
    permit: Permit,
    matches: (event: Event) => boolean,
    after: Place | null,
    deliver: (event: Event) => boolean,
    drained: () => Promise<void> = () => Promise.resolve(),
  ): Subscription {
    let end: (ending: Ending) => void = () => {}
    const closed = new Promise<Ending>((resolve) => {
      end = resolve
    })
    const isLive = after === null
    const following: Following = {
      permit,
      matches,
      deliver,
      drained,
      isLive,
      after: after ?? { sequence: this.published, index: Number.MAX_SAFE_INTEGER },
    }
    this.followings.set(following, end)
    if (!isLive) this.catchUp(following).catch((error: Error) => this.fail(following, error))
    return { closed, close: () => this.drop(following, 'unsubscribed') }
  }

  /** Hands out the events of a durable batch, and closes the streams that lost their right meanwhile. */
  publish(events: readonly Event[], sequence: number, now: Instant): void {
    this.published = sequence
    this.recheck(now)
    for (const following of this.followings.keys()) if (following.isLive) this.offerLive(following, events)
  }

  closeAll(): void {
    for (const following of [...this.followings.keys()]) this.drop(following, 'shutdown')
  }

  private recheck(now: Instant): void {
    const { version } = this.access
    if (version === this.checkedVersion) return
    this.checkedVersion = version
    for (const following of [...this.followings.keys()]) {
      if (!this.access.isStillAllowed(following.permit, now)) this.drop(following, 'revoked')
    }
  }

  /** Reads history until it holds nothing that was not delivered, then goes live in the same turn. */
  private async catchUp(following: Following): Promise<void> {
    while (this.followings.has(following)) {
      await following.drained()
      const { published } = this
      const { sequence, index } = following.after
      const rows = await this.store.find(EVENTS, {
        after: [sequence, index],
        to: { sequence: published },
        limit: PAGE,
      })
      if (!this.offerAll(following, rows.map(eventOf))) return
      if (rows.length < PAGE && published === this.published) {
        following.isLive = true
        return
      }
    }
  }

  /** What one follower cannot be told is its own end, and nobody else's: the batch is durable, and others wait for it. */
  private offerLive(following: Following, events: readonly Event[]): void {
    try {
      this.offerAll(following, events)
    } catch (thrown) {
      this.fail(following, thrown as Error)
    }
  }

  private offerAll(following: Following, events: readonly Event[]): boolean {
    for (const event of events) {
      if (!this.followings.has(following)) return false
      if (event.sequence < following.after.sequence) continue
      if (event.sequence === following.after.sequence && event.index <= following.after.index) continue
      following.after = event
      if (!following.matches(event) || following.deliver(event)) continue
      this.drop(following, 'slow')
      return false
    }
    return true
  }

  private fail(following: Following, error: Error): void {
    // Who is gone already waits for nothing, be it that the store closed meanwhile.
    if (!this.followings.has(following)) return
    this.drop(following, 'failed')
    this.onFailed(error)
  }

  private drop(following: Following, ending: Ending): void {
    this.followings.get(following)?.(ending)
    this.followings.delete(following)
  }
}

/** An event as history keeps it, as an event again. */
export function eventOf(row: HistoryRow): Event {
  return {
    sequence: row.sequence as number,
    index: row.position as number,
    time: row.time as Instant,
    kind: row.kind as string,
    doer: { credential: row.credential, user: row.user, onBehalfOf: row.on_behalf_of } as Event['doer'],
    subject: row.subject as string,
    paths: [row.path, row.counter_path].filter((path): path is string => typeof path === 'string'),
    data: row.data as Event['data'],
    reason: row.reason as string | null,
    request: row.request as string | null,
  }
}
