/** Events in the words of this surface. The stored row and the live event look the same outside. */
import { formatInstant, toJson } from '@stemma/contract'
import type { Event, HistoryRow } from '@stemma/core'

const named = (prefix: string, id: unknown): string | null =>
  typeof id === 'number' ? `${prefix}_${id}` : null

export const eventToWire = (event: Event) => ({
  id: `${event.sequence}.${event.index}`,
  sequence: event.sequence,
  index: event.index,
  time: formatInstant(event.time),
  kind: event.kind,
  subject: event.subject,
  credential: named('key', event.doer.credential),
  user: named('usr', event.doer.user),
  on_behalf_of: named('usr', event.doer.onBehalfOf),
  data: toJson(event.data),
  reason: event.reason,
  request: event.request,
})

/** A row of the events table as the operation's output takes it. */
export const eventRow = (row: HistoryRow): HistoryRow => ({
  ...row,
  id: `${row.sequence}.${row.position}`,
  index: row.position ?? 0,
  onBehalfOf: row.on_behalf_of ?? null,
})
