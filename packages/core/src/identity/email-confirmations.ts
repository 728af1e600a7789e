/**
 * Mail addresses that somebody has asked for and nobody has confirmed yet: the old one stays until the link that was
 * sent to the new one is followed. One for each user; the next one asked for takes its place.
 */
import {
  type Id,
  type Image,
  NO_ROW,
  Relation,
  type Row,
  ref,
  type Table,
  text,
  time,
  timeOrNull,
  UniqueIndex,
} from '../image/index.js'

export type EmailConfirmationId = Id<'email_confirmation'>

const fields = {
  user: ref<Id<'user'>>(),
  sealedEmail: text(),
  /** SHA-256 of the secret in the link; the link is kept nowhere. */
  secretHash: text(),
  expiresAt: timeOrNull(),
  createdAt: time(),
}

export class EmailConfirmations {
  readonly table: Table<EmailConfirmationId, typeof fields>
  readonly bySecretHash: UniqueIndex<string>
  private readonly ofUser: Relation<Id<'user'>>

  constructor(image: Image) {
    this.table = image.table('emailConfirmations', 'emc', fields)
    image.enrolDue(this.table, this.table.expiresAt)
    this.bySecretHash = new UniqueIndex(this.table, this.table.secretHash)
    this.ofUser = new Relation(this.table, this.table.user)
    image.derived(this.bySecretHash)
    image.derived(this.ofUser)
  }

  /** What a user has to confirm, or NO_ROW. */
  find(user: Id<'user'>): Row {
    return this.ofUser.head(user)
  }

  forget(user: Id<'user'>): void {
    const row = this.find(user)
    if (row !== NO_ROW) this.table.remove(row)
  }
}
