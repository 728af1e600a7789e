/** Logins of subaccounts on this surface: the mail that confirms an address is written here, and addresses are opened. */
import type { AccountId, LoginView } from '@stemma/core'
import { confirmationMail } from '../../auth/email-links.js'
import { refuseUnauthorized } from './authorized.js'
import type { Prepare, Present } from './call.js'

/** Nothing is sealed for an account that is out of reach, and a dry run sends nothing. */
const setEmail: Prepare = async (services, call) => {
  const { email, ...input } = call.input
  const account = input.account as AccountId
  await refuseUnauthorized(services.host, call, [{ ability: 'administer', target: { account } }])
  const mail = call.isDryRun ? DRY : await confirmationMail(services, account, String(email))
  return { command: 'subaccounts.set_email', input: { ...input, ...mail } }
}
const DRY = {
  sealedEmail: 'dry run',
  secretHash: 'dry run',
  subject: 'dry run',
  sealedText: 'dry run',
}

const login: Present = async ({ sealing }, { input }, result) => {
  const { party, sealedEmail, sealedUnconfirmedEmail, ...shown } = result as never as LoginView
  const opened = (sealed: string | null): Promise<string | null> | null =>
    sealed === null ? null : sealing.open(party, sealed)
  return {
    ...shown,
    account: input.account,
    email: await opened(sealedEmail),
    unconfirmedEmail: await opened(sealedUnconfirmedEmail),
  }
}

export const SUBACCOUNT_PREPARE: readonly (readonly [string, Prepare])[] = [
  ['subaccounts.set_email', setEmail],
]
export const SUBACCOUNT_PRESENT: readonly (readonly [string, Present])[] = [['logins.get', login]]
