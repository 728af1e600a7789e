/** Small methods of whoever holds an account: the language of its mails, its locks, its currencies, its custodians (section 3.7). */
import { LANGUAGES, type Language } from '@stemma/core'
import { lockOf } from './access-channels.js'
import { accountRead, type Method, type PrivateCall } from './call.js'
import { currencies } from './currencies.js'
import { answered, settled } from './errors.js'
import { CURRENCIES, currencyNamed } from './instruments.js'

async function language(call: PrivateCall): Promise<Language> {
  const { host, caller } = call
  const input = { account: accountRead(call) }
  return answered(await host.read<Language>('accounts.language', caller.authenticated.actor, input))
}

async function setLanguage({ host, caller, params, requestId }: PrivateCall): Promise<'ok'> {
  const outcome = await host.execute({
    command: 'accounts.set_language',
    actor: caller.authenticated.actor,
    input: {
      account: caller.account,
      language: params.oneOf('language', LANGUAGES) ?? params.missing('language'),
    },
    request: requestId,
  })
  settled(outcome)
  return 'ok'
}

/** An account is locked as a whole here; both names of the flag, as documents and samples have them. */
async function locks(call: PrivateCall): Promise<unknown> {
  const { isLocked, detail } = await lockOf(call.services, { account: accountRead(call) })
  return CURRENCIES.map((currency) => ({
    currency,
    enabled: isLocked,
    locked: isLocked,
    ...(detail === null ? {} : { message: detail }),
  }))
}

/** Coin that a custodian keeps for an account: this house works with none. */
function custody(call: PrivateCall): readonly unknown[] {
  accountRead(call)
  currencyNamed(call.params)
  return []
}

export const USER_METHODS: readonly Method[] = [
  { name: 'private/get_email_language', kind: 'private', scope: 'account:read', answer: language },
  { name: 'private/set_email_language', kind: 'private', scope: 'account:read_write', answer: setLanguage },
  { name: 'private/get_user_locks', kind: 'private', scope: 'account:read', answer: locks },
  { name: 'private/list_custody_accounts', kind: 'private', scope: 'account:read', answer: custody },
  { name: 'private/get_currencies', kind: 'private', scope: 'account:read', answer: currencies },
]
