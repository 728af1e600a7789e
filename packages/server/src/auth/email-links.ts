/** Links that confirm a mail address: a secret that is in the mail alone, and its digest in the book. */
import { randomBytes } from 'node:crypto'
import type { AccountId, AccountView } from '@stemma/core'
import type { Services } from '../services.js'
import { hashSecret } from './api-keys.js'

export const EMAIL_LINK_PATH = '/email/confirm'
const SECRET_BYTES = 32
const SYSTEM = { kind: 'system' } as const

/** What is sent to an address that an account is to have, sealed for the account's party. */
export async function confirmationMail(
  { host, sealing, url }: Pick<Services, 'host' | 'sealing' | 'url'>,
  account: AccountId,
  email: string,
) {
  const answer = await host.read<AccountView>('accounts.get', SYSTEM, { account })
  if (answer.kind === 'refused') throw new Error(`expected the account ${account} to be there`)
  const { party, displayName } = answer.result
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  const text = [
    `Your address was given as the one of the account ${displayName}.`,
    '',
    'Follow this link within a day to confirm it and, if you like, to choose a password:',
    `${url()}${EMAIL_LINK_PATH}?secret=${secret}`,
    '',
    'If you know nothing of this, do nothing: the link ends by itself.',
  ].join('\n')
  return {
    sealedEmail: await sealing.seal(party, email),
    secretHash: hashSecret(secret),
    subject: 'Confirm your address',
    sealedText: await sealing.seal(party, text),
  }
}
