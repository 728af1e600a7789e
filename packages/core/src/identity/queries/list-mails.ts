/** `mails.list`: the embedded mailbox of a party, newest first. Address and text are sealed; the surface opens them. */
import type { PartyId } from '../../hierarchy/index.js'
import { type Instant, query } from '../../image/index.js'
import type { IdentityContext } from '../identity.js'
import type { MailId } from '../mailbox.js'

export type ListMails = { readonly party: PartyId; readonly limit: number; readonly after: MailId | null }

export interface MailView {
  readonly id: MailId
  readonly party: PartyId
  readonly sealedTo: string
  readonly subject: string
  readonly sealedText: string
  readonly sentAt: Instant
}

export const listMails = query({
  name: 'mails.list',
  scope: 'users:read',
  needs: (_context: IdentityContext, { party }: ListMails) => [{ ability: 'administer', target: { party } }],
  read({ identity }, { party, limit, after }): readonly MailView[] {
    const { table } = identity.mailbox
    return identity.mailbox
      .of(party)
      .reverse()
      .filter((row) => after === null || table.id(row) < after)
      .slice(0, limit)
      .map((row) => ({ id: table.id(row), ...table.read(row) }))
  },
})
