/**
 * The embedded mailbox: mails that were sent where no mail server is configured, so that what they say (a link to
 * confirm, a notice) can be read by whoever administers the party. Address and text are sealed by the host.
 */
import type { PartyId } from '../hierarchy/index.js'
import { type Id, type Image, Relation, type Row, ref, type Table, text, time } from '../image/index.js'

export type MailId = Id<'mail'>

const mailFields = {
  party: ref<PartyId>(),
  sealedTo: text(),
  subject: text(),
  sealedText: text(),
  sentAt: time(),
}

/** Mails kept for each party: the oldest make room. */
export const MAILS_OF_PARTY_MAX = 200

export class Mailbox {
  readonly table: Table<MailId, typeof mailFields>
  private readonly mailsOf: Relation<PartyId>

  constructor(image: Image) {
    this.table = image.table('mails', 'mai', mailFields)
    this.mailsOf = new Relation(this.table, this.table.party)
    image.derived(this.mailsOf)
  }

  /** Oldest first. */
  of(party: PartyId): Row[] {
    return this.mailsOf.of(party)
  }
}
