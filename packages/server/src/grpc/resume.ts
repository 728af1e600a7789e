/** From a time to the place in the events where it begins. */
import { type Instant, instant } from '@stemma/core'
import type { Host } from '../services.js'
import type { Seen } from './event-stream.js'

const BEHIND_ALL = Number.MAX_SAFE_INTEGER

/**
 * The place right before the first event at or after the time. Times grow with the sequence, so it is found by halving:
 * some twenty reads by key in a million events.
 */
export async function placeBefore(host: Host, time: Instant): Promise<Seen> {
  const now = host.now()
  const [newest] = await host.history('events', { newestFirst: true, limit: 1 })
  let [low, high] = [0, Number(newest?.sequence ?? 0)]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const [row] = await host.history('events', {
      after: [middle, BEHIND_ALL],
      to: { sequence: high },
      limit: 1,
    })
    if (row === undefined || Number(row.time) >= time) high = middle
    else low = Number(row.sequence)
  }
  return { sequence: low, index: BEHIND_ALL, time: instant(Math.min(time, now)) }
}
