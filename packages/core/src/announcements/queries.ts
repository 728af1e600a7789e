/** `announcements.list` for everybody, `announcements.unread` for a user: those that stand, newest first, page by page. */
import { PAGE_MAX } from '../hierarchy/index.js'
import { type Instant, query } from '../image/index.js'
import { refuse } from '../refusals/index.js'
import type { AnnouncementId, AnnouncementsContext } from './announcements.js'
import { readerOf } from './checks.js'
import { type AnnouncementView, announcementView } from './view.js'

export interface PageOfAnnouncements {
  /** The last of the page before; null for the newest. */
  readonly after: AnnouncementId | null
  readonly limit: number
}

export interface ListAnnouncements extends PageOfAnnouncements {
  /** When it was published, both inclusive. */
  readonly from: Instant | null
  readonly to: Instant | null
}

export interface AnnouncementsPage {
  readonly items: readonly AnnouncementView[]
  readonly next: AnnouncementId | null
}

/** Whoever is known to the house may read what it tells everybody. */
export const listAnnouncements = query({
  name: 'announcements.list',
  scope: null,
  needs: () => [],
  read: (context: AnnouncementsContext, input: ListAnnouncements): AnnouncementsPage =>
    pageOf(
      context,
      input,
      ({ publishedAt }) =>
        (input.from === null || publishedAt >= input.from) && (input.to === null || publishedAt <= input.to),
    ),
})

/** Refused as `level_insufficient` where no user asks. */
export const unreadAnnouncements = query({
  name: 'announcements.unread',
  scope: 'accounts:read',
  needs: () => [{ ability: 'read', target: 'self' }],
  read(context: AnnouncementsContext, input: PageOfAnnouncements): AnnouncementsPage {
    const user = readerOf(context.doer)
    return pageOf(context, input, ({ id }) => !context.announcements.isRead(user, id))
  },
})

/** Ids come in the order of time, so the larger one is the newer one. */
function pageOf(
  { announcements }: AnnouncementsContext,
  { after, limit }: PageOfAnnouncements,
  isWanted: (announcement: AnnouncementView) => boolean,
): AnnouncementsPage {
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_MAX)
    refuse('malformed', `expected a limit of 1 to ${PAGE_MAX}`, { field: '/limit' })
  const { table } = announcements
  const found = table
    .idsInOrder()
    .reverse()
    .filter((id) => after === null || id < after)
    .map((id) => announcementView(announcements, table.row(id)))
    .filter(isWanted)
  const items = found.slice(0, limit)
  return { items, next: found.length > limit ? (items.at(-1)?.id ?? null) : null }
}
