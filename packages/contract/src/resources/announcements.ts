/** What the house tells everybody, on the wire. */
import { choice, flag, id, instant, object, text, type Wire, type WireOf } from '../wire/index.js'
import { EXAMPLE } from './common.js'

export const ANNOUNCEMENTS_MAX = 100
export const ANNOUNCEMENT_TITLE_LENGTH_MAX = 200
export const ANNOUNCEMENT_BODY_LENGTH_MAX = 8_192

/** Twice the characters: the wire counts UTF-16 units, and the engine characters. */
export const announcementTitle = (): Wire<string> =>
  text({
    max: ANNOUNCEMENT_TITLE_LENGTH_MAX * 2,
    description: `1 to ${ANNOUNCEMENT_TITLE_LENGTH_MAX} printable characters`,
  })

export const announcementBody = (): Wire<string> =>
  text({
    max: ANNOUNCEMENT_BODY_LENGTH_MAX * 2,
    pattern: /^(?:[^\p{Cc}\p{Cs}]|\n)+$/u,
    meaning: `text of 1 to ${ANNOUNCEMENT_BODY_LENGTH_MAX} characters, of which control characters may only break lines`,
    description: `1 to ${ANNOUNCEMENT_BODY_LENGTH_MAX} printable characters and line breaks (\\n)`,
  })

export const announcement = object({
  id: id('ann'),
  title: announcementTitle(),
  body: announcementBody(),
  is_important: flag(),
  is_confirmation_asked: flag('Whoever reads it is asked to say so, by marking it as read'),
  published_at: instant(),
})

/** What a stream tells: one that stands from now on, or one that does no more. */
export const announcementTold = object({ happened: choice(['published', 'withdrawn']), announcement })

export type AnnouncementTold = WireOf<typeof announcementTold>

export const EXAMPLE_ANNOUNCEMENT = {
  id: EXAMPLE.announcement,
  title: 'Maintenance on Saturday',
  body: 'Trading stops at 08:00 UTC for ten minutes.\nOrders stay.',
  is_important: true,
  is_confirmation_asked: false,
  published_at: EXAMPLE.at,
} as const
