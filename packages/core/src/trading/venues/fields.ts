/**
 * Outside venues: where orders of some instruments are matched by somebody else. Orders go out as numbered messages, one
 * effect each; what the venue says comes back as numbered reports. Both series are dense, so a gap and a repeat are told
 * apart from what is new, and neither an order nor a fill is lost or doubled, whoever dies in between.
 */
import type { AccountId } from '../../hierarchy/index.js'
import { choice, count, type Id, ref, text, time } from '../../image/index.js'

export type VenueId = Id<'venue'>

export const VENUE_STATUSES = ['active', 'suspended'] as const
export type VenueStatus = (typeof VENUE_STATUSES)[number]

export const venueFields = {
  /** What instruments name it by. */
  name: text(),
  displayName: text(),
  status: choice(VENUE_STATUSES),
  /** Where messages go. */
  url: text(),
  /** What they are signed with, encrypted by the host. */
  sealedSecret: text(),
  /** The house account that is the other side of its executions. */
  street: ref<AccountId>(),
  /** Messages sent so far, and reports taken so far. */
  messages: count(),
  reports: count(),
  version: count(),
  createdAt: time(),
}
