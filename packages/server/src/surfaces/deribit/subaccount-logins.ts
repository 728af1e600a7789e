/**
 * What a main account sets for its subaccounts under its second factor (section 3.2): their logins, whether they are told
 * things, what they may trade, and that one goes.
 */
import type { AccountId, Plain } from '@stemma/core'
import { confirmationMail } from '../../auth/email-links.js'
import { PRODUCT_WORDS } from './account-shown.js'
import { accountNamed, type Method, type PrivateCall } from './call.js'
import { fromRefusal, invalidParam, settled, VenueError } from './errors.js'

export const EMAIL_LENGTH_MAX = 320

/** A subaccount of the caller's that a parameter names. */
function subaccountNamed(call: PrivateCall, name: string): AccountId {
  const account = accountNamed(call, name)
  if (account === call.caller.main) throw invalidParam(name, 'subaccount_not_found')
  return account
}

function carryOut({ host, caller, requestId }: PrivateCall, command: string, input: Plain) {
  return host.execute({ command, actor: caller.authenticated.actor, input, request: requestId })
}

function emailAsked({ params }: PrivateCall): string {
  const email = params.requiredText('email')
  if (email.length > EMAIL_LENGTH_MAX || !/^[^\s@]+@[^\s@]+$/.test(email))
    throw invalidParam('email', 'must be an email address')
  return email
}

async function setEmail(call: PrivateCall): Promise<unknown> {
  const account = subaccountNamed(call, 'sid')
  const mail = await confirmationMail(call.services, account, emailAsked(call))
  settled(await carryOut(call, 'subaccounts.set_email', { account, ...mail }))
  return 'ok'
}

const isEnabling = ({ params }: PrivateCall): boolean =>
  (params.oneOf('state', ['enable', 'disable']) ?? params.missing('state')) === 'enable'

async function toggleLogin(call: PrivateCall): Promise<unknown> {
  const input = { account: subaccountNamed(call, 'sid'), isEnabled: isEnabling(call) }
  settled(await carryOut(call, 'subaccounts.set_login', input))
  return 'ok'
}

const isNotifying = ({ params }: PrivateCall): boolean =>
  params.has('state') ? params.flag('state') : params.missing('state')

async function toggleNotifications(call: PrivateCall): Promise<unknown> {
  const input = { account: subaccountNamed(call, 'sid'), isNotified: isNotifying(call) }
  settled(await carryOut(call, 'subaccounts.set_notified', input))
  return 'ok'
}

async function remove(call: PrivateCall): Promise<unknown> {
  const account = subaccountNamed(call, 'subaccount_id')
  const outcome = await carryOut(call, 'subaccounts.remove', { account })
  if (outcome.kind === 'refused')
    throw outcome.refusal.code === 'not_empty'
      ? new VenueError(11030, undefined, 'subaccount_not_empty')
      : fromRefusal(outcome.refusal)
  return 'ok'
}

function productsAsked({ params }: PrivateCall) {
  const words: Readonly<Record<string, string>> = PRODUCT_WORDS
  return params.texts('trading_products').map((word) => {
    const product = Object.hasOwn(words, word) ? words[word] : undefined
    if (product !== undefined) return product
    throw invalidParam('trading_products', `must be of ${Object.keys(words).join(', ')}`)
  })
}

async function setProducts(call: PrivateCall): Promise<unknown> {
  const input = { account: accountNamed(call, 'user_id'), products: productsAsked(call) }
  settled(await carryOut(call, 'accounts.bar_products', input))
  return 'ok'
}

const managing = (
  name: string,
  withoutFactor: 'refused' | 'allowed',
  checkParams: (call: PrivateCall) => void,
  answer: (call: PrivateCall) => unknown,
): Method => ({
  name: `private/${name}`,
  kind: 'private',
  scope: 'account:read_write',
  isMainOnly: true,
  protection: { factor: 'account', withoutFactor },
  checkParams,
  answer,
})

export const SUBACCOUNT_LOGIN_METHODS: readonly Method[] = [
  managing(
    'set_email_for_subaccount',
    'refused',
    (call) => {
      subaccountNamed(call, 'sid')
      emailAsked(call)
    },
    setEmail,
  ),
  managing(
    'toggle_subaccount_login',
    'refused',
    (call) => {
      subaccountNamed(call, 'sid')
      isEnabling(call)
    },
    toggleLogin,
  ),
  managing(
    'toggle_notifications_from_subaccount',
    'refused',
    (call) => {
      subaccountNamed(call, 'sid')
      isNotifying(call)
    },
    toggleNotifications,
  ),
  managing('remove_subaccount', 'refused', (call) => void subaccountNamed(call, 'subaccount_id'), remove),
  managing(
    'set_disabled_trading_products',
    'allowed',
    (call) => {
      accountNamed(call, 'user_id')
      productsAsked(call)
    },
    setProducts,
  ),
]
