/**
 * The one harness of all gRPC streams over events. A stream says what lets its reader in, which events it shows, where
 * it begins and how an event reads; the harness keeps the promises: history first and then live without gap, a
 * heartbeat when nothing happens, a bounded buffer, and an end at once when the right is taken away.
 */
import { Code, ConnectError } from '@connectrpc/connect'
import type { Event, Instant, Need, Refusal } from '@stemma/core'
import type { Timer } from '../host/timer.js'
import type { Authenticated, Follow, Host, Subscription } from '../services.js'
import { Outbox } from './outbox.js'

/** Events that may wait for a reader; with more it is too slow, and is let go. */
export const WAITING_EVENTS_MAX = 1_000

export interface Place {
  readonly sequence: number
  readonly index: number
}

/** How far a stream has come: everything up to and with it was told, or is not the stream's; what follows is not earlier. */
export interface Seen extends Place {
  readonly time: Instant
}

export interface StreamPlan<Message> {
  /** Ours. */
  readonly scope: string
  /** Checked at the start and whenever access changes: the stream ends when one of them no longer holds. */
  readonly needs: readonly Need[]
  /** Whether the event is shown; `may` turns the locks for the reader as they stand now. */
  readonly matches: Follow['matches']
  /** Events behind this are told; null: from now on. */
  readonly after: Seen | null
  /** What is told first, as of the sequence or later; it returns the sequence that it reached. */
  first?(sequence: number): AsyncGenerator<Message, number>
  /** Null: after all, there is nothing to tell. */
  render(event: Event, seen: Seen): Promise<Message | null> | Message | null
  /** Sent when the stream is open and caught up with `first`, and then whenever an interval passes without an event. */
  heartbeat(seen: Seen): Message
}

export interface StreamDoor {
  readonly host: Host
  readonly timer: Timer
  readonly heartbeatMs: number
}

export interface Reader {
  readonly actor: Authenticated['actor']
  /** Aborted when the reader is gone, or its deadline has passed. */
  readonly signal: AbortSignal
  /** Cuts the connection of a reader that does not read. */
  cut(): void
  /** The surface's own words for a refusal. */
  refused(refusal: Refusal): Error
}

const BEHIND_ALL = Number.MAX_SAFE_INTEGER
/** An event to be rendered, or a heartbeat that says how far the stream had looked. */
type Item = { readonly event: Event } | { readonly looked: Seen }

export async function* eventStream<Message>(
  { host, timer, heartbeatMs }: StreamDoor,
  { actor, signal, cut, refused }: Reader,
  plan: StreamPlan<Message>,
): AsyncGenerator<Message> {
  // Taken before the question: whatever happens later has a later sequence or at least this time.
  const time = host.now()
  const allowed = await host.authorize(actor, plan.scope, plan.needs)
  if (allowed.kind === 'refused') throw refused(allowed.refusal)
  let seen: Seen = plan.after ?? { sequence: allowed.sequence, index: BEHIND_ALL, time }
  const line = new Line(seen, signal, cut, timer, heartbeatMs)
  const follow = async (matches: Follow['matches'], after: Place | null): Promise<Subscription> => {
    const { scope, needs } = plan
    const answer = await host.follow(actor, { scope, needs, matches }, after, line.deliver, line.drained)
    if (answer.kind === 'refused') throw refused(answer.refusal)
    line.hold(answer.result)
    return answer.result
  }
  const shown: Follow['matches'] = (event, may) => {
    line.looked = event
    return plan.matches(event, may)
  }
  try {
    if (plan.first !== undefined) {
      // Until the events are followed, this one only tells when the right is taken away.
      const watch = await follow(() => false, null)
      const first = plan.first(allowed.sequence)
      for (;;) {
        const told = await first.next()
        line.check()
        if (told.done === true) {
          seen = line.looked = { sequence: told.value, index: BEHIND_ALL, time }
          break
        }
        yield told.value
        line.box.touch()
      }
      await follow(shown, seen)
      line.release(watch)
    } else await follow(shown, plan.after)
    yield plan.heartbeat(seen)
    for (;;) {
      const item = await line.box.take()
      line.check()
      if (item === null) return
      const message =
        'event' in item ? await plan.render(item.event, item.event) : plan.heartbeat(item.looked)
      line.check()
      if (message !== null) yield message
    }
  } finally {
    line.close()
  }
}

const ENDINGS = {
  revoked: new ConnectError(
    'permission denied: the right to this stream was taken away',
    Code.PermissionDenied,
  ),
  slow: new ConnectError('the stream was not read fast enough', Code.ResourceExhausted),
  failed: new ConnectError('internal error', Code.Internal),
  shutdown: new ConnectError('the server is stopping', Code.Unavailable),
} as const

/** The line to one reader: what waits for it, and everything that has to be let go when it ends, however it ends. */
class Line {
  readonly box = new Outbox<Item>(WAITING_EVENTS_MAX)
  private readonly held = new Set<Subscription>()
  private readonly stopHeart: () => void
  private ending: unknown = null

  constructor(
    /** The last event that was looked at, whether it was shown or not. */
    public looked: Seen,
    private readonly signal: AbortSignal,
    private readonly cut: () => void,
    timer: Timer,
    heartbeatMs: number,
  ) {
    this.stopHeart = timer.every(heartbeatMs, this.beat)
    if (signal.aborted) this.leave()
    else signal.addEventListener('abort', this.leave, { once: true })
  }

  readonly deliver = (event: Event): boolean => this.box.put({ event })
  readonly drained = (): Promise<void> => this.box.drained()

  hold(subscription: Subscription): void {
    this.held.add(subscription)
    if (this.ending !== null) this.release(subscription)
    void subscription.closed.then((reason) => {
      if (this.held.delete(subscription) && reason !== 'unsubscribed') this.end(reason)
    })
  }

  release(subscription: Subscription): void {
    this.held.delete(subscription)
    subscription.close()
  }

  /** Throws what the stream ended with, if it did. */
  check(): void {
    if (this.ending !== null) throw this.ending
  }

  close(): void {
    this.stopHeart()
    this.signal.removeEventListener('abort', this.leave)
    this.box.close()
    for (const subscription of this.held) this.release(subscription)
  }

  private readonly beat = (): void => {
    if (this.box.hasStalled()) this.end('slow')
    else if (this.box.isEmpty) this.box.put({ looked: this.looked })
  }

  /** The generator may be waiting for a reader that never comes back: it cannot be the one that cleans up. */
  private readonly leave = (): void => {
    this.ending ??= this.signal.reason
    this.close()
  }

  private end(reason: keyof typeof ENDINGS): void {
    this.ending ??= ENDINGS[reason]
    this.close()
    if (reason === 'slow') this.cut()
  }
}
