/**
 * Events: what happened, in the words of the field, once and for ever. They carry all that history needs, so that
 * the history tables (entries, transfers, executions) are projections of them and nothing is written twice.
 */
import type { Plain } from './column.js'
import type { Id } from './ids.js'
import type { Instant } from './instant.js'

/** Who did it. `system` is the engine itself: due work and steps of processes. */
export interface Doer {
  readonly credential: Id | null
  readonly user: Id | null
  readonly onBehalfOf: Id | null
}

export interface Event {
  /** With `index`, the resume token of every stream. */
  readonly sequence: number
  readonly index: number
  readonly time: Instant
  /** Past tense, `subject.happened`: `transfer.completed`. */
  readonly kind: string
  readonly doer: Doer
  /** The native id of what it happened to: `acc_1042`. */
  readonly subject: string
  /** The owners at that time, root first, as `/1/5/9/`; one for each place in the tree that it touched. */
  readonly paths: readonly string[]
  readonly data: { readonly [key: string]: Plain }
  readonly reason: string | null
  readonly request: string | null
}

/** What a decision says of an event; the engine adds sequence, time, doer, request and the envelope's reason. */
export type NewEvent = Pick<Event, 'kind' | 'subject' | 'paths' | 'data'> & {
  /** The engine's own reason, where nobody asked: a block that is lifted because its time is up. */
  readonly reason?: string
}

/**
 * What stored paths have where they name the party: everything that happened at it or beneath it, wherever the party
 * stood then. So a party that moves keeps its past and its future, and its former owner keeps the past alone.
 */
export const placeInPaths = (party: Id): string => `/${party}/`

/**
 * The event as somebody sees it whose view of the tree begins at `place`: a whole path, or a place in one. Where money passes between two owners the
 * event carries both sides' entries, each with the path of its owner; a side that lies outside the view is left out,
 * so that nobody learns the other's balance. What all accounts of a command are worth is for history alone, and never seen.
 */
export function seenFrom(event: Event, place: string): Event {
  const data = entriesSeenFrom(event.data, place)
  return data === event.data ? event : { ...event, data }
}

export function entriesSeenFrom(whole: Event['data'], place: string): Event['data'] {
  const data = counterpartSeenFrom(withoutEquities(whole), place)
  const { entries } = data
  if (!Array.isArray(entries)) return data
  const seen = entries.filter((entry: { readonly path?: Plain }) => String(entry.path ?? '').includes(place))
  return seen.length === entries.length ? data : { ...data, entries: seen }
}

/** Without what is in it for history alone. */
export function withoutEquities(data: Event['data']): Event['data'] {
  if (data.equities === undefined) return data
  const { equities: _equities, ...seen } = data
  return seen
}

/** The house's side of a settlement stands beside the customer's, and is seen by whoever sees the house. */
function counterpartSeenFrom(data: Event['data'], place: string): Event['data'] {
  const { counterPosition, ...rest } = data
  if (counterPosition === undefined) return data
  const { path: own } = counterPosition as { readonly path?: Plain }
  return String(own ?? '').includes(place) ? data : rest
}
