/**
 * `POST /oauth/token`: a client assertion against an access token. JSON and form-encoded bodies, errors in the form
 * of RFC 6749. What was used up (a jti, too many failures) is judged by the book; here the proof is checked.
 */
import { createHash } from 'node:crypto'
import { type FoundCredential, type Instant, isAddressAllowed, SECOND, type Surface } from '@stemma/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { clientAddress } from '../http/client-address.js'
import type { Unrouted } from '../http/unread.js'
import type { Host } from '../services.js'
import type { AccessTokens } from './access-tokens.js'
import { type Claimed, checkClaims, isSignedBy, type Proven, readClaimed } from './assertions.js'
import { findCredential, recordSignIn } from './authentication.js'
import type { FailedProofs } from './failed-proofs.js'
import { OAuthError } from './oauth-error.js'
import { settingNumber } from './settings.js'
import { TokenBuckets } from './token-buckets.js'
import { readTokenRequest, type TokenRequest } from './token-request.js'

export interface TokenEndpointOptions {
  readonly path: string
  readonly surface: Surface
  /** What an assertion may name as `aud`, and the issuer of our tokens: asked on each request, since a port may be chosen late. */
  addresses(): {
    readonly tokenUrls: readonly string[]
    readonly issuer: string
    readonly audiences: readonly string[]
  }
  /** A scope of the book in the words of the surface, or null where it has none. */
  scopesShown(scopes: readonly string[]): readonly string[]
  /** The scopes of the book behind one of the surface's, or null where it has none of that name. */
  scopesMeant(name: string): readonly string[] | null
}

const BODY_MAX_BYTES = 16_384
const SYSTEM = { kind: 'system' } as const
const LIFE_DEFAULT_SECONDS = 180
/** Tokens of a client, below those that a credential may hold at once: 30 + 180 × 5 < 1,000. */
const TOKENS = { perSecond: 5, burst: 30 }

export class TokenEndpoint {
  private readonly buckets = new TokenBuckets()

  constructor(
    private readonly host: Host,
    private readonly tokens: AccessTokens,
    private readonly failures: FailedProofs,
    private readonly options: TokenEndpointOptions,
  ) {}

  async register(app: FastifyInstance): Promise<void> {
    await app.register(async (scope) => {
      scope.removeAllContentTypeParsers()
      const asBytes = { parseAs: 'buffer', bodyLimit: BODY_MAX_BYTES } as const
      scope.addContentTypeParser('*', asBytes, (_request, body, done) => done(null, body))
      scope.setErrorHandler(fail)
      scope.route({
        method: ['GET', 'PUT', 'PATCH', 'DELETE'],
        url: this.options.path,
        handler: () => {
          throw new OAuthError(405, 'invalid_request', 'expected POST')
        },
      })
      scope.post(this.options.path, (request, reply) => this.answer(request, reply))
    })
  }

  private async answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const body = await this.exchange(readTokenRequest(request), clientAddress(request.raw))
    return uncached(reply).send(body)
  }

  private async exchange(asked: TokenRequest, address: string): Promise<Record<string, unknown>> {
    const now = this.host.now()
    const { audiences, issuer, tokenUrls } = this.options.addresses()
    if (!audiences.includes(asked.audience))
      throw new OAuthError(403, 'access_denied', 'expected audience to be the address of the API')
    const claimed = this.readClaimed(asked)
    const { credential, proven } = await this.prove(asked.assertion, claimed, tokenUrls, address)
    const scopes = this.narrow(asked.scope, credential)
    const seconds = this.buckets.wait(credential.clientId, TOKENS, now)
    if (seconds !== null) throw tooMany(seconds)
    const issued = await this.issue(credential, proven, asked.audience, scopes)
    // Only what was issued counts, so that replaying a client's assertions takes nothing from it.
    this.buckets.spend(credential.clientId, TOKENS, now)
    const shown = this.options.scopesShown(issued.scopes)
    const value = await this.tokens.sign({
      token: issued.token as never,
      credential: credential.id,
      user: credential.user,
      clientId: credential.clientId,
      firmName: credential.firmName,
      surface: this.options.surface,
      issuer,
      audience: asked.audience,
      scopes: shown,
      issuedAt: now,
      expiresAt: issued.expiresAt,
    })
    return {
      access_token: value,
      token_type: 'Bearer',
      expires_in: Math.max(0, Math.floor((issued.expiresAt - now) / SECOND)),
      scope: shown.join(' '),
    }
  }

  private readClaimed({ assertion, clientId }: TokenRequest): Claimed {
    const claimed = readClaimed(assertion)
    if (claimed === null)
      throw new OAuthError(400, 'invalid_client_assertion', 'expected client_assertion to be a signed JWT')
    if ('error' in claimed) throw new OAuthError(401, claimed.error, claimed.detail)
    if (clientId !== null && clientId !== claimed.clientId)
      throw new OAuthError(401, 'invalid_client_assertion', 'expected iss and sub to be the client id')
    return claimed
  }

  /** An unknown client, a revoked one and a wrong signature are told apart by nothing; a right one always passes. */
  private async prove(
    assertion: string,
    claimed: Claimed,
    tokenUrls: readonly string[],
    address: string,
  ): Promise<{ readonly credential: FoundCredential; readonly proven: Proven }> {
    const credential = await findCredential(this.host, { clientId: claimed.clientId })
    const isOurs =
      credential?.kind === 'client' &&
      credential.surface === this.options.surface &&
      credential.status === 'active'
    if (!isOurs || !(await isSignedBy(assertion, claimed, credential.publicKeys)))
      throw await this.unproven(claimed, address, isOurs ? credential : null)
    if (!isAddressAllowed(credential.ipAddresses, address)) throw unknownClient()
    const proven = checkClaims(assertion, tokenUrls, this.host.now())
    if ('error' in proven) throw new OAuthError(401, proven.error, proven.detail)
    return { credential, proven }
  }

  /** A failure within the rates is recorded with the client; those beyond cost the book nothing. */
  private async unproven(
    { clientId }: Claimed,
    address: string,
    credential: FoundCredential | null,
  ): Promise<OAuthError> {
    const seconds = this.failures.count(clientId, address, this.host.now())
    if (seconds !== null) return tooMany(seconds)
    if (credential !== null) await recordSignIn(this.host, credential, false)
    return unknownClient()
  }

  private narrow(scope: string | null, credential: FoundCredential): readonly string[] | null {
    if (scope === null) return null
    const names = scope.split(' ').filter((name) => name !== '')
    const meant = names.map((name) => this.options.scopesMeant(name))
    const all = meant.flatMap((scopes) => scopes ?? [])
    const held: readonly string[] = credential.effectiveScopes
    const isHeld = all.every((name) => held.includes(name))
    if (meant.includes(null) || !isHeld)
      throw new OAuthError(400, 'invalid_scope', 'expected scopes that the client has')
    return [...new Set(all)]
  }

  private async issue(
    credential: FoundCredential,
    { jti, usableUntil }: Proven,
    audience: string,
    scopes: readonly string[] | null,
  ): Promise<{ readonly token: number; readonly scopes: readonly string[]; readonly expiresAt: Instant }> {
    const life = await this.lifeSeconds(credential)
    const ends = Math.floor(this.host.now() / SECOND) + life
    const settled = await this.host.execute({
      command: 'tokens.issue',
      actor: SYSTEM,
      input: {
        credential: credential.id,
        surface: this.options.surface,
        audience,
        user: credential.user,
        account: null,
        parent: null,
        scopes,
        use: `${credential.id}:${createHash('sha256').update(jti).digest('base64url')}`,
        useExpiresAt: usableUntil,
        expiresAt: ends * SECOND,
      },
    })
    if (settled.kind === 'refused') throw OAuthError.fromRefusal(settled.refusal)
    if (credential.failuresInARow > 0) await recordSignIn(this.host, credential, true)
    return settled.result as never
  }

  private async lifeSeconds({ ownerParty }: FoundCredential): Promise<number> {
    const input = { node: ownerParty, name: 'tokens.life_seconds', at: null }
    const answer = await this.host.read<unknown>('settings.effective', SYSTEM, input)
    return answer.kind === 'answer'
      ? settingNumber(answer.result, LIFE_DEFAULT_SECONDS)
      : LIFE_DEFAULT_SECONDS
  }
}

function fail(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = OAuthError.from(thrown)
  if (error.status === 500) request.log.error({ err: thrown }, 'token request failed')
  if (error.retryAfterSeconds !== null) reply.header('retry-after', error.retryAfterSeconds)
  if (error.status === 405) reply.header('allow', 'POST')
  return uncached(reply).code(error.status).send(error.body)
}

/** Requests that come to no route, for the endpoint at that path. */
export const tokenUnrouted = (path: string): Unrouted => ({
  prefix: path,
  refuse: (request, reply, refusal) => fail(OAuthError.fromRefusal(refusal), request, reply),
  unread: (fault) => ({ type: 'application/json', text: JSON.stringify(OAuthError.from(fault).body) }),
})

const unknownClient = (): OAuthError =>
  new OAuthError(401, 'invalid_client', 'the client could not be authenticated')

const tooMany = (seconds: number): OAuthError =>
  new OAuthError(429, 'temporarily_unavailable', 'too many token requests', seconds)

const uncached = (reply: FastifyReply): FastifyReply =>
  reply.header('cache-control', 'no-store').header('pragma', 'no-cache')
