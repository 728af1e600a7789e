import type { Instant, Row } from '../image/index.js'
import type { AnnouncementId, Announcements } from './announcements.js'

/** An announcement as everybody sees it, and as its events tell it. */
export type AnnouncementView = {
  readonly id: AnnouncementId
  readonly title: string
  readonly body: string
  readonly isImportant: boolean
  readonly isConfirmationAsked: boolean
  readonly publishedAt: Instant
}

export const announcementView = ({ table }: Announcements, row: Row): AnnouncementView => ({
  id: table.id(row),
  ...table.read(row),
})
