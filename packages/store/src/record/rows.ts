/** Events and results as rows of a record: the values in the order that format 1 gives them. */
import type { Event, KeyedResult, Plain } from '@stemma/core/image'

export type Row = readonly Plain[]

export const writeEvent = ({
  sequence,
  index,
  time,
  kind,
  doer,
  subject,
  paths,
  data,
  reason,
  request,
}: Event): Row => [
  sequence,
  index,
  time,
  kind,
  doer.credential,
  doer.user,
  doer.onBehalfOf,
  subject,
  paths,
  data,
  reason,
  request,
]

export function readEvent(row: Row): Event {
  const [sequence, index, time, kind, credential, user, onBehalfOf, subject, paths, data, reason, request] =
    row
  const doer = { credential, user, onBehalfOf }
  return { sequence, index, time, kind, doer, subject, paths, data, reason, request } as unknown as Event
}

export const writeResult = ({ sequence, at, owner, operation, key, bodyHash, result }: KeyedResult): Row => [
  sequence,
  at,
  owner,
  operation,
  key,
  bodyHash,
  result,
]

export function readResult(row: Row): KeyedResult {
  const [sequence, at, owner, operation, key, bodyHash, result] = row
  return { sequence, at, owner, operation, key, bodyHash, result } as unknown as KeyedResult
}
