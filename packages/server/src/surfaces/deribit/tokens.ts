/**
 * Token pairs (sections 2.1 and 2.7). Both are rows of the book: the access token comes from the refresh token, and that
 * from its session where it is of one, so that whoever ends the first takes away the rest. A refresh token is good once.
 */
import { after, type CredentialId, type FoundCredential, SECOND, type TokenId } from '@stemma/core'
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

export interface PairAsked extends Omit<TokenUse, 'kind'> {
  readonly credential: CredentialId
  /** The one account that the tokens are limited to, or null. */
  readonly account: number | null
  readonly granted: readonly string[]
  readonly seconds: number
}

/** What a pair is given for: a proof from an address, or the refresh token that it takes the place of; both may be null. */
export interface Given {
  readonly signedInFrom: string | null
  readonly replaces: TokenId | null
}

export interface Pair {
  readonly access: TokenId
  readonly refresh: TokenId
  readonly told: Readonly<Record<string, unknown>>
}

interface Issued {
  readonly refresh: TokenId
  readonly access: TokenId
  readonly session: number | null
}

/** `isMain` says whether it is for the main account, and so with what only that may do. */
export async function issuePair(
  services: Services,
  asked: PairAsked,
  given: Given,
  shown: { readonly isMain: boolean; readonly features: readonly string[] },
): Promise<Pair> {
  const { credential, life, granted, seconds } = asked
  const found = await findCredential(services.host, { credential })
  if (found === null) throw unauthorized()
  const now = services.host.now()
  const more = life === 'connection' ? REFRESH_SECONDS_MORE : SESSION_SECONDS_MORE
  const half = (kind: TokenUse['kind'], secondsOfToken: number) => ({
    audience: useWritten({ ...asked, kind }),
    expiresAt: after(now, secondsOfToken * SECOND),
  })
  const halves = { refresh: half('refresh', seconds + more), access: half('access', seconds) }
  const outcome = await services.host.execute({
    command: 'tokens.issue_pair',
    actor: SYSTEM,
    input: {
      credential,
      surface: SURFACE,
      account: asked.account,
      scopes: granted,
      session: sessionOf(life),
      ...halves,
      ...given,
    },
  })
  const { access, refresh, session } = settled<Issued>(outcome)
  const sign = (token: TokenId, { audience, expiresAt }: ReturnType<typeof half>): Promise<string> =>
    services.tokens.sign({
      ...named(found, services.url()),
      token,
      audience,
      scopes: granted,
      issuedAt: now,
      expiresAt,
    })
  const words: string[] = [...scopesShown(granted), life]
  if (shown.isMain && !asked.isNarrowed) words.push('mainaccount')
  const told = {
    access_token: await sign(access, halves.access),
    refresh_token: await sign(refresh, halves.refresh),
    expires_in: seconds,
    scope: words.join(' '),
    token_type: 'bearer',
    enabled_features: shown.features,
    ...(session === null ? {} : { sid: `s-${session}` }),
    ...((await isWithFactor(services, found)) ? { mandatory_tfa_status: 'enabled' } : {}),
  }
  return { access, refresh, told }
}

const sessionOf = (life: string): string | null =>
  life === 'connection' ? null : life.slice('session:'.length)

async function isWithFactor({ factors }: Services, { user }: FoundCredential): Promise<boolean> {
  const known = user === null ? null : await factors.of(user)
  return known?.factors.some(({ isConfirmed }) => isConfirmed) ?? false
}

const named = ({ id, user, clientId, firmName }: FoundCredential, issuer: string) => ({
  credential: id,
  user,
  clientId,
  firmName,
  surface: SURFACE,
  issuer: `${issuer}/`,
})

/** Ends a token and what came from it, or all that it is of: its session, or its pair. */
export async function endToken(
  { host }: Pick<Services, 'host'>,
  token: TokenId,
  command: 'tokens.revoke' | 'tokens.end_session',
): Promise<void> {
  const outcome = await host.execute({ command, actor: SYSTEM, input: { token } })
  // One that has expired meanwhile is gone already.
  if (outcome.kind === 'refused' && outcome.refusal.code !== 'not_visible') throw fromRefusal(outcome.refusal)
}

/** What the holder of a refresh token may have again. */
export const ofRefresh = ({ authenticated, account, own, scopes }: Caller): PairAsked => {
  const { life, address, isNarrowed } = useRead(authenticated.audience ?? '')
  return {
    credential: authenticated.credential,
    account: account === own && !isNarrowed ? null : account,
    granted: scopes,
    life,
    address,
    isNarrowed,
    seconds: ACCESS_SECONDS,
  }
}
