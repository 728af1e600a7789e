/** What the house tells everybody, and what the user of a key has read of it (sections 3.7, 7 and 8.3). */
import {
  ANNOUNCEMENTS_MAX,
  type AnnouncementsPage,
  type AnnouncementView,
  type Event,
  fromMilliseconds,
  type Instant,
  toMilliseconds,
} from '@stemma/core'
import type { Call, Method, PrivateCall } from './call.js'
import type { Opened, Opening } from './channel.js'
import { answered, invalidParam, settled } from './errors.js'
import { SYSTEM } from './instruments.js'
import { followAll } from './watching.js'

const COUNT_DEFAULT = 5
const COUNT_MAX = 50

const announcementShown = ({
  id,
  title,
  body,
  isImportant,
  isConfirmationAsked,
  publishedAt,
}: AnnouncementView) => ({
  id,
  title,
  body,
  important: isImportant,
  confirmation: isConfirmationAsked,
  publication_timestamp: toMilliseconds(publishedAt),
})

/** The newest up to `start_timestamp`, which is now unless said: the whole of its millisecond counts. */
async function announcements({ host, params }: Call): Promise<unknown> {
  const start = params.time('start_timestamp')
  const input = {
    from: null,
    to: start === null ? null : lastOfMillisecond(start),
    after: null,
    limit: params.count('count', COUNT_DEFAULT, COUNT_MAX),
  }
  const { items } = answered(await host.read<AnnouncementsPage>('announcements.list', SYSTEM, input))
  return items.map(announcementShown)
}

const lastOfMillisecond = (start: Instant): Instant =>
  (fromMilliseconds(toMilliseconds(start) + 1) - 1) as Instant

async function newAnnouncements({ host, caller }: PrivateCall): Promise<unknown> {
  const input = { after: null, limit: ANNOUNCEMENTS_MAX }
  const answer = await host.read<AnnouncementsPage>('announcements.unread', caller.authenticated.actor, input)
  return answered(answer).items.map(announcementShown)
}

async function setAsRead({ host, caller, params, requestId }: PrivateCall): Promise<'ok'> {
  const announcement = params.requiredWhole('announcement_id')
  const outcome = await host.execute({
    command: 'announcements.mark_read',
    actor: caller.authenticated.actor,
    input: { announcement },
    request: requestId,
  })
  if (outcome.kind === 'refused' && outcome.refusal.code === 'not_visible')
    throw invalidParam('announcement_id', 'announcement_not_found')
  settled(outcome)
  return 'ok'
}

const ACTIONS: Readonly<Record<string, string>> = {
  'announcement.published': 'new',
  'announcement.withdrawn': 'delete',
}

/** Everybody may follow it, and is told of each as it is published and as it is withdrawn. */
export async function openAnnouncements(opening: Opening, rest: readonly string[]): Promise<Opened> {
  if (rest.length > 0) return null
  const isTold = ({ kind }: Event): boolean => Object.hasOwn(ACTIONS, kind)
  return followAll(opening, isTold, ({ kind, data }) =>
    opening.tell({ action: ACTIONS[kind], ...announcementShown(data as AnnouncementView) }),
  )
}

export const ANNOUNCEMENT_METHODS: readonly Method[] = [
  { name: 'public/get_announcements', kind: 'public', answer: announcements },
  {
    name: 'private/get_new_announcements',
    kind: 'private',
    scope: 'account:read',
    answer: newAnnouncements,
  },
  {
    name: 'private/set_announcement_as_read',
    kind: 'private',
    scope: 'account:read_write',
    answer: setAsRead,
  },
]
