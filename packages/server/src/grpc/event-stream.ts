/**
 * The one harness of all gRPC streams over events. A stream says what lets its reader in, which events it shows, where
 * it begins and how events read; the harness keeps the promises: history first and then live without gap, a heartbeat
 * when nothing happens, a bounded buffer, and an end at once when the right is taken away.
 */
import type { Event, Instant, Need } from '@stemma/core'
import type { Follow, Subscription } from '../services.js'
import { Line, type Reader, type StreamDoor } from './line.js'
import { Outbox } from './outbox.js'

/** Events that may wait for a reader; with more it is too slow, and is let go. */
export const WAITING_EVENTS_MAX = 1_000
/** Events that one message tells at most. */
const EVENTS_OF_MESSAGE_MAX = 100

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
  /** There is nothing behind what is told first. */
  readonly isFirstOnly?: boolean
  /** Whether two events, one behind the other, may be told in one message. */
  joins?(before: Event, next: Event): boolean
  /** Null: after all, there is nothing to tell. `seen` is the last of the events. */
  render(events: readonly Event[], seen: Seen): Promise<Message | null> | Message | null
  /** Sent when the stream is open and caught up with `first`, and then whenever an interval passes without an event. */
  heartbeat(seen: Seen): Message
}

/** Behind every event of a sequence. */
export const BEHIND_ALL = Number.MAX_SAFE_INTEGER
/** An event to be rendered, or a heartbeat that says how far the stream had looked. */
type Item = { readonly event: Event } | { readonly looked: Seen }

export async function* eventStream<Message>(
  door: StreamDoor,
  reader: Reader,
  plan: StreamPlan<Message>,
): AsyncGenerator<Message> {
  const { host } = door
  const { actor, refused } = reader
  // Taken before the question: whatever happens later has a later sequence or at least this time.
  const time = host.now()
  const allowed = await host.authorize(actor, plan.scope, plan.needs)
  if (allowed.kind === 'refused') throw refused(allowed.refusal)
  let seen: Seen = plan.after ?? { sequence: allowed.sequence, index: BEHIND_ALL, time }
  /** The last event that was looked at, whether it was shown or not. */
  let looked = seen
  const box = new Outbox<Item>(WAITING_EVENTS_MAX)
  const line = new Line(box, reader, door, () => box.put({ looked }))
  const deliver = (event: Event): boolean => box.put({ event })
  const follow = async (matches: Follow['matches'], after: Place | null): Promise<Subscription> => {
    const { scope, needs } = plan
    const answer = await host.follow(actor, { scope, needs, matches }, after, deliver, () => box.drained())
    if (answer.kind === 'refused') throw refused(answer.refusal)
    line.hold(answer.result)
    return answer.result
  }
  const shown: Follow['matches'] = (event, may) => {
    looked = event
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
          seen = looked = { sequence: told.value, index: BEHIND_ALL, time }
          break
        }
        yield told.value
        box.touch()
      }
      if (plan.isFirstOnly === true) return
      await follow(shown, seen)
      line.release(watch)
    } else await follow(shown, plan.after)
    yield plan.heartbeat(seen)
    for (;;) {
      const item = await box.take()
      line.check()
      if (item === null) return
      const message = 'event' in item ? await told(plan, item.event, box) : plan.heartbeat(item.looked)
      line.check()
      if (message !== null) yield message
    }
  } finally {
    line.close()
  }
}

/** The event and those that wait right behind it, as far as one message may tell them. */
async function told<Message>(
  plan: StreamPlan<Message>,
  first: Event,
  box: Outbox<Item>,
): Promise<Message | null> {
  const events = [first]
  for (let last = first; events.length < EVENTS_OF_MESSAGE_MAX; events.push(last)) {
    const before = last
    const next = box.takeIf(
      (item): item is { readonly event: Event } =>
        'event' in item && plan.joins?.(before, item.event) === true,
    )
    if (next === null) break
    last = next.event
  }
  return plan.render(events, events.at(-1) ?? first)
}
