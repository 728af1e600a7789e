/** `public/auth` and the exchange of tokens (sections 2.1 and 2.7). */
import type { AccountId } from '@stemma/core'
import type { Authenticated } from '../../services.js'
import { type Caller, useWritten } from './authentication.js'
import type { Call, Method } from './call.js'
import { invalidParam, notOfSubaccounts, unauthorized, VenueError } from './errors.js'
import { scopeAsked } from './scopes.js'
import {
  ACCESS_SECONDS,
  ACCESS_SECONDS_MAX,
  issuePair,
  ofRefresh,
  type Pair,
  type PairAsked,
  revokeToken,
} from './tokens.js'

const GRANTS = ['client_credentials', 'client_signature', 'refresh_token'] as const
export const NONCE_LENGTH_MAX = 256

async function authenticate(call: Call): Promise<unknown> {
  const { params } = call
  const grant = params.oneOf('grant_type', GRANTS) ?? params.missing('grant_type')
  const pair = grant === 'refresh_token' ? await refreshed(call) : await granted(call, grant)
  const state = params.text('state')
  return state === null ? pair.told : { ...pair.told, state }
}

async function granted(call: Call, grant: 'client_credentials' | 'client_signature'): Promise<Pair> {
  const { authenticator, params, services } = call
  const proven = grant === 'client_credentials' ? await bySecret(call) : await bySignature(call)
  if (proven === null) throw new VenueError(13004)
  const caller = await authenticator.callerOf(proven)
  const { granted, life, address, expiresInSeconds } = scopeAsked(params.text('scope'), caller.scopes)
  const seconds = Math.min(expiresInSeconds ?? ACCESS_SECONDS, ACCESS_SECONDS_MAX)
  const { credential } = caller.authenticated
  const asked = { credential, account: null, granted, life, address, seconds }
  return begun(call, caller, asked, await issuePair(services, asked, caller.isMain))
}

function bySecret({ authenticator, params, address }: Call): Promise<Authenticated | null> {
  return authenticator.secret(params.requiredText('client_id'), params.requiredText('client_secret'), address)
}

function bySignature({ authenticator, params, address }: Call): Promise<Authenticated | null> {
  const clientId = params.requiredText('client_id')
  const timestamp = String(params.requiredWhole('timestamp'))
  const signature = params.requiredText('signature')
  const nonce = params.text('nonce') ?? ''
  if (nonce.length > NONCE_LENGTH_MAX)
    throw invalidParam('nonce', `must have at most ${NONCE_LENGTH_MAX} characters`)
  const text = `${timestamp}\n${nonce}\n${params.text('data') ?? ''}`
  return authenticator.signature({ clientId, timestamp, nonce, signature }, text, address)
}

async function refreshed(call: Call): Promise<Pair> {
  const caller = await holderOf(call)
  const asked = ofRefresh(caller)
  const pair = await issuePair(call.services, asked, caller.isMain)
  await giveBack(call, caller)
  return begun(call, caller, asked, pair)
}

/** The main account becomes one of its subaccounts, and such a token the main account again. */
async function exchange(call: Call): Promise<unknown> {
  const { params, services } = call
  const caller = await holderOf(call)
  const name = params.has('subaccount_id') ? 'subaccount_id' : 'subject_id'
  const text = params.text(name) ?? params.missing('subject_id')
  if (!/^[1-9]\d{0,15}$/.test(text)) throw invalidParam(name, 'invalid_subaccount_id')
  // A subaccount's own key stays where it is.
  if (caller.own !== caller.main) throw notOfSubaccounts()
  const subject = Number(text) as AccountId
  if (subject !== caller.main && !caller.subaccounts.includes(subject))
    throw invalidParam(name, 'subaccount_not_found')
  const narrowed = params.has('scope') ? scopeAsked(params.text('scope'), caller.scopes) : null
  const before = ofRefresh(caller)
  const asked: PairAsked = {
    ...before,
    account: subject === caller.own ? null : subject,
    granted: narrowed?.granted ?? before.granted,
    life: narrowed?.life ?? before.life,
  }
  const pair = await issuePair(services, asked, subject === caller.main)
  if (before.life === 'connection') await giveBack(call, caller)
  return (await begun(call, caller, asked, pair)).told
}

/** A second session beside the one that the token is of. */
async function fork(call: Call): Promise<unknown> {
  const { params, services } = call
  const caller = await holderOf(call)
  const name = params.requiredText('session_name')
  if (!/^[\w-]{1,64}$/.test(name))
    throw invalidParam('session_name', 'must be 1 to 64 letters, digits, dashes or underscores')
  const before = ofRefresh(caller)
  if (before.life === 'connection') throw invalidParam('refresh_token', 'must be of a session')
  const asked = { ...before, life: `session:${name}` }
  return (await issuePair(services, asked, caller.isMain)).told
}

const holderOf = ({ authenticator, params, address }: Call): Promise<Caller> =>
  authenticator.token(params.requiredText('refresh_token'), 'refresh', address)

async function giveBack({ services }: Call, { authenticated }: Caller): Promise<void> {
  if (authenticated.token === null) throw unauthorized()
  await revokeToken(services, authenticated.token)
}

/** On a socket the new token is remembered: later calls need none. */
async function begun(call: Call, { authenticated }: Caller, asked: PairAsked, pair: Pair): Promise<Pair> {
  const { session, authenticator } = call
  if (session === null) return pair
  const { credential, life, address } = asked
  const actor = { kind: 'credential', credential, token: pair.access, actingUser: null } as const
  const audience = useWritten({ kind: 'access', life, address })
  const proven = { actor, credential, user: authenticated.user, token: pair.access, audience }
  session.remember(await authenticator.callerOf(proven), pair, life)
  return pair
}

export const AUTH_METHODS: readonly Method[] = [
  { name: 'public/auth', kind: 'public', answer: authenticate },
  { name: 'public/exchange_token', kind: 'public', answer: exchange },
  { name: 'public/fork_token', kind: 'public', answer: fork },
]
