/** Announcements: what the house tells everybody, and what each user has read of it. */
import { operation } from '../operation.js'
import {
  announcement,
  announcementBody,
  announcementTitle,
  EXAMPLE_ANNOUNCEMENT,
} from '../resources/announcements.js'
import { EXAMPLE, made, page, paging, reason } from '../resources/common.js'
import { flag, id, instant, object, optional } from '../wire/index.js'

const { title, body, is_important } = EXAMPLE_ANNOUNCEMENT
const announced = made('announcement', 'ann')

export const ANNOUNCEMENT_OPERATIONS = [
  operation('announcements.publish', {
    kind: 'command',
    method: 'POST',
    path: '/announcements',
    summary: 'Tell everybody something',
    description:
      'For whoever administers the root of the tree. It stands until it is withdrawn and is never changed: to say it otherwise, withdraw it and publish another. Its events are at the root: `announcement.published`, `announcement.withdrawn`.',
    scope: 'announcements:write',
    input: object({
      title: announcementTitle(),
      body: announcementBody(),
      is_important: optional(flag(), false),
      is_confirmation_asked: optional(flag('Ask whoever reads it to mark it as read'), false),
    }),
    output: announced,
    refusals: ['not_visible', 'level_insufficient', 'limit_reached'],
    example: {
      request: { title, body, is_important },
      response: { announcement: EXAMPLE.announcement, sequence: 990 },
    },
  }),
  operation('announcements.withdraw', {
    kind: 'command',
    method: 'POST',
    path: '/announcements/{announcement}/withdraw',
    summary: 'Take an announcement back, read or not',
    scope: 'announcements:write',
    input: object({ announcement: id('ann'), reason: optional(reason()) }),
    output: announced,
    refusals: ['not_visible', 'level_insufficient'],
    example: {
      request: { announcement: EXAMPLE.announcement },
      response: { announcement: EXAMPLE.announcement, sequence: 991 },
    },
  }),
  operation('announcements.mark_read', {
    kind: 'command',
    method: 'POST',
    path: '/announcements/{announcement}/read',
    summary: 'Mark an announcement as read',
    description:
      'For the acting user alone, and for good. Of one that the user has read already nothing changes. Who has read one says the event `announcement.read` with the announcement as its subject, at the party of the user.',
    scope: 'accounts:write',
    input: object({ announcement: id('ann') }),
    output: announced,
    refusals: ['not_visible', 'level_insufficient'],
    example: {
      request: { announcement: EXAMPLE.announcement },
      response: { announcement: EXAMPLE.announcement, sequence: 992 },
    },
  }),
  operation('announcements.list', {
    kind: 'query',
    method: 'GET',
    path: '/announcements',
    summary: 'List the announcements that stand, newest first',
    scope: null,
    input: object({
      from: optional(instant('Not published before')),
      to: optional(instant('Not published after')),
      ...paging,
    }),
    output: page(announcement),
    refusals: [],
    example: {
      request: { limit: 5 },
      response: { items: [EXAMPLE_ANNOUNCEMENT], next_cursor: null },
    },
  }),
  operation('announcements.unread', {
    kind: 'query',
    method: 'GET',
    path: '/announcements/unread',
    summary: 'List the announcements that the acting user has not read, newest first',
    scope: 'accounts:read',
    input: object({ ...paging }),
    output: page(announcement),
    refusals: ['level_insufficient'],
    example: {
      request: {},
      response: { items: [EXAMPLE_ANNOUNCEMENT], next_cursor: null },
    },
  }),
] as const
