/**
 * Token pairs (sections 2.1 and 2.7). Both are rows of the book: the refresh token first, and the access token from it,
 * so that whoever revokes the first takes away the second. A refresh token is good once.
 */
import {
  after,
  type CredentialId,
  type FoundCredential,
  type Instant,
  SECOND,
  type TokenId,
} from '@stemma/core'
import { findCredential } from '../../auth/index.js'
import type { Services } from '../../services.js'
import { type Caller, SURFACE, type TokenUse, useRead, useWritten } from './authentication.js'
import { fromRefusal, settled, unauthorized } from './errors.js'
import { scopesShown } from './scopes.js'

export const ACCESS_SECONDS = 900
export const ACCESS_SECONDS_MAX = 31_536_000
/** How much longer a refresh token lives than its access token. */
const REFRESH_SECONDS_MORE = 900
const SESSION_SECONDS_MORE = 7 * 86_400
const SYSTEM = { kind: 'system' } as const

export interface PairAsked {
  readonly credential: CredentialId
  /** The one account that the tokens are limited to, or null. */
  readonly account: number | null
  readonly granted: readonly string[]
  readonly life: string
  readonly address: string | null
  readonly seconds: number
}

export interface Pair {
  readonly access: TokenId
  readonly refresh: TokenId
  readonly told: Readonly<Record<string, unknown>>
}

export async function issuePair(services: Services, asked: PairAsked, isMain: boolean): Promise<Pair> {
  const { credential, life, address, granted, seconds } = asked
  const found = await findCredential(services.host, { credential })
  if (found === null) throw unauthorized()
  const now = services.host.now()
  const more = life === 'connection' ? REFRESH_SECONDS_MORE : SESSION_SECONDS_MORE
  const refresh = await issue(services, asked, null, { kind: 'refresh', life, address }, seconds + more, now)
  const access = await issue(services, asked, refresh.token, { kind: 'access', life, address }, seconds, now)
  const sign = (token: Issued, use: TokenUse['kind'], secondsOfToken: number): Promise<string> =>
    services.tokens.sign({
      ...named(found, services.url()),
      token: token.token,
      audience: useWritten({ kind: use, life, address }),
      scopes: granted,
      issuedAt: now,
      expiresAt: after(now, secondsOfToken * SECOND),
    })
  const words: string[] = [...scopesShown(granted), life]
  if (isMain) words.push('mainaccount')
  const told = {
    access_token: await sign(access, 'access', seconds),
    refresh_token: await sign(refresh, 'refresh', seconds + more),
    expires_in: seconds,
    scope: words.join(' '),
    token_type: 'bearer',
    enabled_features: [],
    ...(life === 'connection' ? {} : { sid: `s-${refresh.token}` }),
  }
  return { access: access.token, refresh: refresh.token, told }
}

const named = ({ id, user, clientId, firmName }: FoundCredential, issuer: string) => ({
  credential: id,
  user,
  clientId,
  firmName,
  surface: SURFACE,
  issuer: `${issuer}/`,
})

interface Issued {
  readonly token: TokenId
}

async function issue(
  { host }: Services,
  { credential, account, granted }: PairAsked,
  parent: TokenId | null,
  use: TokenUse,
  seconds: number,
  now: Instant,
): Promise<Issued> {
  const outcome = await host.execute({
    command: 'tokens.issue',
    actor: SYSTEM,
    input: {
      credential,
      surface: SURFACE,
      audience: useWritten(use),
      user: null,
      account,
      parent,
      scopes: granted,
      use: null,
      useExpiresAt: null,
      expiresAt: after(now, seconds * SECOND),
    },
  })
  return settled<Issued>(outcome)
}

export async function revokeToken({ host }: Services, token: TokenId): Promise<void> {
  const outcome = await host.execute({ command: 'tokens.revoke', actor: SYSTEM, input: { token } })
  // One that has expired meanwhile is gone already.
  if (outcome.kind === 'refused' && outcome.refusal.code !== 'not_visible') throw fromRefusal(outcome.refusal)
}

/** What the holder of a refresh token may have again. */
export const ofRefresh = ({ authenticated, account, own, scopes }: Caller) => {
  const { life, address } = useRead(authenticated.audience ?? '')
  return {
    credential: authenticated.credential,
    account: account === own ? null : account,
    granted: scopes,
    life,
    address,
    seconds: ACCESS_SECONDS,
  }
}
