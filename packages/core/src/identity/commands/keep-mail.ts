/** `mails.keep`: the server puts a mail into the embedded mailbox. Nobody else can. */
import type { PartyId } from '../../hierarchy/index.js'
import { command } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { IdentityContext } from '../identity.js'
import { MAILS_OF_PARTY_MAX, type MailId } from '../mailbox.js'

export type KeepMail = {
  readonly party: PartyId
  readonly sealedTo: string
  readonly subject: string
  readonly sealedText: string
}

export const keepMail = command({
  name: 'mails.keep',
  scope: 'users:write',
  needs: (_context: IdentityContext, { party }: KeepMail) => [{ ability: 'administer', target: { party } }],
  decide(context, { party, sealedTo, subject, sealedText }) {
    const { doer, hierarchy, identity, image, now } = context
    if (doer.credential !== null) refuse('not_visible', 'there is no such thing within reach')
    const kept = identity.mailbox.of(party)
    const oldest = kept[0]
    if (kept.length >= MAILS_OF_PARTY_MAX && oldest !== undefined) identity.mailbox.table.remove(oldest)
    const mail = image.newId<MailId>()
    identity.mailbox.table.insert(mail, { party, sealedTo, subject, sealedText, sentAt: now })
    const paths = [hierarchy.pathOf(hierarchy.parties.row(party))]
    context.emit({
      kind: 'mail.kept',
      subject: `mai_${mail}`,
      paths,
      data: { subject, to: 'changed', text: 'changed' },
    })
    return { mail }
  },
})
