/**
 * Access tokens: JWTs that the server signs for itself (HS256, with a key derived from the master key, so they hold
 * over a restart and nobody else has to check them). They name the token's row in the book; whether that row and all
 * behind it still hold is asked of the engine on every request.
 */
import { hkdfSync } from 'node:crypto'
import {
  type CredentialId,
  type Instant,
  SECOND,
  SURFACES,
  type Surface,
  type TokenId,
  type UserId,
} from '@stemma/core'
import { errors, jwtVerify, SignJWT } from 'jose'

export interface AccessToken {
  readonly token: TokenId
  readonly credential: CredentialId
  readonly user: UserId | null
  readonly clientId: string
  readonly firmName: string
  readonly surface: Surface
  readonly issuer: string
  readonly audience: string
  /** In the words of the surface, as the client reads them. */
  readonly scopes: readonly string[]
  readonly issuedAt: Instant
  readonly expiresAt: Instant
}

export type VerifiedToken = Pick<
  AccessToken,
  'token' | 'credential' | 'user' | 'surface' | 'audience' | 'expiresAt'
>

const TYPE = 'at+jwt'
const TOKEN_LENGTH_MAX = 8_192

export class AccessTokens {
  private readonly key: Uint8Array

  constructor(masterKey: Uint8Array) {
    this.key = new Uint8Array(hkdfSync('sha256', masterKey, '', 'stemma access tokens', 32))
  }

  sign(token: AccessToken): Promise<string> {
    return new SignJWT({
      scope: token.scopes.join(' '),
      firm_id: token.firmName,
      surface: token.surface,
      key: token.credential,
      ...(token.user === null ? {} : { user: token.user }),
    })
      .setProtectedHeader({ alg: 'HS256', typ: TYPE })
      .setIssuer(token.issuer)
      .setSubject(token.clientId)
      .setAudience(token.audience)
      .setJti(String(token.token))
      .setIssuedAt(Math.floor(token.issuedAt / SECOND))
      .setExpirationTime(Math.floor(token.expiresAt / SECOND))
      .sign(this.key)
  }

  /** Null where it is not ours, not whole, or past its time. */
  async verify(value: string, now: Instant): Promise<VerifiedToken | null> {
    if (value.length > TOKEN_LENGTH_MAX) return null
    try {
      const { payload } = await jwtVerify(value, this.key, {
        algorithms: ['HS256'],
        typ: TYPE,
        requiredClaims: ['exp', 'iss', 'sub', 'aud', 'jti', 'firm_id', 'surface', 'key'],
        currentDate: new Date(now / 1000),
      })
      return fromClaims(payload)
    } catch (thrown) {
      if (thrown instanceof errors.JOSEError) return null
      throw thrown
    }
  }
}

/** The claims are our own, signed by us; anything else in them is a token of another version. */
function fromClaims(claims: Readonly<Record<string, unknown>>): VerifiedToken | null {
  const { jti, key, user = null, surface, aud, exp } = claims
  const token = Number(jti)
  const known = SURFACES.find((name) => name === surface)
  if (!Number.isSafeInteger(token) || !Number.isSafeInteger(key) || known === undefined) return null
  if (typeof aud !== 'string' || (user !== null && !Number.isSafeInteger(user))) return null
  return {
    token: token as TokenId,
    credential: key as CredentialId,
    user: user as UserId | null,
    surface: known,
    audience: aud,
    expiresAt: (Number(exp) * SECOND) as Instant,
  }
}
