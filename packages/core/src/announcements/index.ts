import { markAnnouncementRead, publishAnnouncement, withdrawAnnouncement } from './commands.js'
import { listAnnouncements, unreadAnnouncements } from './queries.js'

export * from './announcements.js'
export * from './commands.js'
export * from './queries.js'
export * from './view.js'

export const ANNOUNCEMENT_COMMANDS = [
  publishAnnouncement,
  withdrawAnnouncement,
  markAnnouncementRead,
] as const
export const ANNOUNCEMENT_QUERIES = [listAnnouncements, unreadAnnouncements] as const
