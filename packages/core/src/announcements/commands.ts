/**
 * `announcements.publish` and `announcements.withdraw` by whoever speaks for the house, and `announcements.mark_read` by
 * each user for itself. What is published is told at the root of the tree, what is read at the user's party.
 */
import { pathOfUser } from '../access/index.js'
import { checkCount } from '../hierarchy/index.js'
import { command } from '../image/index.js'
import { ANNOUNCEMENTS_MAX, type AnnouncementId, type AnnouncementsContext } from './announcements.js'
import { announcementRow, checkBody, checkTitle, needsOfHouse, readerOf } from './checks.js'
import { type AnnouncementView, announcementView } from './view.js'

export type PublishAnnouncement = {
  readonly title: string
  readonly body: string
  readonly isImportant: boolean
  readonly isConfirmationAsked: boolean
}

/** Told to everybody from now on. Refused as `limit_reached` where as many stand as may. */
export const publishAnnouncement = command({
  name: 'announcements.publish',
  scope: 'announcements:write',
  needs: needsOfHouse,
  decide(context, { title, body, isImportant, isConfirmationAsked }: PublishAnnouncement) {
    const { announcements, image, now } = context
    checkTitle(title)
    checkBody(body)
    checkCount(announcements.table.size, ANNOUNCEMENTS_MAX, 'announcements that stand')
    const announcement = image.newId<AnnouncementId>()
    const published = { title, body, isImportant, isConfirmationAsked, publishedAt: now }
    const row = announcements.table.insert(announcement, published)
    say(context, 'published', announcementView(announcements, row))
    return { announcement }
  },
})

export type OneAnnouncement = { readonly announcement: AnnouncementId }

/** It is gone from every list, read or not; the event keeps what it said. */
export const withdrawAnnouncement = command({
  name: 'announcements.withdraw',
  scope: 'announcements:write',
  needs: needsOfHouse,
  decide(context, { announcement }: OneAnnouncement) {
    const { announcements } = context
    const row = announcementRow(announcements, announcement)
    say(context, 'withdrawn', announcementView(announcements, row))
    announcements.table.remove(row)
    return { announcement }
  },
})

/** Once is enough: of one that the user has read already nothing is changed and nothing told. */
export const markAnnouncementRead = command({
  name: 'announcements.mark_read',
  scope: 'accounts:write',
  needs: () => [{ ability: 'read', target: 'self' }],
  decide(context: AnnouncementsContext, { announcement }: OneAnnouncement) {
    const { announcements, identity, doer, emit } = context
    const user = readerOf(doer)
    announcementRow(announcements, announcement)
    if (announcements.isRead(user, announcement)) return { announcement }
    announcements.markRead(user, announcement)
    emit({
      kind: 'announcement.read',
      subject: `ann_${announcement}`,
      paths: pathOfUser(context, identity.users.row(user)),
      data: { id: announcement, user },
    })
    return { announcement }
  },
})

function say(
  { hierarchy, emit }: AnnouncementsContext,
  happened: 'published' | 'withdrawn',
  announcement: AnnouncementView,
): void {
  emit({
    kind: `announcement.${happened}`,
    subject: `ann_${announcement.id}`,
    paths: [hierarchy.pathOf(hierarchy.root)],
    data: announcement,
  })
}
