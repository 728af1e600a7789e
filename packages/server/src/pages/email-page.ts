/**
 * The page behind the link of a mail that confirms an address. Opening it changes nothing, since mail programs open links
 * by themselves: the button does. It is open to whoever has the link; the secret in it is good once, for a day.
 */
import { hash as hashPassword } from '@node-rs/argon2'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hashSecret } from '../auth/api-keys.js'
import { EMAIL_LINK_PATH } from '../auth/email-links.js'
import type { Services } from '../services.js'
import { shell } from './home-page.js'

export const PASSWORD_LENGTH_MIN = 12
export const PASSWORD_LENGTH_MAX = 256
const FORM_BYTES_MAX = 4_096
const SYSTEM = { kind: 'system' } as const

type Send = (reply: FastifyReply, status: number, body: string) => unknown

export async function registerEmailPage(
  app: FastifyInstance,
  { host }: Pick<Services, 'host'>,
  send: Send,
): Promise<void> {
  const isOpen = async (secretHash: string): Promise<boolean> => {
    const answer = await host.read<boolean>('emails.is_asked', SYSTEM, { secretHash })
    return answer.kind === 'answer' && answer.result
  }
  app.get(EMAIL_LINK_PATH, async (request, reply) => {
    const { secret } = request.query as { readonly secret?: unknown }
    if (typeof secret !== 'string' || !(await isOpen(hashSecret(secret)))) return send(reply, 404, GONE)
    return send(reply, 200, formPage(secret, null))
  })
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: FORM_BYTES_MAX },
      (_request, body, done) => done(null, new URLSearchParams(String(body))),
    )
    scope.post(EMAIL_LINK_PATH, (request, reply) => confirm(request, reply))
  })

  async function confirm(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
    const secret = form.get('secret') ?? ''
    const password = form.get('password') ?? ''
    const secretHash = hashSecret(secret)
    // Nothing is computed for whoever has no link.
    if (!(await isOpen(secretHash))) return send(reply, 404, GONE)
    if (password !== '' && (password.length < PASSWORD_LENGTH_MIN || password.length > PASSWORD_LENGTH_MAX))
      return send(reply, 400, formPage(secret, WRONG_LENGTH))
    const input = { secretHash, passwordHash: password === '' ? null : await hashPassword(password) }
    const outcome = await host.execute({ command: 'emails.confirm', actor: SYSTEM, input })
    return outcome.kind === 'refused' ? send(reply, 404, GONE) : send(reply, 200, DONE)
  }
}

const WRONG_LENGTH = `A password has ${PASSWORD_LENGTH_MIN} to ${PASSWORD_LENGTH_MAX} characters.`

/** `secret` is one that the book knows, so it is plain text of ours. */
const formPage = (secret: string, fault: string | null): string =>
  shell(
    'Confirm your address',
    `<h1>Confirm your address</h1>
<p>With this button the address that the mail came to is the one of the account.</p>
${fault === null ? '' : `<p role="alert">${fault}</p>`}
<form method="post" action="${EMAIL_LINK_PATH}">
<input type="hidden" name="secret" value="${secret}">
<p><label>A password to sign in with, if you want to choose one now<br>
<input type="password" name="password" autocomplete="new-password" minlength="${PASSWORD_LENGTH_MIN}" maxlength="${PASSWORD_LENGTH_MAX}"></label></p>
<button type="submit">Confirm</button>
</form>`,
  )

const GONE = shell(
  'The link has ended',
  `<h1>The link has ended</h1>
<p>It was used before, it is older than a day, or a newer one was sent. Ask for another.</p>`,
)
const DONE = shell(
  'Confirmed',
  '<h1>Confirmed</h1>\n<p>The address is confirmed. You can close this page.</p>',
)
