/** `public/auth` and the exchange of tokens (sections 2.1 and 2.7). */
import type { AccountId, TokenId } from '@stemma/core'
import type { Authenticated } from '../../services.js'
import { type Caller, useRead, useWritten } from './authentication.js'
import type { Call, Method } from './call.js'
import { invalidParam, notOfSubaccounts, unauthorized, VenueError } from './errors.js'
import { SESSION_NAME, scopeAsked } from './scopes.js'
import {
  ACCESS_SECONDS,
  ACCESS_SECONDS_MAX,
  type Given,
  issuePair,
  ofRefresh,
  type Pair,
  type PairAsked,
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
  const { authenticator, params } = call
  const proven = grant === 'client_credentials' ? await bySecret(call) : await bySignature(call)
  if (proven === null) throw new VenueError(13004)
  const caller = await authenticator.callerOf(proven)
  const { expiresInSeconds, ...scope } = scopeAsked(params.text('scope'), caller.scopes)
  const seconds = Math.min(expiresInSeconds ?? ACCESS_SECONDS, ACCESS_SECONDS_MAX)
  const { credential } = caller.authenticated
  const asked = { ...scope, credential, account: null, isNarrowed: false, seconds }
  return begun(call, caller, asked, { signedInFrom: call.address, replaces: null }, caller.isMain)
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
  return authenticator.signature({ clientId, timestamp, signature, scheme: null }, text, address)
}

async function refreshed(call: Call): Promise<Pair> {
  const caller = await holderOf(call)
  return begun(call, caller, ofRefresh(caller), replacing(caller), caller.isMain)
}

/** The main account becomes one of its subaccounts, and such a token the main account again. */
async function exchange(call: Call): Promise<unknown> {
  const { params } = call
  const caller = await holderOf(call)
  const before = ofRefresh(caller)
  const subject = subjectOf(call, caller, before)
  const isNarrowed = params.has('scope')
  const narrowed = isNarrowed ? scopeAsked(params.text('scope'), caller.scopes) : null
  const asked: PairAsked = {
    ...before,
    account: subject === caller.own && !isNarrowed ? null : subject,
    granted: narrowed?.granted ?? before.granted,
    life: narrowed === null || narrowed.life === 'connection' ? before.life : narrowed.life,
    seconds: Math.min(narrowed?.expiresInSeconds ?? before.seconds, ACCESS_SECONDS_MAX),
    address: narrowed?.address ?? before.address,
    isNarrowed,
  }
  const given = before.life === 'connection' ? replacing(caller) : NOTHING
  return (await begun(call, caller, asked, given, subject === caller.main)).told
}

/** Whom a token is exchanged for: a subaccount's own key stays where it is, and so does what came of a narrower one. */
function subjectOf({ params }: Call, caller: Caller, { isNarrowed }: PairAsked): AccountId {
  const name = params.has('subaccount_id') ? 'subaccount_id' : 'subject_id'
  const text = params.text(name) ?? params.missing('subject_id')
  if (!/^[1-9]\d{0,15}$/.test(text)) throw invalidParam(name, 'invalid_subaccount_id')
  if (caller.own !== caller.main || isNarrowed) throw notOfSubaccounts()
  const subject = Number(text) as AccountId
  if (subject !== caller.main && !caller.subaccounts.includes(subject))
    throw invalidParam(name, 'subaccount_not_found')
  return subject
}

/** A second session beside the one that the token is of. */
async function fork(call: Call): Promise<unknown> {
  const { params, services } = call
  const caller = await holderOf(call)
  const name = params.requiredText('session_name')
  if (!SESSION_NAME.test(name))
    throw invalidParam('session_name', 'must be 1 to 64 letters, digits, dashes or underscores')
  const before = ofRefresh(caller)
  if (before.life === 'connection') throw invalidParam('refresh_token', 'must be of a session')
  return (await issuePair(services, { ...before, life: `session:${name}` }, NOTHING, caller)).told
}

const NOTHING: Given = { signedInFrom: null, replaces: null }

const replacing = ({ authenticated }: Caller): Given => ({
  signedInFrom: null,
  replaces: authenticated.token,
})

/** Whoever has a refresh token. One of a connection is good on no other socket than its own. */
async function holderOf({ authenticator, params, address, session }: Call): Promise<Caller> {
  const caller = await authenticator.token(params.requiredText('refresh_token'), 'refresh', address)
  const { audience, token } = caller.authenticated
  const isBound = useRead(audience ?? '').life === 'connection'
  if (session !== null && isBound && !session.isOwn(token as TokenId)) throw unauthorized()
  return caller
}

/** Issues a pair. On a socket the new token is remembered: later calls need none. */
async function begun(
  call: Call,
  caller: Caller,
  asked: PairAsked,
  given: Given,
  isMain: boolean,
): Promise<Pair> {
  const { session, authenticator, services } = call
  const pair = await issuePair(services, asked, given, { isMain, features: caller.features })
  if (session === null) return pair
  const { credential, life } = asked
  const actor = { kind: 'credential', credential, token: pair.access, actingUser: null } as const
  const audience = useWritten({ ...asked, kind: 'access' })
  const proven = { actor, credential, user: caller.authenticated.user, token: pair.access, audience }
  session.remember(await authenticator.callerOf(proven), pair, life)
  return pair
}

export const AUTH_METHODS: readonly Method[] = [
  { name: 'public/auth', kind: 'public', isSigningIn: true, answer: authenticate },
  { name: 'public/exchange_token', kind: 'public', isSigningIn: true, answer: exchange },
  { name: 'public/fork_token', kind: 'public', answer: fork },
]
