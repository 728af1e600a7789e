/** What announcements ask: who may speak for the house, whose reading it is, and how a text has to look. */
import { NOWHERE } from '../access/index.js'
import { isPrintable } from '../hierarchy/index.js'
import type { UserId } from '../identity/index.js'
import { type Doer, type Need, NO_ROW, type Row } from '../image/index.js'
import { refuse } from '../refusals/index.js'
import {
  ANNOUNCEMENT_BODY_LENGTH_MAX,
  ANNOUNCEMENT_TITLE_LENGTH_MAX,
  type AnnouncementId,
  type Announcements,
  type AnnouncementsContext,
} from './announcements.js'

/** Whoever administers the root speaks for the house. */
export function needsOfHouse({ hierarchy: { root, parties } }: AnnouncementsContext): Need[] {
  return [{ ability: 'administer', target: root === NO_ROW ? NOWHERE : { party: parties.id(root) } }]
}

/** The row, or the refusal that an id which never was gets too. */
export function announcementRow({ table }: Announcements, announcement: AnnouncementId): Row {
  const row = table.find(announcement)
  return row === NO_ROW ? refuse('not_visible', 'there is no such announcement, or not any more') : row
}

/** Reading is a user's: a party's credential reads for nobody unless it acts as a user. */
export const readerOf = ({ user }: Doer): UserId =>
  user === null
    ? refuse('level_insufficient', 'expected a user; a credential of a party has to act as one')
    : (user as UserId)

/** 1 to 200 printable characters, not blank. */
export function checkTitle(title: string): void {
  if (!isPrintable(title, ANNOUNCEMENT_TITLE_LENGTH_MAX))
    refuse('malformed', `expected 1 to ${ANNOUNCEMENT_TITLE_LENGTH_MAX} printable characters`, {
      field: '/title',
    })
}

/** Lines of printable characters, 1 to 8,192 with their breaks, not all blank. */
export function checkBody(body: string): void {
  const printed = body.replaceAll('\n', ' ')
  if (!isPrintable(printed, ANNOUNCEMENT_BODY_LENGTH_MAX))
    refuse(
      'malformed',
      `expected 1 to ${ANNOUNCEMENT_BODY_LENGTH_MAX} printable characters and line breaks (\\n)`,
      { field: '/body' },
    )
}
