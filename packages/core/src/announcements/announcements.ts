/**
 * The announcements room: what the house tells everybody, and what each user has read of it. An announcement is never
 * changed: it stands until it is withdrawn, and its events are its history. So that the image stays bounded, only so
 * many stand at once, and what a user has read is one row with the ids of standing ones.
 */
import type { AccessContext } from '../access/index.js'
import type { UserId } from '../identity/index.js'
import { flag, type Id, type Image, NO_ROW, type Table, text, time, value } from '../image/index.js'

export type AnnouncementId = Id<'announcement'>

/** Announcements that stand: for a further one somebody has to withdraw one. */
export const ANNOUNCEMENTS_MAX = 100

/** In characters; line breaks of a body count. */
export const ANNOUNCEMENT_TITLE_LENGTH_MAX = 200
export const ANNOUNCEMENT_BODY_LENGTH_MAX = 8_192

const announcementFields = {
  title: text(),
  body: text(),
  isImportant: flag(),
  /** Whether whoever reads it is asked to confirm that, which marking it as read does. */
  isConfirmationAsked: flag(),
  publishedAt: time(),
}

const readFields = {
  /** In order of ids. One that was withdrawn stays until the user marks the next. */
  announcements: value<readonly AnnouncementId[]>(),
}

export interface AnnouncementsContext extends AccessContext {
  readonly announcements: Announcements
}

export class Announcements {
  readonly table: Table<AnnouncementId, typeof announcementFields>
  /** By the user's id. */
  private readonly reads: Table<UserId, typeof readFields>

  constructor(image: Image) {
    this.table = image.table('announcements', 'ann', announcementFields)
    this.reads = image.table('announcement_reads', 'usr', readFields)
  }

  isRead(user: UserId, announcement: AnnouncementId): boolean {
    return this.readBy(user).includes(announcement)
  }

  /** Keeps that the user has read it, and forgets of the user's others those that were withdrawn. */
  markRead(user: UserId, announcement: AnnouncementId): void {
    const standing = this.readBy(user).filter((each) => this.table.has(each))
    const announcements = [...standing, announcement].sort((left, right) => left - right)
    const row = this.reads.find(user)
    if (row === NO_ROW) this.reads.insert(user, { announcements })
    else this.reads.announcements.set(row, announcements)
  }

  private readBy(user: UserId): readonly AnnouncementId[] {
    const row = this.reads.find(user)
    return row === NO_ROW ? [] : this.reads.announcements.get(row)
  }
}
