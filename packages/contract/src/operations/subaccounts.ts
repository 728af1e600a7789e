/** Subaccounts as their main account has them: made, called, removed; their logins, and the mail that confirms an address. */
import { operation } from '../operation.js'
import { displayName, EXAMPLE, made } from '../resources/common.js'
import { EXAMPLE_LOGIN, email, login } from '../resources/identity.js'
import { INSTRUMENT_KINDS } from '../resources/market.js'
import { choice, count, flag, id, list, object } from '../wire/index.js'

const SUBACCOUNT_NAME_LENGTH_MAX = 64
/** Every kind of instrument, and what is sold beside them. */
const PRODUCTS = [...INSTRUMENT_KINDS, 'future_combo', 'option_combo'] as const

const inPath = { account: id('acc', 'The subaccount') } as const
const ofLogin = object({ account: id('acc'), user: id('usr', 'Who signs in to it'), sequence: count() })
const doneLogin = { account: EXAMPLE.second, user: EXAMPLE.user, sequence: 832 } as const
const REFUSALS = ['not_visible', 'main_account_invalid', 'transition_invalid'] as const

const SUBACCOUNTS = [
  operation('subaccounts.create', {
    kind: 'command',
    method: 'POST',
    path: '/accounts/{main}/subaccounts',
    summary: 'Make a subaccount of a main account, without saying anything',
    description:
      'It is called by the main account’s name and the first number that is free, and is of the type `segregated_standard`; `accounts.open` with `main` says more. A main account has at most 20 so.',
    scope: 'accounts:write',
    input: object({ main: id('acc', 'The main account') }),
    output: made('account', 'acc'),
    refusals: [
      'not_visible',
      'main_account_invalid',
      'account_not_active',
      'party_suspended',
      'limit_reached',
    ],
    example: {
      request: { main: EXAMPLE.account },
      response: { account: EXAMPLE.second, sequence: 830 },
    },
  }),
  operation('subaccounts.rename', {
    kind: 'command',
    method: 'PUT',
    path: '/subaccounts/{account}/name',
    summary: 'Call a subaccount something else',
    description: 'What people read; unique under the main account.',
    scope: 'accounts:write',
    input: object({ ...inPath, display_name: displayName(SUBACCOUNT_NAME_LENGTH_MAX) }),
    output: made('account', 'acc'),
    refusals: ['not_visible', 'main_account_invalid', 'name_taken'],
    example: {
      request: { account: EXAMPLE.second, display_name: 'Volatility desk' },
      response: { account: EXAMPLE.second, sequence: 831 },
    },
  }),
  operation('subaccounts.remove', {
    kind: 'command',
    method: 'DELETE',
    path: '/subaccounts/{account}',
    summary: 'Remove a subaccount for good, with its keys and its login',
    description:
      'Only with no position, no open order and a balance of zero in every currency: `data.precondition` says what is in the way. A login that is bound to something else besides stays for that.',
    scope: 'accounts:write',
    input: object(inPath),
    output: made('account', 'acc'),
    refusals: [...REFUSALS, 'not_empty'],
    example: {
      request: { account: EXAMPLE.second },
      response: { account: EXAMPLE.second, sequence: 833 },
    },
  }),
  operation('accounts.bar_products', {
    kind: 'command',
    method: 'PUT',
    path: '/accounts/{account}/barred-products',
    summary: 'Say which products an account may not trade; the list takes the place of the one before',
    description: 'Orders that can only reduce what is held are taken all the same.',
    scope: 'accounts:write',
    input: object({ account: id('acc'), products: list(choice(PRODUCTS), { max: PRODUCTS.length }) }),
    output: object({ account: id('acc'), version: count({ min: 1 }), sequence: count() }),
    refusals: ['not_visible', 'transition_invalid'],
    example: {
      request: { account: EXAMPLE.account, products: ['option'] },
      response: { account: EXAMPLE.account, version: 2, sequence: 834 },
    },
  }),
] as const

const LOGINS = [
  operation('logins.get', {
    kind: 'query',
    method: 'GET',
    path: '/accounts/{account}/login',
    summary: 'Read who signs in to an account, and which address waits to be confirmed',
    description:
      'Of a subaccount the login that sees it alone; of a main account the oldest user that holds its whole party.',
    scope: 'users:read',
    input: object({ account: id('acc') }),
    output: login,
    refusals: ['not_visible'],
    example: { request: { account: EXAMPLE.second }, response: EXAMPLE_LOGIN },
  }),
  operation('logins.remove', {
    kind: 'command',
    method: 'DELETE',
    path: '/accounts/{account}/login',
    summary: 'Take the login of a subaccount away, and leave the subaccount',
    description:
      'The user is closed, its keys and tokens are revoked, and a link that would have confirmed its address leads nowhere. One that is bound to something else besides loses this subaccount alone. Keys that others made for the subaccount stay.',
    scope: 'accounts:write',
    input: object(inPath),
    output: ofLogin,
    refusals: REFUSALS,
    example: { request: { account: EXAMPLE.second }, response: doneLogin },
  }),
  operation('subaccounts.set_email', {
    kind: 'command',
    method: 'PUT',
    path: '/accounts/{account}/login/email',
    summary: 'Give the login of a subaccount an address, and send the link that confirms it',
    description:
      'The link is good once, for a day; the old address stays until it is followed, and a further request takes the place of one that waits. On its page a password may be chosen. Without a mail server the mail is in `mails.list`. A subaccount without a login gets one that is disabled.',
    scope: 'accounts:write',
    input: object({ ...inPath, email: email() }),
    output: ofLogin,
    refusals: [...REFUSALS, 'limit_reached', 'grant_exceeds_own'],
    example: {
      request: { account: EXAMPLE.second, email: 'desk@acme.example' },
      response: doneLogin,
    },
  }),
  operation('subaccounts.withdraw_email', {
    kind: 'command',
    method: 'DELETE',
    path: '/accounts/{account}/login/email',
    summary: 'Take back the link that would confirm an address; the one that counts stays',
    scope: 'accounts:write',
    input: object(inPath),
    output: ofLogin,
    refusals: REFUSALS,
    example: { request: { account: EXAMPLE.second }, response: doneLogin },
  }),
  operation('subaccounts.set_login', {
    kind: 'command',
    method: 'PUT',
    path: '/accounts/{account}/login/enabled',
    summary: 'Say whether the login of a subaccount may sign in',
    description: 'Disabling ends its sessions at once; its keys stay. A subaccount without a login gets one.',
    scope: 'accounts:write',
    input: object({ ...inPath, is_enabled: flag() }),
    output: ofLogin,
    refusals: [...REFUSALS, 'limit_reached', 'grant_exceeds_own'],
    example: { request: { account: EXAMPLE.second, is_enabled: true }, response: doneLogin },
  }),
  operation('subaccounts.set_notified', {
    kind: 'command',
    method: 'PUT',
    path: '/accounts/{account}/login/notified',
    summary: 'Say whether the login of a subaccount is told things',
    scope: 'accounts:write',
    input: object({ ...inPath, is_notified: flag() }),
    output: ofLogin,
    refusals: [...REFUSALS, 'limit_reached', 'grant_exceeds_own'],
    example: { request: { account: EXAMPLE.second, is_notified: true }, response: doneLogin },
  }),
] as const

export const SUBACCOUNT_OPERATIONS = [...SUBACCOUNTS, ...LOGINS] as const
