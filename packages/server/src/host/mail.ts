/**
 * Mail behind a port. The embedded default keeps each mail in the book's own mailbox, where the native API shows it;
 * a mail server is another deliverer of the same effects.
 *
 * An effect of kind `mail` has the party as its payload's `party`, the sealed address as its target, and `subject` and
 * `sealedText` in the payload: nothing personal stands in the journal in the clear.
 */
import type { Plain } from '@stemma/core'
import type { Host } from '../services.js'
import type { Deliverer } from './effects.js'

type MailPayload = { readonly party: number; readonly subject: string; readonly sealedText: string }

export const mailboxDeliverer =
  (host: Pick<Host, 'execute'>): Deliverer =>
  async ({ target, payload }) => {
    const { party, subject, sealedText } = payload as Plain as MailPayload
    const outcome = await host.execute({
      command: 'mails.keep',
      input: { party, sealedTo: target, subject, sealedText },
      actor: { kind: 'system' },
    })
    return outcome.kind === 'refused'
      ? { isDelivered: false, detail: outcome.refusal.detail }
      : { isDelivered: true, detail: 'kept in the mailbox' }
  }
