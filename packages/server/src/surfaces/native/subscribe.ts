/** Subscriptions to events, as the stream and the socket share them. */
import { type Event, parseId, Refused, refuse } from '@stemma/core'
import type { EventFilter, Services, Subscription } from '../../services.js'
import type { Caller } from './call.js'

/** What a reader may leave unread before it is let go. */
export const UNREAD_BYTES_MAX = 1024 * 1024
const KINDS_MAX = 50

export interface Wanted {
  readonly under: number
  readonly kinds: readonly string[]
  readonly after: { readonly sequence: number; readonly index: number } | null
}

export function wantedOf(under: unknown, kinds: unknown, after: unknown): Wanted {
  const party = typeof under === 'string' ? parseId('pty', under) : undefined
  if (party === undefined) return refuse('malformed', 'expected the id of a party', { field: '/under' })
  if (
    !Array.isArray(kinds) ||
    kinds.length > KINDS_MAX ||
    !kinds.every((kind) => typeof kind === 'string' && kind.length <= 64)
  )
    return refuse('malformed', `expected at most ${KINDS_MAX} kinds`, { field: '/kinds' })
  return { under: party, kinds, after: placeOf(after) }
}

/** `sequence.index`, or nothing for from now on. */
function placeOf(after: unknown): Wanted['after'] {
  if (after === undefined || after === null) return null
  const match = typeof after === 'string' ? /^([0-9]{1,16})\.([0-9]{1,9})$/.exec(after) : null
  if (match === null)
    return refuse('malformed', 'expected the id of an event, sequence.index', { field: '/after' })
  return { sequence: Number(match[1]), index: Number(match[2]) }
}

/** Every event up to `sequence` was handed out, where it was wanted, once this resolves. */
export async function subscribe(
  { host }: Services,
  { actor }: Caller,
  { under, kinds, after, right }: Wanted & { readonly right: NonNullable<EventFilter['right']> },
  deliver: (event: Event) => boolean,
): Promise<{ readonly subscription: Subscription; readonly sequence: number }> {
  const allowed = await host.authorize(actor, right.scope, [
    { ability: right.ability, target: { party: under as never } },
  ])
  if (allowed.kind === 'refused') throw new Refused(allowed.refusal)
  const answer = await host.subscribe(actor, { under, kinds, right }, after, deliver)
  if (answer.kind === 'refused') throw new Refused(answer.refusal)
  return { subscription: answer.result, sequence: answer.sequence }
}
